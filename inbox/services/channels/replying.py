"""How each e-mail provider continues a thread: what it needs beyond the letter, and the one call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from inbox.enums import Channel
from inbox.models import Message, MessageRaw
from inbox.rules.outbound_text import html_body
from inbox.rules.thread_handles import ThreadHandle
from inbox.services.guards import Block, is_blocked_on, sending_disabled
from integrations.contracts import Address
from integrations.emailbison import client as emailbison
from integrations.enums import Code, Provider
from integrations.instantly import client as instantly
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.services.senders import choose_sender, mark_not_sendable
from integrations.smartlead import client as smartlead
from leads.models import Lead
from zrg.workspaces.context import tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A reply ready to be sent, whichever provider carries it."""

    workspace_id: UUID
    lead_id: UUID
    handle: ThreadHandle
    to: Address
    cc: tuple[str, ...]
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replier:
    """One provider. `prepare` runs under the lead's lock and returns what `deliver` needs besides the letter,
    or why there is none; `deliver` calls the provider outside of any transaction. `sets_subject`: a reply may
    have a subject of its own.
    """

    prepare: Callable[[Lead, Message, Letter], Any | Block]
    deliver: Callable[[Letter, Any], ProviderResult]
    sets_subject: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mailbox:
    """An EmailBison sender, and the mailboxes to try before any other."""

    sender_email_id: str
    preferred: tuple[str, ...]


def _choose_mailbox(lead: Lead, thread: Message, letter: Letter) -> _Mailbox | Block:
    preferred = tuple(filter(None, (lead.sender_account_id, thread.to_email)))
    sender = choose_sender(lead.workspace_id, preferred=preferred)
    if sender is None:
        return Block(code="no_sender", detail=gettext("No connected mailbox can send for this workspace."))
    return _Mailbox(sender_email_id=sender.sender_email_id, preferred=preferred)


def _send_by_emailbison(letter: Letter, mailbox: _Mailbox) -> ProviderResult:
    """An unusable mailbox is marked and another one tried once."""
    client = get_client(letter.workspace_id, emailbison.SPEC)
    result = _reply_from(client, letter, mailbox.sender_email_id)
    if result.code != Code.SENDER_INVALID:
        return result
    with tenant(letter.workspace_id):
        mark_not_sendable(letter.workspace_id, mailbox.sender_email_id, reason=Code.SENDER_INVALID)
        other = choose_sender(letter.workspace_id, preferred=mailbox.preferred)
        # The second call is a call of its own: a stop that came between forbids it.
        lead = Lead.objects.select_for_update().filter(pk=letter.lead_id).first()
        stopped = lead is None or is_blocked_on(lead, Channel.EMAIL) or sending_disabled(lead.workspace_id)
    if stopped or other is None or other.sender_email_id == mailbox.sender_email_id:
        return result
    return _reply_from(client, letter, other.sender_email_id)


def _reply_from(client: emailbison.EmailBisonClient, letter: Letter, sender_email_id: str) -> ProviderResult:
    return client.send_reply(
        reply_id=letter.handle.reply_id or "",
        message_html=letter.html,
        sender_email_id=sender_email_id,
        to=[letter.to],
        cc=[Address(email=address) for address in letter.cc],
        subject=letter.subject,
    )


def _quote_thread(lead: Lead, thread: Message, letter: Letter) -> str:
    """SmartLead quotes what it is given; the reply as it was received."""
    raw = MessageRaw.objects.filter(message=thread).first()
    if raw is not None and raw.raw_html:
        return raw.raw_html
    return html_body((raw.raw_text if raw is not None else "") or thread.body)


def _send_by_smartlead(letter: Letter, answered_html: str) -> ProviderResult:
    return get_client(letter.workspace_id, smartlead.SPEC).send_reply(
        campaign_id=letter.handle.campaign_id or "",
        stats_id=letter.handle.stats_id or "",
        message_html=letter.html,
        to_email=letter.to.email,
        cc=letter.cc,
        answered_message_id=letter.handle.message_id,
        answered_at=letter.handle.time,
        answered_html=answered_html,
    )


def _check_writer(lead: Lead, thread: Message, letter: Letter) -> Block | None:
    """Instantly answers whoever wrote: a letter meant for somebody else would reach the wrong person."""
    if letter.to.email != thread.from_email:
        return Block(code="override_unsupported", detail=gettext("Instantly cannot change the recipient of a reply"))
    return None


def _send_by_instantly(letter: Letter, _: None) -> ProviderResult:
    return get_client(letter.workspace_id, instantly.SPEC).send_reply(
        reply_to_uuid=letter.handle.reply_to_uuid or "",
        eaccount=letter.handle.eaccount or "",
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        cc=letter.cc,
    )


REPLIERS: dict[str, Replier] = {
    Provider.EMAILBISON.value: Replier(prepare=_choose_mailbox, deliver=_send_by_emailbison),
    Provider.SMARTLEAD.value: Replier(prepare=_quote_thread, deliver=_send_by_smartlead, sets_subject=False),
    Provider.INSTANTLY.value: Replier(prepare=_check_writer, deliver=_send_by_instantly),
}
"""By the provider of the thread's handle, which must be the workspace's active one."""

"""E-mail: what a reply needs before it is claimed, and the one call that delivers it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from inbox.models import Message
from inbox.rules.outbound_text import html_body, reply_subject
from inbox.rules.thread_handles import BadHandle, ThreadHandle
from inbox.services.channels.base import Outbound
from inbox.services.channels.mailbox_check import note_mailbox, refusal_of_mailbox
from inbox.services.channels.replying import REPLIERS, Letter
from inbox.services.channels.threads import handle_of, latest_thread, recipients_of
from inbox.services.guards import Block
from integrations.results import ProviderResult
from integrations.services.connections import active_email_provider
from leads.models import Lead

PROVIDERS_WITHOUT_TO_OVERRIDE = ("INSTANTLY",)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedEmail:
    """Everything the provider call needs; built under the lock, used after the commit. `route` is what only
    this provider needs.
    """

    provider: str
    letter: Letter
    route: Any

    def message_fields(self) -> dict[str, object]:
        """Columns of the Message written ahead."""
        return {
            "subject": self.letter.subject[:998],
            "to_email": self.letter.to.email,
            "to_name": self.letter.to.name,
            "cc": list(self.letter.cc),
        }


class EmailSender:
    """The e-mail channel of `send_message`."""

    def prepare(self, lead: Lead, outbound: Outbound) -> PreparedEmail | Block:
        """Thread, provider, recipients and sender of a reply, or why there is none."""
        thread = latest_thread(lead.pk)
        if thread is None:
            return Block(code="no_thread", detail=gettext("No inbound email thread found for this lead"))
        handle = _handle(lead, thread)
        if isinstance(handle, Block):
            return handle
        provider = handle.provider.upper()
        if outbound.to_override and provider in PROVIDERS_WITHOUT_TO_OVERRIDE:
            return Block(
                code="override_unsupported", detail=gettext("Instantly cannot change the recipient of a reply")
            )
        letter = _write(lead, thread, outbound, handle)
        if isinstance(letter, Block):
            return letter
        route = REPLIERS[provider].prepare(lead, thread, letter)
        return route if isinstance(route, Block) else PreparedEmail(provider=provider, letter=letter, route=route)

    def deliver(self, prepared: PreparedEmail) -> ProviderResult:
        """Call the provider of the thread once, unless the mailbox certainly does not exist."""
        refused = refusal_of_mailbox(prepared.letter.to.email)
        return refused or REPLIERS[prepared.provider].deliver(prepared.letter, prepared.route)

    def note_result(self, message: Message, result: ProviderResult) -> None:
        """A mailbox that does not exist is remembered; bounces come by webhook."""
        note_mailbox(message, result)


def _handle(lead: Lead, thread: Message) -> ThreadHandle | Block:
    """Where the thread goes on; only through the provider the workspace uses now."""
    try:
        handle = handle_of(thread)
    except BadHandle:
        return Block(
            code="bad_handle", detail=gettext("The thread's reference cannot be read; answer in the provider.")
        )
    if active_email_provider(lead.workspace_id) != handle.provider.upper():
        return Block(
            code="provider_mismatch", detail=gettext("This thread belongs to an e-mail provider that is not connected.")
        )
    return handle


def _write(lead: Lead, thread: Message, outbound: Outbound, handle: ThreadHandle) -> Letter | Block:
    recipients = recipients_of(lead, thread, to_override=outbound.to_override, cc=outbound.cc)
    if isinstance(recipients, Block):
        return recipients
    to, copies = recipients
    own_subject = outbound.subject if REPLIERS[handle.provider.upper()].sets_subject else None
    return Letter(
        workspace_id=lead.workspace_id,
        lead_id=lead.pk,
        handle=handle,
        to=to,
        cc=copies,
        subject=own_subject or reply_subject(thread.subject or ""),
        text=outbound.body,
        html=html_body(outbound.body),
    )

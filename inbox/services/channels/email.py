"""E-mail: what a reply needs before it is claimed, and the one call that delivers it."""

from dataclasses import dataclass
from uuid import UUID

from inbox.enums import Channel
from inbox.models import Message
from inbox.rules.outbound_text import html_body, reply_subject
from inbox.rules.thread_handles import BadHandle, ThreadHandle, decode_thread_handle
from inbox.services.channels.base import Outbound
from inbox.services.guards import Block, is_blocked_on, sending_disabled
from integrations.contracts import Address
from integrations.emailbison import client as emailbison
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.services.connections import active_email_provider
from integrations.services.senders import choose_sender, mark_not_sendable
from leads.models import Lead
from leads.rules.participants import apply_to_override, resolve_reply_recipients
from leads.services.optouts import opted_out_addresses
from leads.services.senders import own_sender_entries
from zrg.workspaces.context import tenant

PROVIDERS_WITHOUT_TO_OVERRIDE = ("INSTANTLY",)
SENDING_PROVIDERS = ("EMAILBISON",)
"""Providers with a client that can answer on a thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedEmail:
    """Everything the provider call needs; built under the lock, used after the commit."""

    workspace_id: UUID
    lead_id: UUID
    provider: str
    handle: ThreadHandle
    sender_email_id: str
    sender_preference: tuple[str, ...]
    to: Address
    cc: tuple[str, ...]
    subject: str
    html: str

    def message_fields(self) -> dict[str, object]:
        """Columns of the Message written ahead."""
        return {
            "subject": self.subject[:998],
            "to_email": self.to.email,
            "to_name": self.to.name,
            "cc": list(self.cc),
        }


class EmailSender:
    """The e-mail channel of `send_message`."""

    def prepare(self, lead: Lead, outbound: Outbound) -> PreparedEmail | Block:
        """Thread, provider, sender and recipients of a reply, or why there is none."""
        return _prepare(lead, outbound)

    def deliver(self, prepared: PreparedEmail) -> ProviderResult:
        """Call the provider once; an unusable mailbox is marked and another one tried once."""
        return _deliver(prepared)

    def note_result(self, message: Message, result: ProviderResult) -> None:
        """Nothing: bounces come by webhook."""


def _prepare(lead: Lead, outbound: Outbound) -> PreparedEmail | Block:
    to_override = outbound.to_override
    thread = latest_thread(lead.pk)
    if thread is None:
        return Block(code="no_thread", detail="No inbound email thread found for this lead")
    try:
        handle = decode_thread_handle(thread.email_bison_reply_id or "")
    except BadHandle:
        return Block(code="bad_handle", detail="The thread's reference cannot be read; answer in the provider.")
    provider = active_email_provider(lead.workspace_id)
    if provider is None or provider.lower() != handle.provider:
        return Block(
            code="provider_mismatch", detail="This thread belongs to an e-mail provider that is not connected."
        )
    if provider not in SENDING_PROVIDERS:
        return Block(code="provider_mismatch", detail="Replies through this e-mail provider are not possible.")
    if to_override and provider in PROVIDERS_WITHOUT_TO_OVERRIDE:
        return Block(code="override_unsupported", detail="Instantly cannot change the recipient of a reply")
    recipients = recipients_of(lead, thread, to_override=to_override, cc=outbound.cc)
    if isinstance(recipients, Block):
        return recipients
    to, copies = recipients
    preference = tuple(filter(None, (lead.sender_account_id, thread.to_email)))
    sender = choose_sender(lead.workspace_id, preferred=preference)
    if sender is None:
        return Block(code="no_sender", detail="No connected mailbox can send for this workspace.")
    return PreparedEmail(
        workspace_id=lead.workspace_id,
        lead_id=lead.pk,
        provider=provider,
        handle=handle,
        sender_email_id=sender.sender_email_id,
        sender_preference=preference,
        to=to,
        cc=copies,
        subject=outbound.subject or reply_subject(thread.subject or ""),
        html=html_body(outbound.body),
    )


def _deliver(prepared: PreparedEmail) -> ProviderResult:
    client = get_client(prepared.workspace_id, emailbison.SPEC)
    result = _reply(client, prepared, prepared.sender_email_id)
    if result.code != "sender_invalid":
        return result
    with tenant(prepared.workspace_id):
        mark_not_sendable(prepared.workspace_id, prepared.sender_email_id, reason="sender_invalid")
        other = choose_sender(prepared.workspace_id, preferred=prepared.sender_preference)
        # The second call is a call of its own: a stop that came between forbids it.
        lead = Lead.objects.select_for_update().filter(pk=prepared.lead_id).first()
        stopped = lead is None or is_blocked_on(lead, Channel.EMAIL) or sending_disabled(lead.workspace_id)
    if stopped or other is None or other.sender_email_id == prepared.sender_email_id:
        return result
    return _reply(client, prepared, other.sender_email_id)


def latest_thread(lead_id: UUID) -> Message | None:
    """The newest inbound e-mail that can be answered."""
    return (
        Message.objects.of_lead(lead_id)
        .inbound()
        .on_channel(Channel.EMAIL)
        .filter(email_bison_reply_id__isnull=False)
        .newest_first()
        .first()
    )


def recipients_of(
    lead: Lead, thread: Message | None, *, to_override: str | None, cc: list[str] | None
) -> tuple[Address, tuple[str, ...]] | Block:
    """To and CC by 03 R5, without anybody who opted out (they are never written to again)."""
    own = own_sender_entries(lead.workspace_id)
    # A colleague who asked for silence is nobody's replier any more; the lead is written to instead.
    replier = lead.current_replier_email
    quiet = bool(replier) and bool(opted_out_addresses(lead.workspace_id, [replier]))
    base = resolve_reply_recipients(
        primary_email=lead.email,
        primary_name=f"{lead.first_name or ''} {lead.last_name or ''}".strip() or None,
        current_replier_email=None if quiet else replier,
        current_replier_name=None if quiet else lead.current_replier_name,
        latest_inbound_cc=list(thread.cc) if thread else [],
        own_senders=own,
    )
    if "error" in base:
        return Block(code="missing_recipient", detail="This lead has no e-mail address.")
    chosen = apply_to_override(
        primary_email=lead.email,
        base_to_email=base["to_email"],
        base_to_name=base["to_name"],
        base_cc=list(cc) if cc is not None else base["cc"],
        override_to_email=to_override,
    )
    silent = opted_out_addresses(lead.workspace_id, [chosen["to_email"], *chosen["cc"]])
    if chosen["to_email"] in silent:
        return Block(code="lead_blacklisted", detail=f"{chosen['to_email']} asked not to be written to.")
    to = Address(email=chosen["to_email"] or base["to_email"], name=chosen["to_name"])
    return to, tuple(address for address in chosen["cc"] if address not in silent)


def _reply(client: object, prepared: PreparedEmail, sender_email_id: str) -> ProviderResult:
    return client.send_reply(  # type: ignore[attr-defined,no-any-return]
        reply_id=prepared.handle.reply_id,
        message_html=prepared.html,
        sender_email_id=sender_email_id,
        to=[prepared.to],
        cc=[Address(email=address) for address in prepared.cc],
        subject=prepared.subject,
    )

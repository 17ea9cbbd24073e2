"""The e-mail thread a reply continues, and whom it goes to."""

from uuid import UUID

from django.utils.translation import gettext

from inbox.enums import Channel
from inbox.models import Message, MessageRaw
from inbox.rules.thread_handles import ThreadHandle, decode_thread_handle, is_hashed
from inbox.services.guards import Block
from integrations.contracts import Address
from leads.models import Lead
from leads.rules.participants import apply_to_override, resolve_reply_recipients
from leads.services.optouts import opted_out_addresses
from leads.services.senders import own_sender_entries


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


def handle_of(thread: Message) -> ThreadHandle:
    """What the provider needs to continue the thread; raises BadHandle when it cannot be read."""
    handle = thread.email_bison_reply_id or ""
    kept = None
    if is_hashed(handle):
        kept = MessageRaw.objects.filter(message=thread).values_list("thread_json", flat=True).first()
    return decode_thread_handle(handle, kept)


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
        return Block(code="missing_recipient", detail=gettext("This lead has no e-mail address."))
    chosen = apply_to_override(
        primary_email=lead.email,
        base_to_email=base["to_email"],
        base_to_name=base["to_name"],
        base_cc=list(cc) if cc is not None else base["cc"],
        override_to_email=to_override,
    )
    silent = opted_out_addresses(lead.workspace_id, [chosen["to_email"], *chosen["cc"]])
    if chosen["to_email"] in silent:
        return Block(
            code="lead_blacklisted",
            detail=gettext("{chosen} asked not to be written to.").format(chosen=chosen["to_email"]),
        )
    to = Address(email=chosen["to_email"] or base["to_email"], name=chosen["to_name"])
    return to, tuple(address for address in chosen["cc"] if address not in silent)

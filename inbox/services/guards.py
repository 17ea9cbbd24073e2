"""What is checked again under the lead's lock before anything leaves."""

from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from inbox.enums import Channel, DeliveryStatus, Direction, MessageOrigin, MessageSource
from inbox.models import Message
from inbox.querysets import MessageQuerySet
from inbox.rules.outbound_text import find_placeholders
from inbox.rules.safety import is_opt_out
from inbox.services.stopping import stop_lead
from leads.models import Lead
from leads.rules.participants import is_cc_replier
from leads.rules.statuses import blocks_channel
from zrg.workspaces.context import tenant
from zrg.workspaces.models import AdminAuditEvent, Workspace
from zrg.workspaces.switches import SwitchUnreadable, is_switch_on

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Why a message does not leave: a stable code and a sentence for the sender."""

    code: str
    detail: str


def blocked_by_compliance(lead: Lead, channel: str, body: str) -> Block | None:
    """03.compliance-under-the-lock. Call with the lead row locked, in the transaction that writes ahead.

    An opt-out that nobody acted upon yet stops the lead here.
    """
    if is_blocked_on(lead, channel):
        return Block(code="lead_blacklisted", detail=_("This lead asked not to be contacted, or mail to them bounces."))
    if opt_out := unhandled_opt_out(lead):
        stop_lead(lead, "opt_out", message=opt_out)
        return Block(code="opted_out", detail=_("The latest message of this lead is an opt-out."))
    if sending_disabled(lead.workspace_id):
        return Block(code="sending_disabled", detail=_("Sending is switched off for this workspace."))
    if not body.strip():
        return Block(code="empty_body", detail=_("The message is empty."))
    if placeholders := find_placeholders(body):
        return Block(code="placeholder", detail=gettext("Fill in or remove: ") + ", ".join(placeholders[:5]))
    return None


def is_blocked_on(lead: Lead, channel: str) -> bool:
    """Whether the lead's blacklist covers this channel (03.channel-scope-of-stops)."""
    return blocks_channel(lead.status, lead.blacklist_reason, channel)


def unhandled_opt_out(lead: Lead) -> Message | None:
    """The newest inbound of any channel, when it withdraws consent and no person has lifted that.

    A colleague's withdrawal on the thread concerns the colleague (its address is in OptOut).
    """
    newest = Message.objects.of_lead(lead.pk).inbound().exclude(source=MessageSource.BOUNCE).newest_first().first()
    if newest is None:
        return None
    if newest.channel == Channel.EMAIL and is_cc_replier(lead.email, newest.from_email):
        return None
    our_subject = (
        Message.objects.of_lead(lead.pk)
        .filter(direction=Direction.OUTBOUND, channel=Channel.EMAIL, sent_at__lt=newest.sent_at)
        .newest_first()
        .values_list("subject", flat=True)
        .first()
    )
    if not is_opt_out(newest.body, newest.subject or "", newest.channel, our_subject):
        return None
    return None if _lifted_since(lead, newest) else newest


def _lifted_since(lead: Lead, message: Message) -> bool:
    """Whether a person lifted the stop after reading this message; then the person decides."""
    return AdminAuditEvent.objects.filter(
        workspace_id=lead.workspace_id,
        action="lead.blacklist_cleared",
        object_id=str(lead.pk),
        created_at__gt=message.created_at,
    ).exists()


def sending_disabled(workspace_id: UUID) -> bool:
    """Suspended workspace or the operator's stop; when the switch cannot be read nothing is sent."""
    if not Workspace.objects.filter(pk=workspace_id, status="active").exists():
        return True
    try:
        return is_switch_on("OUTBOUND_DISABLED")
    except SwitchUnreadable:
        return True


def may_still_send(workspace_id: UUID, lead_id: UUID, channel: str) -> bool:
    """Whether a second call for the same message may be made: a stop that came meanwhile forbids it."""
    with tenant(workspace_id):
        lead = Lead.objects.select_for_update().filter(pk=lead_id).first()
        return lead is not None and not is_blocked_on(lead, channel) and not sending_disabled(workspace_id)


def newer_message(lead_id: UUID, seen_message_id: UUID | None, *, own_keys_like: str | None = None) -> Message | None:
    """The newest of `unseen_messages`."""
    return unseen_messages(lead_id, seen_message_id, own_keys_like=own_keys_like).first()


def unseen_messages(
    lead_id: UUID, seen_message_id: UUID | None, *, own_keys_like: str | None = None
) -> MessageQuerySet:
    """Inbound, and outbound that is no campaign step, stored after the message the writer saw last; newest
    first. Arrival decides, not the provider's clock: a reply that comes late with an old date was not on
    the screen either. Nothing seen (or a message of another lead) means that everything is new.

    `own_keys_like` leaves out the messages of the order itself (parts of one text).
    """
    unseen: MessageQuerySet = (
        Message.objects.of_lead(lead_id)
        .filter(Q(direction=Direction.INBOUND) | ~Q(origin=MessageOrigin.CAMPAIGN))
        .exclude(source=MessageSource.BOUNCE)
        .exclude(delivery_status=DeliveryStatus.FAILED)
        .order_by("-created_at", "-id")
    )
    if own_keys_like:
        unseen = unseen.exclude(send_key__startswith=own_keys_like)
    seen = Message.objects.of_lead(lead_id).filter(pk=seen_message_id) if seen_message_id else None
    seen_at = seen.values_list("created_at", flat=True).first() if seen is not None else None
    return unseen.filter(created_at__gt=seen_at) if seen_at is not None else unseen

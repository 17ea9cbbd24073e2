"""`send_message`: the only function that calls a provider for a lead (03 R12).

Write ahead, call once, record. The Message row with its unique `send_key` is committed before the
provider is called; whatever happens afterwards, the same key is never called twice unless the
provider definitely did not perform the first call. The lead is locked while compliance is checked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.utils import timezone
from django.utils.translation import gettext

from inbox.contracts import SendResult
from inbox.enums import DeliveryStatus, Direction, MessageSource
from inbox.metrics import count_send
from inbox.models import Message
from inbox.services.channels.base import Outbound, Prepared
from inbox.services.channels.registry import CHANNELS
from inbox.services.guards import Block, blocked_by_compliance
from inbox.services.settling import record_result
from leads.models import Lead
from zrg.lib import log_events
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

OUTCOME_UNKNOWN = "outcome_unknown"
IN_PROGRESS_FOR = timedelta(minutes=10)
"""A `sending` row younger than this belongs to a live worker; older ones become `unknown` (sweeper)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """The right to one provider call; `claimed_at` tells this attempt from later ones of the same row."""

    message_id: UUID
    claimed_at: datetime
    prepared: Prepared


def send_message(workspace_id: UUID, lead_id: UUID, outbound: Outbound) -> SendResult:
    """Send one message exactly once. Call outside of any transaction.

    Returns sent, blocked (nothing written), failed (definitely not performed), unknown (may have been
    performed; never repeated by the system), duplicate (this key was sent before) or in_progress.
    """
    result = _send(workspace_id, lead_id, outbound)
    count_send(outbound.channel, result.status, result.code or "")
    return result


def _send(workspace_id: UUID, lead_id: UUID, outbound: Outbound) -> SendResult:
    with tenant(workspace_id):
        claimed = _claim(workspace_id, lead_id, outbound)
    if isinstance(claimed, SendResult):
        logger.info(log_events.SEND_BLOCKED, lead=str(lead_id), code=claimed.code, status=claimed.status)
        return claimed
    logger.info(log_events.SEND_STARTED, lead=str(lead_id), message=str(claimed.message_id), channel=outbound.channel)
    channel = CHANNELS[outbound.channel]
    result = channel.deliver(claimed.prepared)

    def settle(message: Message, recorded: SendResult) -> None:
        channel.note_result(message, result)
        if outbound.settle is not None:
            outbound.settle(message, recorded)

    with tenant(workspace_id):
        return record_result(claimed.message_id, result, claimed_at=claimed.claimed_at, settle=settle)


def _claim(workspace_id: UUID, lead_id: UUID, outbound: Outbound) -> _Claim | SendResult:
    lead = Lead.objects.select_for_update().in_workspace(workspace_id).get(pk=lead_id)
    existing = Message.objects.in_workspace(workspace_id).filter(send_key=outbound.send_key).first()
    if existing is not None and (answer := _answer_for(existing)):
        return answer
    if block := blocked_by_compliance(lead, outbound.channel, outbound.body) or outbound.guard(lead):
        return _blocked(block)
    prepared = _prepare(lead, outbound)
    if isinstance(prepared, Block):
        return _blocked(prepared)
    if existing is not None:
        return _take_again(existing, outbound, prepared)
    return _write_ahead(lead, outbound, prepared)


def _answer_for(existing: Message) -> SendResult | None:
    """What a key that was used before means; None = the first attempt definitely failed, go on."""
    if existing.delivery_status == DeliveryStatus.SENT:
        return SendResult(status="duplicate", message_id=existing.pk)
    if existing.delivery_status == DeliveryStatus.UNKNOWN:
        return SendResult(
            status="blocked",
            code=OUTCOME_UNKNOWN,
            detail="It is not known whether this message was sent; decide in “Unconfirmed sends”.",
            message_id=existing.pk,
        )
    if existing.delivery_status == DeliveryStatus.SENDING:
        if existing.updated_at > timezone.now() - IN_PROGRESS_FOR:
            return SendResult(status="in_progress", message_id=existing.pk)
        # Its worker is gone; only the sweeper and a person decide what happened.
        return SendResult(status="blocked", code=OUTCOME_UNKNOWN, message_id=existing.pk)
    return None


def _prepare(lead: Lead, outbound: Outbound) -> Prepared | Block:
    channel = CHANNELS.get(outbound.channel)
    if channel is None:
        return Block(code="channel_not_connected", detail=gettext("This channel is not connected in this workspace."))
    prepared: Prepared | Block = channel.prepare(lead, outbound)
    return prepared


def _write_ahead(lead: Lead, outbound: Outbound, prepared: Prepared) -> _Claim:
    message = Message.objects.create(
        workspace_id=lead.workspace_id,
        lead=lead,
        channel=outbound.channel,
        direction=Direction.OUTBOUND,
        source=MessageSource.ZRG,
        origin=outbound.origin,
        send_key=outbound.send_key,
        body=outbound.body,
        sent_by=outbound.sent_by,
        sent_by_user_id=outbound.actor_id,
        draft_id=outbound.draft_id,
        draft_part_index=outbound.part_index if outbound.draft_id else None,
        delivery_status=DeliveryStatus.SENDING,
        is_read=True,
        sent_at=timezone.now(),
        **prepared.message_fields(),
    )
    return _Claim(message_id=message.pk, claimed_at=message.sent_at, prepared=prepared)


def _take_again(existing: Message, outbound: Outbound, prepared: Prepared) -> _Claim | SendResult:
    """A definitely failed row is used again: compare-and-set, so only one caller goes on."""
    now = timezone.now()
    taken = Message.objects.filter(pk=existing.pk, delivery_status=DeliveryStatus.FAILED).update(
        delivery_status=DeliveryStatus.SENDING,
        delivery_error_code=None,
        delivery_error=None,
        body=outbound.body,
        sent_by_user_id=outbound.actor_id,
        outcome_decided_by=None,
        outcome_decided_at=None,
        sent_at=now,
        updated_at=now,
        **prepared.message_fields(),
    )
    if not taken:
        return SendResult(status="in_progress")
    return _Claim(message_id=existing.pk, claimed_at=now, prepared=prepared)


def _blocked(block: Block) -> SendResult:
    return SendResult(status="blocked", code=block.code, detail=block.detail)

"""Orders: the intent to send, and the job that carries it out (06 R17 step 6)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.utils import timezone

from inbox.contracts import SendResult
from inbox.enums import (
    AutoSendOutcome,
    Channel,
    DraftEventKind,
    DraftEventSource,
    DraftStatus,
    MessageOrigin,
    OrderSource,
    OrderState,
    SentBy,
)
from inbox.errors import SendInProgress
from inbox.models import Draft, Message, SendOrder
from inbox.rules.outbound_text import split_sms_parts
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from inbox.services.guards import newer_message, sending_disabled
from inbox.services.sending import Outbound, send_message
from inbox.services.settling import reopen_draft, settle_order
from integrations.services.connections import active_email_provider
from integrations.services.health import circuit_closed_until
from leads.models import Lead
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Cancelled, Reschedule
from zrg.jobs.services.enqueue import enqueue_job, requeue_job
from zrg.lib import log_events
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User

logger = structlog.get_logger(__name__)

SEND_ORDER = "SEND_ORDER"
LOOK_AGAIN_AFTER = timedelta(minutes=2)
"""How long the job waits when another worker is in the middle of the same message."""
ORIGIN_OF_SOURCE = {OrderSource.AUTO_SEND: (MessageOrigin.AI, SentBy.AI)}
REPEATABLE = (OrderState.FAILED, OrderState.HELD, OrderState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderText:
    """What is ordered: text, recipients and when."""

    channel: str
    body: str
    subject: str | None = None
    to_override: str | None = None
    cc: list[str] | None = None
    due_at: datetime


def place_order(
    lead: Lead,
    text: OrderText,
    *,
    order_key: str,
    source: OrderSource,
    draft: Draft | None = None,
    by: User | None = None,
    seen_message_id: UUID | None = None,
) -> tuple[SendOrder, bool]:
    """Write the order with its job in the caller's transaction; call with the lead locked.

    Idempotent by `order_key`: a repeat of a failed, held or cancelled order moves the same row back
    to waiting, anything else is returned as it is. Returns (order, placed).
    """
    values = {
        "lead": lead,
        "channel": text.channel,
        "draft": draft,
        "body": text.body,
        "subject": text.subject,
        "to_override": text.to_override,
        "cc": text.cc,
        "source": source,
        "ordered_by": by,
        "seen_message_id": seen_message_id,
        "due_at": text.due_at,
        "state": OrderState.WAITING,
        "held_reason": None,
    }
    order, created = SendOrder.objects.get_or_create(
        workspace_id=lead.workspace_id, order_key=order_key, defaults=values
    )
    if not created:
        moved = SendOrder.objects.filter(pk=order.pk, state__in=REPEATABLE).update(updated_at=timezone.now(), **values)
        if not moved:
            return order, False
        order.refresh_from_db()
    _queue(order)
    return order, True


def cancel_order(order_id: UUID, *, by: User) -> bool:
    """Undo: only a waiting or held order can be taken back; its draft is pending again with its text."""
    found = SendOrder.objects.filter(pk=order_id).values_list("lead_id", flat=True).first()
    if found is None:
        raise NotVisible
    Lead.objects.select_for_update().get(pk=found)
    cancelled = SendOrder.objects.filter(pk=order_id, state__in=[OrderState.WAITING, OrderState.HELD]).update(
        state=OrderState.CANCELLED, held_reason="undone", updated_at=timezone.now()
    )
    if not cancelled:
        return False
    order = SendOrder.objects.get(pk=order_id)
    if order.draft_id:
        reopen_draft(order.draft_id, AutoSendOutcome.CANCELED, "undone")
        record_draft_event(
            Draft.objects.get(pk=order.draft_id),
            DraftEventKind.CANCELED,
            source=DraftEventSource.DASHBOARD,
            reason="undone",
            actor=by,
        )
    refresh_lead_flags(order.lead_id)
    logger.info(log_events.MESSAGE_UNDONE, order=str(order.pk))
    return True


def run_send_order(context: JobContext) -> None:
    """The SEND_ORDER job. Re-entrant: a crash anywhere resumes at the first part that is not sent."""
    order_id = UUID(context.payload["order_id"])
    with tenant(context.workspace_id):
        taken = _take(order_id)
        order = taken.order
        parts = _freeze_parts(order) if order and not taken.ended else []
    if order is None:
        raise Cancelled(taken.ended)
    if taken.retry_at is not None:
        raise Reschedule(taken.retry_at, "not yet")
    if taken.ended:
        return
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        result = send_message(order.workspace_id, order.lead_id, _outbound(order, part, index, last=last))
        if result.status in ("sent", "duplicate"):
            continue
        if result.status == "in_progress":
            raise Reschedule(timezone.now() + LOOK_AGAIN_AFTER, "another worker is sending this message")
        if result.status == "blocked":
            with tenant(order.workspace_id):
                _fail(order, result)
        return
    with tenant(order.workspace_id):
        # Every part was sent before (a resumed job): the order only has to be closed.
        SendOrder.objects.filter(pk=order.pk, state=OrderState.TAKEN).update(
            state=OrderState.DONE, updated_at=timezone.now()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What the claim found; `ended` says why nothing is sent (its writes stay committed)."""

    order: SendOrder | None = None
    ended: str = ""
    retry_at: datetime | None = None


def _take(order_id: UUID) -> _Taken:
    """waiting → taken, under lead and draft lock, with the guards once more."""
    lead_id = SendOrder.objects.filter(pk=order_id).values_list("lead_id", flat=True).first()
    if lead_id is None:
        return _Taken(ended="order gone")
    Lead.objects.select_for_update().get(pk=lead_id)
    order = SendOrder.objects.select_for_update().get(pk=order_id)
    if order.state == OrderState.TAKEN:
        return _Taken(order=order)
    if order.state != OrderState.WAITING:
        return _Taken(order=order, ended=f"order {order.state}")
    if order.due_at > timezone.now():
        return _Taken(order=order, retry_at=order.due_at)
    if sending_disabled(order.workspace_id):
        _close(order, OrderState.FAILED, "sending_disabled")
        return _Taken(order=order, ended="sending_disabled")
    if (until := _circuit_open_until(order)) is not None:
        return _Taken(order=order, retry_at=until)
    if newer_message(lead_id, order.seen_message_id, own_keys_like=f"{order.order_key}:part:"):
        _close(order, OrderState.HELD, "newer_message")
        logger.info(log_events.SEND_ORDER_HELD, order=str(order.pk), reason="newer_message")
        return _Taken(order=order, ended="newer_message")
    SendOrder.objects.filter(pk=order.pk).update(state=OrderState.TAKEN, updated_at=timezone.now())
    order.state = OrderState.TAKEN
    return _Taken(order=order)


def _circuit_open_until(order: SendOrder) -> datetime | None:
    """While the provider's circuit is open the order waits and no attempt is made (13 R9)."""
    provider = active_email_provider(order.workspace_id) if order.channel == Channel.EMAIL else None
    return circuit_closed_until(order.workspace_id, provider) if provider else None


def _close(order: SendOrder, state: OrderState, reason: str) -> None:
    SendOrder.objects.filter(pk=order.pk).update(state=state, held_reason=reason, updated_at=timezone.now())
    if order.draft_id:
        reopen_draft(order.draft_id, AutoSendOutcome.NEEDS_REVIEW, reason)
    refresh_lead_flags(order.lead_id)


def _freeze_parts(order: SendOrder) -> list[str]:
    """An SMS may leave in parts; the list is frozen on the draft when the first one is claimed."""
    if order.channel != Channel.SMS:
        return [order.body]
    draft = order.draft
    if draft is not None and draft.parts:
        return list(draft.parts)
    parts = split_sms_parts(order.body)
    if draft is not None:
        Draft.objects.filter(pk=draft.pk).update(parts=parts, updated_at=timezone.now())
    return parts


def _outbound(order: SendOrder, body: str, index: int, *, last: bool) -> Outbound:
    origin, sent_by = ORIGIN_OF_SOURCE.get(OrderSource(order.source), (MessageOrigin.SETTER, SentBy.SETTER))

    def settle(message: Message, result: SendResult) -> None:
        if result.status == "failed":
            settle_order(message, OrderState.FAILED, reason=result.code)
        elif result.status == "sent" and last:
            settle_order(message, OrderState.DONE)

    return Outbound(
        channel=order.channel,
        body=body,
        send_key=f"{order.order_key}:part:{index}",
        origin=origin,
        sent_by=sent_by,
        actor_id=order.ordered_by_id,
        draft_id=order.draft_id,
        part_index=index,
        subject=order.subject,
        to_override=order.to_override,
        cc=order.cc,
        settle=settle,
    )


def _fail(order: SendOrder, result: SendResult) -> None:
    """Nothing was written or sent for this part: the order failed, the draft is open again."""
    if result.code == "outcome_unknown":
        return
    SendOrder.objects.filter(pk=order.pk, state=OrderState.TAKEN).update(
        state=OrderState.FAILED, held_reason=result.code[:64], updated_at=timezone.now()
    )
    if order.draft_id:
        reopen_draft(order.draft_id, AutoSendOutcome.FAILED, result.code)
    refresh_lead_flags(order.lead_id)


def _queue(order: SendOrder) -> None:
    key = f"{order.workspace_id}:{order.pk}:{SEND_ORDER}"
    queued = enqueue_job(
        SEND_ORDER,
        order.workspace_id,
        dedupe_key=key,
        draft_id=order.draft_id,
        run_at=order.due_at,
        max_attempts=3,
        payload={"order_id": str(order.pk)},
    )
    if not queued:
        # It runs now and waits for `due_at` by itself.
        requeue_job(key)


def refuse_while_sending(draft: Draft) -> None:
    """While the order of a draft is taken its text and state stand still."""
    if SendOrder.objects.filter(draft=draft, state=OrderState.TAKEN).exists():
        raise SendInProgress("This draft is being sent.", draft=str(draft.pk))


def pending_for(lead_id: UUID, channel: str) -> list[Draft]:
    """Pending reply drafts of a channel, locked (at most one by constraint, plus those of sequences)."""
    return list(
        Draft.objects.of_lead(lead_id).on_channel(channel).filter(status=DraftStatus.PENDING).select_for_update()
    )

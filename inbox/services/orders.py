"""Orders: the intent to send, and the job that carries it out (06 R17 step 6)."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.utils import timezone
from django.utils.translation import gettext

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
from inbox.metrics import count_auto_send_cancel
from inbox.models import Draft, Message, SendOrder
from inbox.rules.outbound_text import fits_sms, split_sms_parts
from inbox.services.autosend.waiting import look_late, stopped_while_waiting
from inbox.services.channels.base import Outbound
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from inbox.services.guards import Block, newer_message, sending_disabled
from inbox.services.reopening import reopen_draft
from inbox.services.sending import OUTCOME_UNKNOWN, send_message
from inbox.services.settling import settle_order
from integrations.enums import Code, Provider
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
ORIGIN_OF_SOURCE = {
    OrderSource.AUTO_SEND: (MessageOrigin.AI, SentBy.AI),
    OrderSource.FOLLOWUP_DUE: (MessageOrigin.AI, SentBy.AI),
}
BY_PEOPLE = (OrderSource.DASHBOARD, OrderSource.SLACK)
"""Orders a person gave on a screen; only these may spend InMail credits."""
REPEATABLE = (OrderState.FAILED, OrderState.HELD, OrderState.CANCELLED)
NEWER_MESSAGE = "newer_message"
ORDER_CLOSED = "order_closed"
CALLED_OFF = "called_off"
TOO_LONG = "too_long"
PART_GAP_SECONDS = 1.0
RATE_LIMITED_TRIES = 5
"""How often an order comes back to a provider that takes nothing for the moment, before a person is told."""


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


def standing_order(lead: Lead, order_key: str) -> SendOrder | None:
    """The order of this key, unless it ended without a message; call with the lead locked."""
    orders = SendOrder.objects.in_workspace(lead.workspace_id).filter(order_key=order_key)
    return orders.exclude(state__in=REPEATABLE).first()


def cancel_order(order_id: UUID, *, by: User) -> bool:
    """Undo: only a waiting or held order can be taken back; its draft is pending again with its text."""
    order = lock_order(order_id)
    if order is None:
        raise NotVisible
    if order.state not in (OrderState.WAITING, OrderState.HELD):
        return False
    SendOrder.objects.filter(pk=order.pk).update(
        state=OrderState.CANCELLED, held_reason="undone", updated_at=timezone.now()
    )
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
    if order.channel == Channel.SMS and not fits_sms(parts):
        with tenant(order.workspace_id):
            _end_blocked(order.pk, TOO_LONG)
        return
    waits_left = RATE_LIMITED_TRIES - context.reschedules
    for index, part in enumerate(parts):
        outbound = _outbound(order, part, index, of=len(parts), may_wait=waits_left > 0)
        result = send_message(order.workspace_id, order.lead_id, outbound)
        if result.status == "sent" and index < len(parts) - 1:
            # Parts that leave together may arrive in any order.
            time.sleep(PART_GAP_SECONDS)
        if result.status in ("sent", "duplicate"):
            continue
        if result.status == "in_progress":
            raise Reschedule(timezone.now() + LOOK_AGAIN_AFTER, "another worker is sending this message")
        if waits_left > 0 and _is_put_off(result):
            raise Reschedule(timezone.now() + timedelta(seconds=result.retry_after or 30), "rate limited")
        if result.status == "blocked":
            with tenant(order.workspace_id):
                _end_blocked(order.pk, result.code)
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
    order = lock_order(order_id)
    if order is None:
        return _Taken(ended="order gone")
    if order.state == OrderState.TAKEN:
        # Another worker has it, or had it and died; the write-ahead tells the two apart.
        return _Taken(order=order)
    if order.state != OrderState.WAITING:
        return _Taken(order=order, ended=f"order {order.state}")
    if order.due_at > timezone.now():
        return _Taken(order=order, retry_at=order.due_at)
    if sending_disabled(order.workspace_id):
        close_order(order, OrderState.FAILED, "sending_disabled")
        return _Taken(order=order, ended="sending_disabled")
    if reason := stopped_while_waiting(order, order.lead):
        _call_off(order, reason)
        return _Taken(order=order, ended=reason)
    if (until := _circuit_open_until(order)) is not None:
        return _Taken(order=order, retry_at=until)
    if _overtaken(order):
        _hold(order)
        return _Taken(order=order, ended=NEWER_MESSAGE)
    if (late := look_late(order, timezone.now())) is not None:
        if late.reason:
            close_order(order, OrderState.CANCELLED, late.reason)
        return _Taken(order=order, ended=late.reason, retry_at=late.retry_at)
    SendOrder.objects.filter(pk=order.pk).update(state=OrderState.TAKEN, updated_at=timezone.now())
    order.state = OrderState.TAKEN
    return _Taken(order=order)


def lock_order(order_id: UUID) -> SendOrder | None:
    """Lead, draft, order: locked in this order. None when the order is gone with its lead."""
    found = SendOrder.objects.filter(pk=order_id).values_list("lead_id", "draft_id").first()
    if found is None or Lead.objects.select_for_update().filter(pk=found[0]).first() is None:
        return None
    if found[1] is not None:
        Draft.objects.select_for_update().filter(pk=found[1]).first()
    return SendOrder.objects.select_for_update().filter(pk=order_id).first()


def _overtaken(order: SendOrder) -> bool:
    """Whether something arrived or left that the writer of this text has not seen."""
    return newer_message(order.lead_id, order.seen_message_id, own_keys_like=part_keys(order)) is not None


def _call_off(order: SendOrder, reason: str) -> None:
    close_order(order, OrderState.CANCELLED, reason, outcome=AutoSendOutcome.CANCELED)
    count_auto_send_cancel(reason)
    logger.info(log_events.AUTOSEND_CANCELED, order=str(order.pk), reason=reason)


def _hold(order: SendOrder) -> None:
    close_order(order, OrderState.HELD, NEWER_MESSAGE)
    logger.info(log_events.SEND_ORDER_HELD, order=str(order.pk), reason=NEWER_MESSAGE)


def part_keys(order: SendOrder) -> str:
    return f"{order.order_key}:part:"


def _circuit_open_until(order: SendOrder) -> datetime | None:
    """While the provider's circuit is open the order waits and no attempt is made (13 R9)."""
    if order.channel == Channel.LINKEDIN:
        # One server for all workspaces.
        return circuit_closed_until(None, Provider.UNIPILE)
    if order.channel == Channel.SMS:
        return circuit_closed_until(order.workspace_id, Provider.GHL)
    provider = active_email_provider(order.workspace_id) if order.channel == Channel.EMAIL else None
    return circuit_closed_until(order.workspace_id, provider) if provider else None


def close_order(
    order: SendOrder, state: OrderState, reason: str, *, outcome: AutoSendOutcome = AutoSendOutcome.NEEDS_REVIEW
) -> None:
    SendOrder.objects.filter(pk=order.pk).update(state=state, held_reason=reason[:64], updated_at=timezone.now())
    if order.draft_id:
        reopen_draft(order.draft_id, outcome, reason)
    refresh_lead_flags(order.lead_id)


def _freeze_parts(order: SendOrder) -> list[str]:
    """An SMS may leave in parts; the list is frozen on the draft when the first one is claimed.

    As long as none of them may have left, a new approval is cut anew: its text may be another one.
    """
    if order.channel != Channel.SMS:
        return [order.body]
    left = Message.objects.in_workspace(order.workspace_id).filter(send_key__startswith=part_keys(order))
    draft = order.draft
    if draft is not None and draft.parts and left.exclude(delivery_status="failed").exists():
        return list(draft.parts)
    parts = split_sms_parts(order.body)
    if draft is not None:
        Draft.objects.filter(pk=draft.pk).update(parts=parts, updated_at=timezone.now())
    return parts


def _is_put_off(result: SendResult) -> bool:
    """The provider takes nothing for the moment: definitely not performed, and worth repeating."""
    return result.status == "failed" and result.code == Code.RATE_LIMITED


def _outbound(order: SendOrder, body: str, index: int, *, of: int, may_wait: bool) -> Outbound:
    """One part. `may_wait`: a full provider does not end the order, its job comes back."""
    origin, sent_by = ORIGIN_OF_SOURCE.get(OrderSource(order.source), (MessageOrigin.SETTER, SentBy.SETTER))

    def guard(lead: Lead) -> Block | None:
        """Taken by this order still, and nothing newer: since it was taken a reply may have come in."""
        if not SendOrder.objects.filter(pk=order.pk, state=OrderState.TAKEN).exists():
            return Block(code=ORDER_CLOSED, detail=gettext("This order was closed."))
        if stopped_while_waiting(order, lead):
            return Block(code=CALLED_OFF, detail=gettext("Automatic sending was called off before this was sent."))
        if _overtaken(order):
            return Block(code=NEWER_MESSAGE, detail=gettext("A newer message arrived before this was sent."))
        return None

    def settle(message: Message, result: SendResult) -> None:
        if result.status == "failed" and not (may_wait and _is_put_off(result)):
            settle_order(message, OrderState.FAILED, reason=result.code)
        elif result.status == "sent" and index == of - 1:
            settle_order(message, OrderState.DONE)

    return Outbound(
        channel=order.channel,
        body=body,
        send_key=f"{part_keys(order)}{index}",
        origin=origin,
        sent_by=sent_by,
        actor_id=order.ordered_by_id,
        draft_id=order.draft_id,
        part_index=index,
        subject=order.subject,
        to_override=order.to_override,
        cc=order.cc,
        allow_inmail=order.source in BY_PEOPLE,
        guard=guard,
        settle=settle,
    )


def _end_blocked(order_id: UUID, code: str) -> None:
    """Nothing was written or sent for this part: the order ends, the draft is open again."""
    order = lock_order(order_id)
    if order is None or order.state != OrderState.TAKEN or code in (OUTCOME_UNKNOWN, ORDER_CLOSED):
        return
    if code == NEWER_MESSAGE:
        _hold(order)
    elif code == CALLED_OFF:
        _call_off(order, stopped_while_waiting(order, order.lead) or CALLED_OFF)
    else:
        close_order(order, OrderState.FAILED, code, outcome=AutoSendOutcome.FAILED)


def hold_orders_of(lead_id: UUID, reason: str) -> int:
    """Hold every order of a lead that still waits; its text is offered again. Call with the lead locked."""
    waiting = SendOrder.objects.filter(lead_id=lead_id, state=OrderState.WAITING).order_by("pk").select_for_update()
    held = list(waiting)
    for order in held:
        close_order(order, OrderState.HELD, reason)
        logger.info(log_events.SEND_ORDER_HELD, order=str(order.pk), reason=reason)
    return len(held)


def _queue(order: SendOrder) -> None:
    """One job for each time the order is placed, so that a job of an earlier time never sets the hour."""
    key = send_order_job_key(order)
    queued = enqueue_job(
        SEND_ORDER,
        order.workspace_id,
        dedupe_key=key,
        draft_id=order.draft_id,
        run_at=order.due_at,
        payload={"order_id": str(order.pk)},
    )
    if not queued:
        # Placed for the same moment before: it runs again and waits for `due_at` by itself.
        requeue_job(key)


def send_order_job_key(order: SendOrder) -> str:
    return f"{order.workspace_id}:{order.pk}:{SEND_ORDER}:{order.due_at:%Y%m%d%H%M%S%f}"


def refuse_while_sending(draft: Draft) -> None:
    """While the order of a draft is taken its text and state stand still."""
    if SendOrder.objects.filter(draft=draft, state=OrderState.TAKEN).exists():
        raise SendInProgress(gettext("This draft is being sent."), draft=str(draft.pk))


def pending_for(lead_id: UUID, channel: str) -> list[Draft]:
    """Pending reply drafts of a channel, locked (at most one by constraint, plus those of sequences)."""
    return list(
        Draft.objects.of_lead(lead_id).on_channel(channel).filter(status=DraftStatus.PENDING).select_for_update()
    )

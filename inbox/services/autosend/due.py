"""The moment of an unattended send: everything looked at again under the lead's lock (06 R10)."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import connection
from django.db.models import Q

from booking.registry import calendar
from inbox.enums import (
    ApprovalSource,
    AutoSendOutcome,
    DeliveryStatus,
    Direction,
    DraftClosedReason,
    DraftEventKind,
    DraftEventSource,
    DraftStatus,
    MessageOrigin,
    MessageSource,
)
from inbox.metrics import count_auto_send_cancel
from inbox.models import Draft, Message, SendOrder
from inbox.models.send_order import OPEN_STATES
from inbox.querysets import MessageQuerySet
from inbox.rules.autosend.revalidation import Revalidation, State, revalidate
from inbox.rules.eligibility import DRAFTED_TAGS
from inbox.services.approving import approve_draft
from inbox.services.autosend.brakes import is_paused, is_rate_limited
from inbox.services.autosend.policies import booked_since, is_stopped, policy_of
from inbox.services.autosend.recording import record_outcome
from inbox.services.autosend.refreshing import refresh_before_sending
from inbox.services.closing import close_draft, is_scheduled
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from inbox.services.locking import lock_lead_and_draft
from leads.models import Lead
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Cancelled, JobSignal, Reschedule
from zrg.lib import log_events
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

MAX_RESCHEDULES = 30
NOT_SCHEDULED = "not_scheduled"
REFUSED_AS = {"newer_message": "newer_inbound_exists", "stale_slots": "offered_slot_expired"}
"""What a refused approval is called among the reasons of this moment."""


def run_due(context: JobContext) -> None:
    """The AI_AUTO_SEND_DELAYED job: sends, gives up, asks a person, or comes back at the next opening.

    Re-entrant: whatever is found is written in one transaction with the approval it leads to.
    """
    if context.draft_id is None:
        raise Cancelled("no draft")
    try:
        refresh_before_sending(context.workspace_id, context.draft_id, deadline=context.deadline)
        with tenant(context.workspace_id):
            found = settle_due(context.draft_id, reschedules=context.reschedules)
    except JobSignal:
        raise
    except Exception:
        if context.is_last_attempt:
            with tenant(context.workspace_id):
                _give_to_person(context.draft_id, "job_failed")
        raise
    if found.run_at is not None:
        raise Reschedule(found.run_at, found.reason or "")
    if found.action == "cancel":
        raise Cancelled(found.reason or "")


def settle_due(draft_id: UUID, *, reschedules: int = 0) -> Revalidation:
    """Look, decide and act in the caller's transaction: nothing can change between the check and the claim."""
    try:
        lead, draft = lock_lead_and_draft(draft_id)
    except NotVisible:
        return Revalidation(action="cancel", reason="draft_not_found", draft_status=None)
    now = database_now()
    if draft.status != DraftStatus.PENDING or not is_scheduled(draft):
        # Whoever closed it wrote the outcome; an approval of a timer before this one is still being carried out.
        reason = NOT_SCHEDULED if draft.status == DraftStatus.PENDING else f"draft_status_{draft.status}"
        return Revalidation(action="cancel", reason=reason, draft_status=draft.status)
    if draft.auto_send_run_at is not None and draft.auto_send_run_at > now:
        return Revalidation(
            action="reschedule", reason="not_due", draft_status=draft.status, run_at=draft.auto_send_run_at
        )
    found = revalidate(look(lead, draft, now))
    if found.action == "reschedule" and reschedules >= MAX_RESCHEDULES:
        found = Revalidation(action="needs_review", reason="too_many_reschedules", draft_status=DraftStatus.PENDING)
    found = _act(lead, draft, found, now)
    logger.info(log_events.AUTOSEND_REVALIDATED, draft=str(draft.pk), action=found.action, reason=found.reason)
    refresh_lead_flags(lead.pk)
    return found


def look(lead: Lead, draft: Draft, now: datetime) -> State:
    """What is true now, read in the caller's transaction."""
    message: Message | None = draft.trigger_message
    policy = policy_of(lead, draft.channel)
    hours = policy.check_schedule(now)
    evaluated_at = draft.auto_send_evaluated_at
    offers = calendar().check_offer(draft.workspace_id, lead.pk, draft.offer_set, draft.content, now=now)
    return State(
        draft_status=draft.status,
        same_lead=message is None or (message.lead_id == lead.pk and message.workspace_id == draft.workspace_id),
        trigger_exists=message is not None,
        scheduled_mode=draft.auto_send_mode,
        mode=policy.mode,
        lead_stopped=is_stopped(lead),
        newer_inbound=message is not None and _newer(message).filter(direction=Direction.INBOUND).exists(),
        outbound_after_trigger=message is not None and _answered_since(draft, message),
        appointment_since=booked_since(lead, evaluated_at),
        tag_allows=lead.sentiment_tag in DRAFTED_TAGS,
        version_matches=draft.version == draft.evaluated_version,
        evaluated_ago=now - evaluated_at if evaluated_at is not None else None,
        offers_open=offers.state == "ok",
        within_schedule=hours.within,
        next_window_start=hours.next_window_start,
        rate_limited=is_rate_limited(lead, now),
        paused=is_paused(lead, draft.channel, now),
    )


def database_now() -> datetime:
    """The database's clock: due times are compared with the clock that claims jobs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def _act(lead: Lead, draft: Draft, found: Revalidation, now: datetime) -> Revalidation:
    if found.action == "send":
        found = _approve(draft, now)
    _note(draft, DraftEventKind.REVALIDATED, found)
    if found.action == "cancel":
        _cancel(draft, found)
    elif found.action == "needs_review":
        record_outcome(draft, AutoSendOutcome.NEEDS_REVIEW, found.reason or "")
    elif found.action == "reschedule":
        Draft.objects.filter(pk=draft.pk).update(auto_send_run_at=found.run_at)
        _note(draft, DraftEventKind.RESCHEDULED, found)
    return found


def _approve(draft: Draft, now: datetime) -> Revalidation:
    """Straight into the approval; what that refuses is written like what was found before."""
    decision = approve_draft(draft.pk, source=ApprovalSource.AUTO_SEND, now=now)
    if decision.state == "queued":
        return Revalidation(action="send", reason=None, draft_status=DraftStatus.APPROVED)
    if decision.code == "newer_message":
        return Revalidation(action="cancel", reason=REFUSED_AS[decision.code], draft_status=DraftStatus.PENDING)
    reason = REFUSED_AS.get(decision.code, f"post_ai_invariant_failed:{decision.code}")
    return Revalidation(action="needs_review", reason=reason, draft_status=DraftStatus.PENDING)


def _cancel(draft: Draft, found: Revalidation) -> None:
    reason = found.reason or ""
    record_outcome(draft, AutoSendOutcome.CANCELED, reason)
    _note(draft, DraftEventKind.CANCELED, found)
    count_auto_send_cancel(reason)
    logger.info(log_events.AUTOSEND_CANCELED, draft=str(draft.pk), reason=reason)
    if found.draft_status == DraftStatus.REJECTED:
        close_draft(draft, DraftStatus.REJECTED, DraftClosedReason.LEAD_OPTED_OUT, source=DraftEventSource.JOB)


def _note(draft: Draft, kind: DraftEventKind, found: Revalidation) -> None:
    record_draft_event(
        draft,
        kind,
        source=DraftEventSource.JOB,
        reason=(found.reason or "").partition(":")[0],
        action=found.action,
        run_at=found.run_at.isoformat() if found.run_at else None,
    )


def _answered_since(draft: Draft, message: Message) -> bool:
    """Whether an answer left after the message, on any channel, or is ordered and about to."""
    ordered = SendOrder.objects.filter(lead_id=draft.lead_id, state__in=OPEN_STATES)
    return _newer(message).filter(direction=Direction.OUTBOUND).exists() or ordered.exists()


def _newer(message: Message) -> MessageQuerySet:
    """What arrived or left after the message, of any channel; campaign steps, delivery reports and what never
    left do not count. Both clocks count: a late one was not known, an early one was not read.
    """
    newer: MessageQuerySet = (
        Message.objects.of_lead(message.lead_id)
        .exclude(pk=message.pk)
        .filter(Q(created_at__gt=message.created_at) | Q(sent_at__gt=message.sent_at))
        .exclude(direction=Direction.OUTBOUND, origin=MessageOrigin.CAMPAIGN)
        .exclude(source=MessageSource.BOUNCE)
        .exclude(delivery_status=DeliveryStatus.FAILED)
    )
    return newer


def _give_to_person(draft_id: UUID, reason: str) -> None:
    try:
        lead, draft = lock_lead_and_draft(draft_id)
    except NotVisible:
        return
    if is_scheduled(draft) and draft.status == DraftStatus.PENDING:
        record_outcome(draft, AutoSendOutcome.NEEDS_REVIEW, reason)
        refresh_lead_flags(lead.pk)

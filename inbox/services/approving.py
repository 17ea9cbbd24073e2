"""Deciding about drafts and sending by hand (06 R17, 07 R8). One decision, at most one message.

Locks are taken in the order lead → draft everywhere. Nothing here calls a provider: a decision writes
one SendOrder, whose job sends. The functions run in the caller's transaction.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.utils import timezone
from django.utils.translation import gettext

from inbox.contracts import Decision, DraftDecided
from inbox.enums import (
    ApprovalSource,
    Channel,
    DraftClosedReason,
    DraftEventKind,
    DraftEventSource,
    DraftStatus,
    OrderSource,
    OrderState,
    ResponseDisposition,
    SentBy,
)
from inbox.errors import DraftNotPending, SendInProgress, StaleDraft
from inbox.metrics import count_approve_conflict, count_double_attempt, count_draft_decision
from inbox.models import Draft, Message, SendOrder
from inbox.rules.disposition import disposition, joined_parts
from inbox.services.checking import (
    Seen,
    Text,
    clean_body,
    clean_subject,
    refuse_newer,
    refuse_stale_times,
    refuse_text,
    refused_with,
)
from inbox.services.closing import canceled_columns, close_draft, end_schedule
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from inbox.services.guards import is_blocked_on
from inbox.services.locking import lock_lead_and_draft
from inbox.services.orders import OrderText, pending_for, place_order, refuse_while_sending, standing_order
from inbox.services.recipients import check_recipients
from inbox.services.scheduled import drop_held
from leads.models import Lead
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.lib.errors import BadInput, NotVisible
from zrg.lib.text import storable
from zrg.workspaces.models import User, UserPreference

logger = structlog.get_logger(__name__)

MAX_SEND_LATER = timedelta(days=90)
DEFAULT_UNDO_SECONDS = 10
BY_MACHINE = (ApprovalSource.AUTO_SEND, ApprovalSource.FOLLOWUP_DUE)


def approve_draft(
    draft_id: UUID,
    *,
    source: ApprovalSource,
    text: Text | None = None,
    seen: Seen | None = None,
    by: User | None = None,
    slack_user: str | None = None,
    send_at: datetime | None = None,
    now: datetime | None = None,
) -> Decision:
    """Approve a draft and order its sending: queued, already_decided or blocked, exactly one message.

    Idempotent by the draft's state: the second approval, whoever makes it, answers what the first did.
    """
    now = now or timezone.now()
    text = text or Text()
    seen = seen or Seen()
    lead, draft = lock_lead_and_draft(draft_id)
    if draft.status != DraftStatus.PENDING:
        count_double_attempt(source)
        count_approve_conflict("already_decided")
        logger.info(log_events.APPROVE_RACE, draft=str(draft.pk), loser=source)
        return already_decided(draft)
    content = draft.content if text.content is None else clean_body(text.content)
    blocked = _refuse_approval(lead, draft, content, source, seen, now)
    if blocked is not None:
        logger.info(log_events.APPROVE_RESULT, draft=str(draft.pk), source=source, result=blocked.code)
        return blocked
    if text.to is not None or text.cc is not None or text.content is not None:
        check_recipients(lead, draft.channel, to=text.to, cc=text.cc)
    edited = content != draft.content
    if source != ApprovalSource.AUTO_SEND:
        # Somebody was quicker than the timer.
        end_schedule(draft, DraftStatus.APPROVED, source=_event_source(source), by=by)
    _mark_approved(draft, content, edited=edited, source=source, by=by, slack_user=slack_user, now=now)
    order, placed = place_order(
        lead,
        OrderText(
            channel=draft.channel,
            body=content,
            subject=clean_subject(text.subject) or draft.subject,
            to_override=text.to,
            cc=text.cc,
            due_at=due_time(source, by, send_at, now),
        ),
        order_key=f"draft:{draft.pk}",
        source=OrderSource(source),
        draft=draft,
        by=by,
        seen_message_id=_seen_at_sending(lead, draft, source, seen),
    )
    if not placed:
        # The order of an earlier approval is still being carried out: nothing of this one stays.
        raise SendInProgress(gettext("This draft is being sent."), draft=str(draft.pk))
    if by is not None:
        drop_held(lead, draft.channel, keep=order.pk)
    record_draft_event(draft, DraftEventKind.APPROVED, source=_event_source(source), actor=by, edited=edited)
    _announce_decision(draft, DraftStatus.APPROVED)
    refresh_lead_flags(lead.pk)
    count_draft_decision(DraftStatus.APPROVED, edited=edited)
    logger.info(log_events.APPROVE_RESULT, draft=str(draft.pk), source=source, result="queued", edited=edited)
    logger.info(log_events.DRAFT_APPROVED, draft=str(draft.pk), source=source, edited=edited)
    return Decision(state="queued", order_id=order.pk, due_at=order.due_at)


def reject_draft(
    draft_id: UUID,
    *,
    by: User | None,
    reason: str = "",
    source: ApprovalSource = ApprovalSource.DASHBOARD,
    slack_user: str | None = None,
) -> Decision:
    """Reject a pending draft; a decided one answers what was decided."""
    lead, draft = lock_lead_and_draft(draft_id)
    if draft.status != DraftStatus.PENDING:
        return already_decided(draft)
    refuse_while_sending(draft)
    close_draft(
        draft,
        DraftStatus.REJECTED,
        DraftClosedReason.HUMAN_REJECTED,
        source=_event_source(source),
        by=by,
        detail={"slack_user": slack_user} if slack_user else {},
        rejected_by=by,
        reject_reason=storable(reason).strip()[:500],
    )
    refresh_lead_flags(lead.pk)
    logger.info(log_events.DRAFT_REJECTED, draft=str(draft.pk))
    return Decision(state="rejected")


def edit_draft(draft_id: UUID, content: str, *, expected_version: int, by: User) -> Draft:
    """Save the text a person typed; never sends. A stale version raises with the current text."""
    lead, draft = lock_lead_and_draft(draft_id)
    if draft.status != DraftStatus.PENDING:
        raise DraftNotPending(gettext("This draft was decided."), **(already_decided(draft).data or {}))
    refuse_while_sending(draft)
    if draft.version != expected_version:
        raise StaleDraft(gettext("Somebody changed this draft."), version=draft.version, content=draft.content)
    body = clean_body(content, allow_empty=True)
    if body == draft.content:
        return draft
    Draft.objects.filter(pk=draft.pk).update(
        content=body, version=draft.version + 1, edited_by_person=True, updated_at=timezone.now()
    )
    record_draft_event(
        draft, DraftEventKind.EDITED, source=DraftEventSource.DASHBOARD, actor=by, version=draft.version + 1
    )
    Lead.objects.filter(pk=lead.pk).update(changed_at=timezone.now())
    draft.refresh_from_db()
    return draft


def send_manual(
    lead_id: UUID,
    *,
    channel: str,
    text: Text,
    seen: Seen,
    idempotency_key: UUID,
    by: User,
    send_at: datetime | None = None,
    now: datetime | None = None,
) -> Decision:
    """Order a message a person wrote; closes the channel's pending reply draft in the same transaction.

    Idempotent by `idempotency_key` (made when the form opened): a repeat returns the same order.
    """
    now = now or timezone.now()
    lead = Lead.objects.select_for_update().filter(pk=lead_id).first()
    if lead is None:
        raise NotVisible
    order_key = f"manual:{idempotency_key}"
    if (known := standing_order(lead, order_key)) is not None:
        # Asked again after a lost answer: what stands is told, also when the message itself is newer now.
        return Decision(state="queued", order_id=known.pk, due_at=known.due_at)
    body = clean_body(text.content or "")
    blocked = refuse_text(lead, channel, body) or refuse_newer(lead, seen)
    if blocked is not None:
        return blocked
    check_recipients(lead, channel, to=text.to, cc=text.cc)
    order, placed = place_order(
        lead,
        OrderText(
            channel=channel,
            body=body,
            subject=clean_subject(text.subject),
            to_override=text.to,
            cc=text.cc,
            due_at=due_time(ApprovalSource.DASHBOARD, by, send_at, now),
        ),
        order_key=order_key,
        source=OrderSource.DASHBOARD,
        by=by,
        seen_message_id=_newest_stored(lead.pk),
    )
    if placed:
        supersede_pending(lead.pk, channel, DraftClosedReason.MANUAL_REPLY_SENT, by=by)
        drop_held(lead, channel, keep=order.pk)
        refresh_lead_flags(lead.pk)
    logger.info(log_events.MESSAGE_MANUAL_SEND, order=str(order.pk), channel=channel)
    return Decision(state="queued", order_id=order.pk, due_at=order.due_at)


def supersede_pending(lead_id: UUID, channel: str, reason: DraftClosedReason, *, by: User | None = None) -> int:
    """Close the channel's pending reply drafts because something took their place."""
    drafts = [d for d in pending_for(lead_id, channel) if d.origin not in ("followup_task", "followup_step")]
    for draft in drafts:
        close_draft(draft, DraftStatus.SUPERSEDED, reason, source=DraftEventSource.DASHBOARD, by=by)
    return len(drafts)


def already_decided(draft: Draft) -> Decision:
    """State, who and when: the same answer for the second click, Slack and the timer."""
    who = draft.approved_by or draft.rejected_by
    at = draft.approved_at or draft.rejected_at or draft.updated_at
    message = Message.objects.filter(draft=draft).order_by("draft_part_index").values_list("pk", flat=True).first()
    return Decision(
        state="already_decided",
        code="already_decided",
        data={
            "state": draft.status,
            "reason": draft.closed_reason,
            "by": (who.display_name or who.email) if who else None,
            "at": at.isoformat() if at else None,
            "messageId": str(message) if message else None,
        },
    )


def due_time(source: ApprovalSource, by: User | None, send_at: datetime | None, now: datetime) -> datetime:
    """When the order is carried out: the chosen time, or after the person's undo seconds."""
    if send_at is not None:
        if not now <= send_at <= now + MAX_SEND_LATER:
            raise BadInput(gettext("Choose a time within the next 90 days."), code="bad_send_at", field="sendAt")
        return send_at
    if source != ApprovalSource.DASHBOARD or by is None:
        return now
    seconds = UserPreference.objects.filter(user=by).values_list("undo_seconds", flat=True).first()
    return now + timedelta(seconds=DEFAULT_UNDO_SECONDS if seconds is None else seconds)


def _refuse_approval(
    lead: Lead, draft: Draft, content: str, source: ApprovalSource, seen: Seen, now: datetime
) -> Decision | None:
    close_if_stopped(lead, draft, source)
    if refused := refuse_text(lead, draft.channel, content):
        return refused
    if seen.version is not None and seen.version != draft.version:
        return refused_with("stale", "Somebody changed this draft.", 409, version=draft.version, content=draft.content)
    on_screen = seen if source == ApprovalSource.DASHBOARD else Seen(message_id=draft.context_message_id)
    return refuse_newer(lead, on_screen) or refuse_stale_times(
        lead, draft.offer_set, content, by_machine=source in BY_MACHINE, now=now
    )


def close_if_stopped(lead: Lead, draft: Draft, source: ApprovalSource) -> bool:
    """A stopped lead keeps no pending draft, whoever finds one. Call with both locked; returns whether it was
    closed.
    """
    if not is_blocked_on(lead, draft.channel):
        return False
    close_draft(draft, DraftStatus.REJECTED, DraftClosedReason.LEAD_OPTED_OUT, source=_event_source(source))
    refresh_lead_flags(lead.pk)
    return True


def _mark_approved(
    draft: Draft,
    content: str,
    *,
    edited: bool,
    source: ApprovalSource,
    by: User | None,
    slack_user: str | None,
    now: datetime,
) -> None:
    Draft.objects.filter(pk=draft.pk).update(
        status=DraftStatus.APPROVED,
        content=content,
        version=draft.version + 1 if edited else draft.version,
        edited_by_person=draft.edited_by_person or (edited and by is not None),
        response_disposition=_disposition(draft, content, source),
        **({} if source == ApprovalSource.AUTO_SEND else canceled_columns(draft, DraftStatus.APPROVED)),
        approval_source=source,
        approved_by=by,
        approved_by_slack_user_id=slack_user,
        approved_at=now,
        updated_at=now,
    )
    draft.refresh_from_db()


def _disposition(draft: Draft, content: str, source: ApprovalSource) -> ResponseDisposition:
    sent_by = SentBy.AI if source in BY_MACHINE else SentBy.SETTER
    if draft.channel == Channel.SMS:
        return disposition(joined_parts(content), joined_parts(draft.ai_content), sent_by)
    return disposition(content, draft.ai_content, sent_by)


def _seen_at_sending(lead: Lead, draft: Draft, source: ApprovalSource, seen: Seen) -> UUID | None:
    """The job's guard starts from what is stored now: what the person saw or acknowledged."""
    if source == ApprovalSource.DASHBOARD:
        return _newest_stored(lead.pk)
    return seen.message_id or draft.context_message_id


def _newest_stored(lead_id: UUID) -> UUID | None:
    return Message.objects.of_lead(lead_id).order_by("-created_at", "-id").values_list("pk", flat=True).first()


def _event_source(source: ApprovalSource) -> DraftEventSource:
    return {
        ApprovalSource.DASHBOARD: DraftEventSource.DASHBOARD,
        ApprovalSource.SLACK: DraftEventSource.SLACK,
        ApprovalSource.API: DraftEventSource.API,
    }.get(source, DraftEventSource.JOB)


def _announce_decision(draft: Draft, status: DraftStatus) -> None:
    announce(
        DraftDecided(
            workspace_id=draft.workspace_id,
            lead_id=draft.lead_id,
            draft_id=draft.pk,
            status=status,
            version=draft.version,
            decision=uuid4().hex,
        )
    )


def order_of(draft_id: UUID) -> SendOrder | None:
    """The live order of a draft, for the thread's delivery state."""
    return SendOrder.objects.filter(draft_id=draft_id).exclude(state=OrderState.CANCELLED).first()

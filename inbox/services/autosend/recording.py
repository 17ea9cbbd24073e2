"""Writing decisions about unattended sends down: once, and with the job they lead to (06 R8, R13)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from inbox.enums import (
    AutoSendAction,
    AutoSendMode,
    AutoSendOutcome,
    DraftClosedReason,
    DraftEventKind,
    DraftEventSource,
    DraftStatus,
)
from inbox.metrics import count_auto_send
from inbox.models import Draft
from inbox.rules.autosend.timing import compute_run_at
from inbox.rules.autosend.verdicts import Action, Evaluation, Verdict
from inbox.services.autosend.policies import Policy, policy_of
from inbox.services.autosend.reviewing import request_review
from inbox.services.closing import AI_AUTO_SEND_DELAYED, close_draft
from inbox.services.draft_events import record_draft_event
from inbox.services.flags import refresh_lead_flags
from leads.models import Lead
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib import log_events

logger = structlog.get_logger(__name__)

SENDING = (AutoSendAction.SEND_IMMEDIATE, AutoSendAction.SEND_DELAYED)
MAY_FOLLOW = {
    # Nothing replaces a decision to send; a review may replace what left the draft lying.
    AutoSendAction.NEEDS_REVIEW: (AutoSendAction.SKIP, AutoSendAction.ERROR),
}
REASON_CODE_LENGTH = 200
MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A verdict about one version of a text, and what it rests on. `evaluation` None: nobody was asked."""

    verdict: Verdict
    mode: AutoSendMode
    version: int
    threshold: float | None = None
    evaluation: Evaluation | None = None


def record_decision(lead: Lead, draft: Draft, decided: Decided) -> Decided | None:
    """Write the decision, its history and the job or the review that follows from it, in the caller's
    transaction. Call with lead and draft locked.

    Returns what was recorded, None when the draft was decided before or is no longer pending: a retry writes
    nothing. A text that changed while it was judged is never sent.
    """
    now = timezone.now()
    policy = policy_of(lead, draft.channel)
    decided = _still_right(decided, draft, policy)
    verdict, run_at = decided.verdict, None
    if verdict.action in SENDING:
        verdict, run_at = _plan(draft, decided, policy, now)
        decided = replace(decided, verdict=verdict)
    if not _write(draft, decided, run_at, now):
        return None
    draft.refresh_from_db()
    _note(draft, decided)
    if run_at is not None:
        schedule_send(draft, run_at)
    if verdict.draft_status == DraftStatus.REJECTED:
        close_draft(draft, DraftStatus.REJECTED, _closed_reason(verdict.reason), source=DraftEventSource.JOB)
    if verdict.notify:
        request_review(draft, reason=verdict.reason)
    refresh_lead_flags(lead.pk)
    return decided


def schedule_send(draft: Draft, run_at: datetime) -> bool:
    """The one durable job of a draft's unattended send, in the caller's transaction.

    A job that is there already stays as it is: nothing is sent now instead (06.no-fallback-to-now).
    """
    queued = enqueue_job(
        AI_AUTO_SEND_DELAYED,
        draft.workspace_id,
        message_id=draft.trigger_message_id,
        draft_id=draft.pk,
        dedupe_key=send_job_key(draft),
        run_at=run_at,
        max_attempts=MAX_ATTEMPTS,
    )
    if queued:
        record_draft_event(
            draft,
            DraftEventKind.SCHEDULED,
            source=DraftEventSource.JOB,
            run_at=run_at.isoformat(),
            version=draft.version,
        )
        logger.info(log_events.AUTOSEND_SCHEDULED, draft=str(draft.pk), run_at=run_at.isoformat())
    return queued


def send_job_key(draft: Draft) -> str:
    """One job per reply and draft, for ever."""
    return f"{draft.workspace_id}:{draft.trigger_message_id}:{AI_AUTO_SEND_DELAYED}:{draft.pk}"


def record_outcome(draft: Draft, outcome: AutoSendOutcome, reason: str) -> None:
    """What became of a decision to send; the decision itself stays. Call with lead and draft locked."""
    Draft.objects.filter(pk=draft.pk).update(
        auto_send_outcome=outcome, auto_send_outcome_reason=reason[:64], updated_at=timezone.now()
    )
    draft.auto_send_outcome, draft.auto_send_outcome_reason = outcome, reason[:64]
    if outcome == AutoSendOutcome.NEEDS_REVIEW:
        request_review(draft, reason=reason)


def _still_right(decided: Decided, draft: Draft, policy: Policy) -> Decided:
    """What a text or a switch that changed while the text was judged makes of the verdict."""
    verdict = decided.verdict
    if draft.version != decided.version and verdict.action in SENDING:
        return replace(decided, verdict=_review("draft_content_changed"))
    if policy.mode.mode != decided.mode and verdict.action in (*SENDING, AutoSendAction.NEEDS_REVIEW):
        reason = policy.mode.reason if policy.mode.mode == AutoSendMode.DISABLED else "mode_changed"
        return replace(decided, verdict=Verdict(action="skip", reason=reason, draft_status="pending"))
    return decided


def _plan(draft: Draft, decided: Decided, policy: Policy, now: datetime) -> tuple[Verdict, datetime | None]:
    """When it leaves. Without a campaign there is no delay; outside the hours it waits for the next ones."""
    message = draft.trigger_message
    if message is None:
        return _review("trigger_message_not_found"), None
    run_at = compute_run_at(message.pk, message.sent_at, policy.delay_minimum, policy.delay_maximum, now)
    check = policy.check_schedule(run_at)
    if not check.within:
        if check.next_window_start is None:
            return _review("no_send_window"), None
        run_at = check.next_window_start
    action: Action = "send_delayed" if run_at > now else "send_immediate"
    return replace(decided.verdict, action=action), run_at


def _write(draft: Draft, decided: Decided, run_at: datetime | None, now: datetime) -> bool:
    """One conditional UPDATE: pending still, and nothing decided that this may not replace."""
    verdict, evaluation = decided.verdict, decided.evaluation
    columns: dict[str, Any] = {
        "auto_send_mode": decided.mode,
        "auto_send_evaluated_at": now,
        "evaluated_version": decided.version,
        "auto_send_threshold": decided.threshold,
        "auto_send_reason_code": verdict.reason[:REASON_CODE_LENGTH],
        "auto_send_action": verdict.action,
        "auto_send_run_at": run_at,
        "auto_send_outcome": _outcome(verdict),
        "auto_send_outcome_reason": None,
        "updated_at": now,
    }
    if evaluation is not None:
        columns |= {"auto_send_confidence": evaluation.confidence, "auto_send_reason": evaluation.reason or None}
    replaceable = Q(auto_send_action=None) | Q(auto_send_action__in=MAY_FOLLOW.get(AutoSendAction(verdict.action), ()))
    return bool(Draft.objects.filter(replaceable, pk=draft.pk, status=DraftStatus.PENDING).update(**columns))


def _note(draft: Draft, decided: Decided) -> None:
    verdict, evaluation = decided.verdict, decided.evaluation
    reason, _, found = verdict.reason.partition(":")
    record_draft_event(
        draft,
        DraftEventKind.EVALUATED,
        source=DraftEventSource.JOB,
        reason=reason,
        action=verdict.action,
        mode=decided.mode,
        version=decided.version,
        threshold=decided.threshold,
        confidence=evaluation.confidence if evaluation else None,
        codes=found.split(",") if found else [],
    )
    count_auto_send(verdict.action)
    logger.info(
        log_events.AUTOSEND_DECISION,
        draft=str(draft.pk),
        action=verdict.action,
        reason=verdict.reason,
        mode=decided.mode,
        **_debugged(decided, found),
    )


def _debugged(decided: Decided, found: str) -> dict[str, Any]:
    """More codes and figures for the log where AUTO_SEND_DEBUG asks for them; never text."""
    if not settings.AUTO_SEND_DEBUG:
        return {}
    evaluation = decided.evaluation
    return {
        "version": decided.version,
        "threshold": decided.threshold,
        "confidence": evaluation.confidence if evaluation else None,
        "safe": evaluation.safe_to_send if evaluation else None,
        "error_code": evaluation.error_code if evaluation else "",
        "codes": found,
    }


def _outcome(verdict: Verdict) -> AutoSendOutcome | None:
    if verdict.action in SENDING:
        return AutoSendOutcome.SCHEDULED
    return None if verdict.action == AutoSendAction.SKIP else AutoSendOutcome.NEEDS_REVIEW


def _closed_reason(code: str) -> DraftClosedReason:
    return DraftClosedReason.AUTOMATED_REPLY if code == "automated_reply" else DraftClosedReason.LEAD_OPTED_OUT


def _review(reason: str) -> Verdict:
    return Verdict(action="needs_review", reason=reason, draft_status="pending", notify=True)

"""Improving a draft once, for ever, when the evaluator was not sure enough (06 R11). Call outside of transactions."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.db.models.functions import Now
from django.utils import timezone

from inbox.enums import AutoSendMode, AutoSendOutcome, DraftEventKind, DraftEventSource, DraftStatus
from inbox.metrics import count_revision
from inbox.models import Draft
from inbox.rules.autosend.revision import (
    PlanStep,
    Revised,
    Selected,
    StepName,
    cancels,
    follow_plan,
    is_improved,
    revision_refusal,
)
from inbox.rules.autosend.revision_checks import Asked, asked_window, constraint_failures
from inbox.rules.autosend.verdicts import Evaluation
from inbox.services.autosend.asking import RevisionRequest, select_guidance, write_revision
from inbox.services.autosend.cases import Case
from inbox.services.autosend.policies import RevisionPolicy, revision_policy
from inbox.services.draft_events import record_draft_event
from inbox.services.memory import propose_memory
from inbox.services.overseer.extracting import stored_decision
from leads.models import Lead
from zrg.ai.services.telemetry import record_outcome
from zrg.lib import log_events
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

STEP = "auto_send.revision"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionOutcome:
    """`evaluation` is the one that decides. `content`: the improved text, stored under the next version; None when the
    first text stays. `canceled`: the draft is not the machine's any more, nothing is decided.
    """

    evaluation: Evaluation
    reason: str
    canceled: bool = False
    content: str | None = None


def maybe_revise(request: RevisionRequest) -> RevisionOutcome:
    """Improve the draft if it may be, at most once in its life (06.revision-claimed-once), and never over a person's
    change (06.revision-never-overwrites-a-person). A crash after the claim loses the attempt on purpose.
    """
    case = request.case
    with tenant(case.workspace_id):
        policy = revision_policy(case.workspace_id)
    reason = revision_refusal(
        request.evaluation,
        mode=case.policy.mode.mode,
        threshold=case.policy.threshold,
        stopped=policy.stopped,
        workspace_enabled=policy.enabled,
    )
    if reason:
        count_revision(reason)
        return RevisionOutcome(evaluation=request.evaluation, reason=reason)
    return _Attempt(request, policy).run()


def rehearse_revision(request: RevisionRequest, *, forced: bool) -> RevisionOutcome:
    """The same for a text that is no draft: nothing is claimed, stored, remembered or counted. `forced`: whatever
    mode and switches say.
    """
    case = request.case
    with tenant(case.workspace_id):
        policy = revision_policy(case.workspace_id)
    reason = revision_refusal(
        request.evaluation,
        mode=AutoSendMode.AI_AUTO_SEND if forced else case.policy.mode.mode,
        threshold=case.policy.threshold,
        stopped=policy.stopped and not forced,
        workspace_enabled=policy.enabled or forced,
    )
    if reason:
        return RevisionOutcome(evaluation=request.evaluation, reason=reason)
    return _Rehearsal(request, policy).run()


class _Attempt:
    """The steps of one attempt and what they found."""

    def __init__(self, request: RevisionRequest, policy: RevisionPolicy):
        self._request = request
        self._case = request.case
        self._started = time.monotonic()
        self._ends = min(request.deadline, self._started + settings.AUTO_SEND_REVISION_LOOP_TIMEOUT_MS / 1000)
        self._reviser = policy.reviser
        self._claimed = False
        self._selected: Selected | None = None
        self._revised: Revised | None = None
        self._second: Evaluation | None = None

    def run(self) -> RevisionOutcome:
        """Follow the plan and write down what came of it."""
        acts: dict[StepName, Callable[[PlanStep], str]] = {
            "claim": self._claim,
            "selector": self._select,
            "reviser": self._revise,
            "constraints": self._check,
            "reevaluate": self._reevaluate,
            "write": self._write,
        }
        reason = follow_plan(acts)
        if self._claimed and reason != "applied":
            self._note(reason)
        self._tell(reason)
        first, second, revised = self._request.evaluation, self._second, self._revised
        if reason == "applied" and second is not None and revised is not None:
            return RevisionOutcome(evaluation=second, reason=reason, content=revised.text)
        return RevisionOutcome(evaluation=first, reason=reason, canceled=cancels(reason))

    def _claim(self, step: PlanStep) -> str:
        """Committed before anything that costs; the second of two finds no row."""
        try:
            with tenant(self._case.workspace_id):
                claimed = Draft.objects.filter(
                    pk=self._case.draft_id,
                    status=DraftStatus.PENDING,
                    version=self._request.version,
                    edited_by_person=False,
                    auto_send_revision_attempted_at=None,
                ).update(
                    auto_send_revision_attempted_at=Now(),
                    auto_send_original_confidence=self._request.evaluation.confidence,
                    auto_send_revision_selector_used=False,
                    updated_at=timezone.now(),
                )
                self._claimed = claimed == 1
                return "" if self._claimed else _why_not_claimed(self._case)
        except DatabaseError:
            return "claim_failed"

    def _select(self, step: PlanStep) -> str:
        self._selected = select_guidance(self._request, deadline=self._until(step), metadata=self._metadata(step))
        return "" if self._selected is not None else "selector_failed"

    def _revise(self, step: PlanStep) -> str:
        self._revised = write_revision(
            self._request,
            self._selected,
            reviser=self._reviser,
            deadline=self._until(step),
            metadata=self._metadata(step),
        )
        if self._revised is None:
            return "reviser_failed"
        self._remember(self._revised)
        return "unresolved_requirements" if self._revised.unresolved else ""

    def _check(self, step: PlanStep) -> str:
        request, judge, revised = self._request, self._request.judge, self._text()
        failures = constraint_failures(
            original=request.offered.content,
            revised=revised,
            codes=judge.invariants(revised, request.offered.labels),
            labels=request.offered.labels,
            booking_link=judge.booking_link,
            asked=self._asked(),
            sources=(*self._case.inbounds, self._case.voice.service_description, judge.knowledge),
        )
        if failures:
            logger.info(log_events.AUTOSEND_REVISION, draft=str(self._case.draft_id), constraints=failures)
        return "constraints_failed" if failures else ""

    def _reevaluate(self, step: PlanStep) -> str:
        second = self._request.judge.evaluate(
            self._text(),
            self._request.offered.labels,
            deadline=self._until(step),
            again=self._metadata(step),
        )
        if second.error_code:
            return "reevaluation_failed"
        self._second = second
        improved = is_improved(self._request.evaluation.confidence, second, self._case.policy.threshold)
        return "" if improved else "not_improved"

    def _write(self, step: PlanStep) -> str:
        """The improved text takes the place of exactly the version that was read, or of nothing."""
        with tenant(self._case.workspace_id):
            written = Draft.objects.filter(
                pk=self._case.draft_id,
                status=DraftStatus.PENDING,
                version=self._request.version,
                edited_by_person=False,
            ).update(
                content=self._text(),
                ai_content=self._text(),
                version=self._request.version + 1,
                evaluated_version=self._request.version + 1,
                auto_send_revision_applied=True,
                **self._figures(),
            )
            if written:
                self._record("applied")
        return "" if written else "draft_changed_meanwhile"

    def _note(self, reason: str) -> None:
        """What an attempt that changed no text found. A draft a person works on says so in the review queue."""
        with tenant(self._case.workspace_id):
            mine = Draft.objects.filter(pk=self._case.draft_id)
            mine.update(**self._figures())
            if cancels(reason):
                mine.filter(status=DraftStatus.PENDING, auto_send_action=None).update(
                    auto_send_mode=self._case.policy.mode.mode,
                    auto_send_outcome=AutoSendOutcome.CANCELED,
                    auto_send_outcome_reason=reason,
                )
            if mine.exists():
                self._record(reason)

    def _record(self, reason: str) -> None:
        draft = Draft.objects.get(pk=self._case.draft_id)
        figures = {name: value for name, value in self._summary(reason).items() if name != "reason"}
        record_draft_event(draft, DraftEventKind.REVISED, source=DraftEventSource.JOB, reason=reason, **figures)

    def _figures(self) -> dict[str, object]:
        return {
            "auto_send_revision_confidence": self._second.confidence if self._second else None,
            "auto_send_revision_selector_used": self._selected is not None,
            "updated_at": timezone.now(),
        }

    def _tell(self, reason: str) -> None:
        count_revision(reason)
        summary = self._summary(reason)
        if self._claimed:
            record_outcome(STEP, self._request.scope({"autoSendRevision": {"stage": "done", **summary}}))
        logger.info(
            log_events.AUTOSEND_REVISION,
            draft=str(self._case.draft_id),
            reason=reason,
            applied=summary["applied"],
            gain=round(self._second.confidence - self._request.evaluation.confidence, 4) if self._second else None,
            ms=summary["ms"],
        )

    def _summary(self, reason: str) -> dict[str, Any]:
        """Numbers, booleans and a code; never text."""
        return {
            "attempted": self._claimed,
            "applied": reason == "applied",
            "reason": reason,
            "original": self._request.evaluation.confidence,
            "revised": self._second.confidence if self._second else None,
            "threshold": self._case.policy.threshold,
            "selectorUsed": self._selected is not None,
            "ms": round((time.monotonic() - self._started) * 1000),
            "chunks": self._selected.chunks if self._selected else 0,
        }

    def _metadata(self, step: PlanStep) -> dict[str, object]:
        first, threshold = self._request.evaluation.confidence, self._case.policy.threshold
        known = {"stage": step.name, "attempted": True, "original": first, "threshold": threshold}
        return {"autoSendRevision": {**known, "selectorUsed": self._selected is not None}}

    def _until(self, step: PlanStep) -> float:
        return min(self._ends, time.monotonic() + step.seconds)

    def _text(self) -> str:
        assert self._revised is not None
        return self._revised.text

    def _asked(self) -> Asked:
        """What window the lead named; a reply that speaks of no meeting names none."""
        with tenant(self._case.workspace_id):
            decision = stored_decision(self._case.trigger_id)
        if decision is None:
            return asked_window(self._case.reply)
        if not decision.is_scheduling_related:
            return Asked()
        return asked_window(self._case.reply, day=decision.preferred_day_of_week, part=decision.preferred_time_of_day)

    def _remember(self, revised: Revised) -> None:
        if not revised.proposals:
            return
        with tenant(self._case.workspace_id):
            lead = Lead.objects.filter(pk=self._case.lead_id).first()
            if lead is not None:
                propose_memory(lead, revised.proposals, draft_id=self._case.draft_id)


class _Rehearsal(_Attempt):
    """The steps that ask and check, without those that keep something."""

    def _claim(self, step: PlanStep) -> str:
        return ""

    def _write(self, step: PlanStep) -> str:
        return ""

    def _remember(self, revised: Revised) -> None:
        return

    def _tell(self, reason: str) -> None:
        return


def _why_not_claimed(case: Case) -> str:
    found = Draft.objects.filter(pk=case.draft_id).values_list("status", "auto_send_revision_attempted_at").first()
    if found is None:
        return "draft_not_found"
    status, attempted_at = found
    if status != DraftStatus.PENDING:
        return f"draft_status_{status}"
    return "already_attempted" if attempted_at is not None else "draft_changed_meanwhile"

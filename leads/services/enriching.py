"""Questions about leads: who is asked for, once each, and what the answers mean.

An EnrichmentRequest exists for every question. It alone decides whether Clay was asked, so no kind is
asked twice for a lead, whatever the lead's status says. All changes hold the lead's row first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from integrations.clay.client import is_configured
from integrations.contracts import EnrichmentAnswer
from leads.contracts import EnrichmentFinished
from leads.enums import EnrichmentKind, EnrichmentRequestStatus, EnrichmentSource, EnrichmentStatus, EnrichmentTrigger
from leads.models import EnrichmentRequest, Lead
from leads.rules.enrichment import Asked, missing_kinds, refusal_for_kind, refusal_for_lead, status_after
from leads.rules.facts import Facts, is_contact
from leads.services.filling import fill_lead
from zrg.jobs.services.announce import announce
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib import log_events
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

ENRICHMENT_REQUEST = "ENRICHMENT_REQUEST"
MAX_ERROR = 500

_Status = EnrichmentRequestStatus
# A late "found" is better than none; a late "nothing" says nothing new.
_ANSWERABLE = {
    "success": (_Status.QUEUED, _Status.SENT, _Status.ERROR, _Status.EXPIRED, _Status.NOT_FOUND),
    "not_found": (_Status.QUEUED, _Status.SENT, _Status.ERROR),
    "error": (_Status.QUEUED, _Status.SENT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskResult:
    """Kinds that are asked for now, and why the others are not (`reason` when it concerns them all)."""

    asked: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    reason: str = ""


def request_enrichment(
    lead: Lead,
    kinds: Sequence[str] = EnrichmentKind.values,
    *,
    trigger: str,
    by: User | None = None,
    run_at: datetime | None = None,
) -> AskResult:
    """Queue a question for each kind that is missing and was never asked, in the caller's transaction.

    Two callers at once make one question: the lead's row is locked. `by` is the person of a manual
    request (audited). `run_at` spreads the questions of a batch over the budget.
    """
    with transaction.atomic():
        locked = Lead.objects.select_for_update().in_workspace(lead.workspace_id).get(pk=lead.pk)
        if reason := refusal_for_lead(locked, trigger):
            return AskResult(reason=reason)
        refused = _refusals(locked, kinds, trigger)
        asked = tuple(kind for kind in kinds if kind not in refused)
        for kind in asked:
            _queue(locked, kind, trigger, run_at)
        if asked:
            _show_pending(locked)
        if asked and by is not None:
            record_audit(
                "lead.enrichment_requested",
                actor=by,
                workspace=locked.workspace_id,
                obj=locked,
                after={"kinds": list(asked)},
            )
    return AskResult(asked=asked, refused=refused)


def apply_answer(answer: EnrichmentAnswer) -> str:
    """What Clay found, in the event's transaction; returns the event's outcome. Idempotent: a question
    that has its answer is not answered again.
    """
    lead = Lead.objects.select_for_update().in_workspace(answer.workspace_id).filter(pk=answer.lead_id).first()
    if lead is None:
        return "ignored:lead_not_found"
    questions = EnrichmentRequest.objects.in_workspace(lead.workspace_id).filter(lead=lead, kind=answer.kind)
    question = questions.filter(status__in=_ANSWERABLE[answer.status]).order_by("-created_at").first()
    if question is None:
        return "ignored:already_answered" if questions.exists() else "ignored:never_asked"
    status, error = _status_of(lead, answer)
    logger.info(
        log_events.ENRICHMENT_ANSWERED, lead=str(lead.pk), request=str(question.pk), kind=question.kind, status=status
    )
    finish_question(lead, question, status, error=error)
    return "processed"


def finish_question(lead: Lead, question: EnrichmentRequest, status: str, *, error: str | None = None) -> None:
    """End a question (or, for an error that is repeated later, put it off) and show it on the lead, whose
    row the caller holds. Announces a final end.
    """
    now = timezone.now()
    question.status, question.answered_at, question.error = status, now, (error or "")[:MAX_ERROR] or None
    question.save(update_fields=["status", "answered_at", "error", "updated_at"])
    if not as_asked(question).is_waiting:
        announce(
            EnrichmentFinished(
                workspace_id=lead.workspace_id,
                lead_id=lead.pk,
                request_id=question.pk,
                kind=question.kind,
                result=status,
                attempt=question.attempts,
            )
        )
    settle_status(lead)


def settle_status(lead: Lead) -> None:
    """Make the lead's status say what its questions and its data say. The caller holds the row."""
    status = status_after(
        lead.enrichment_status,
        missing=missing_kinds(lead),
        asked=asked_of(lead),
        was_enriched=lead.enriched_at is not None,
    )
    if status == lead.enrichment_status:
        return
    Lead.objects.filter(pk=lead.pk).update(enrichment_status=status, updated_at=Now(), changed_at=Now())
    lead.enrichment_status = status


def asked_of(lead: Lead) -> list[Asked]:
    """All questions about a lead."""
    questions = EnrichmentRequest.objects.in_workspace(lead.workspace_id).filter(lead=lead)
    return [as_asked(question) for question in questions]


def as_asked(question: EnrichmentRequest) -> Asked:
    """The question as the rules read it."""
    return Asked(
        kind=question.kind,
        status=question.status,
        attempts=question.attempts,
        answered_at=question.answered_at,
    )


def job_key(question: EnrichmentRequest) -> str:
    """The one job of a question."""
    return f"{question.workspace_id}:{question.lead_id}:{question.kind}:ENRICHMENT:{question.pk}"


def queue_job(question: EnrichmentRequest, *, run_at: datetime | None = None) -> bool:
    """Let a worker put the question; False when its job is there already."""
    return enqueue_job(
        ENRICHMENT_REQUEST,
        question.workspace_id,
        dedupe_key=job_key(question),
        run_at=run_at,
        payload={"request_id": str(question.pk)},
    )


def _refusals(lead: Lead, kinds: Iterable[str], trigger: str) -> dict[str, str]:
    missing, asked, now = missing_kinds(lead), asked_of(lead), timezone.now()
    reasons = {}
    for kind in kinds:
        reason = refusal_for_kind(kind, missing=missing, asked=asked, trigger=trigger, now=now)
        if reason or not is_configured(kind):
            reasons[kind] = reason or "not_configured"
    return reasons


def _queue(lead: Lead, kind: str, trigger: str, run_at: datetime | None) -> None:
    question = EnrichmentRequest.objects.create(
        workspace_id=lead.workspace_id, lead=lead, kind=kind, trigger=EnrichmentTrigger(trigger)
    )
    queue_job(question, run_at=run_at)
    logger.info(log_events.ENRICHMENT_ASKED, lead=str(lead.pk), request=str(question.pk), kind=kind, trigger=trigger)


def _show_pending(lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(
        enrichment_status=EnrichmentStatus.PENDING, enrichment_last_retry=Now(), updated_at=Now(), changed_at=Now()
    )


def _status_of(lead: Lead, answer: EnrichmentAnswer) -> tuple[str, str | None]:
    """The question's status after the answer; fills the lead with what was found."""
    if answer.status == "error":
        return _Status.ERROR, answer.error or "Clay reported an error"
    if answer.status == "not_found":
        return _Status.NOT_FOUND, None
    wanted = EnrichmentKind(answer.kind)
    was_known = wanted not in missing_kinds(lead)
    filled = fill_lead(lead, _facts(answer), EnrichmentSource.CLAY)
    if is_contact(filled) or was_known:
        # Somebody else may have been faster: what is stored stays, and the question has its answer.
        return _Status.SUCCEEDED, None
    return _Status.NOT_FOUND, "What was found cannot be used, or is another lead's"


def _facts(answer: EnrichmentAnswer) -> Facts:
    if answer.kind == EnrichmentKind.PHONE:
        return Facts(phone=answer.phone)
    return Facts(linkedin_urls=(answer.linkedin_url,) if answer.linkedin_url else (), linkedin_id=answer.linkedin_id)


def question_of(workspace_id: UUID, request_id: UUID) -> EnrichmentRequest | None:
    """The question, if it still exists. Runs in the caller's context."""
    return EnrichmentRequest.objects.in_workspace(workspace_id).filter(pk=request_id).first()

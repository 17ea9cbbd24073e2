"""One question to Clay: its job, its end, and what the lead's status says about all of them.

Every change holds the lead's row first, then the question's.
"""

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from leads.contracts import EnrichmentFinished
from leads.models import EnrichmentRequest, Lead
from leads.rules.enrichment import Asked, missing_kinds, status_after
from zrg.jobs.services.announce import announce
from zrg.jobs.services.enqueue import enqueue_job

ENRICHMENT_REQUEST = "ENRICHMENT_REQUEST"
MAX_ERROR = 500


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


def question_of(workspace_id: UUID, request_id: UUID) -> EnrichmentRequest | None:
    """The question, if it still exists. Runs in the caller's context."""
    return EnrichmentRequest.objects.in_workspace(workspace_id).filter(pk=request_id).first()

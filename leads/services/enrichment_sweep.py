"""What time does to questions: unanswered ones expire, failed ones are put again."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from leads.enums import EnrichmentRequestStatus
from leads.models import EnrichmentRequest, Lead
from leads.querysets import EnrichmentRequestQuerySet
from leads.rules.enrichment import (
    EXPIRES_AFTER,
    MAX_ATTEMPTS,
    RETRY_AFTER,
    missing_kinds,
    refusal_for_lead,
)
from leads.services.questions import finish_question, job_key, queue_job, settle_status
from zrg.jobs.services.enqueue import requeue_job
from zrg.lib import log_events
from zrg.workspaces.access import require, resolve_access
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

# (lead under lock, question) → what was done, as the schedule counts it.
Act = Callable[[Lead, EnrichmentRequest], str]

_Status = EnrichmentRequestStatus


def sweep_workspace(workspace_id: UUID, *, limit: int, now: datetime | None = None) -> Counter[str]:
    """Expire, repeat and revive up to `limit` questions in the caller's tenant transaction; counts by what
    was done. Each row is read again under the lead's lock, so parallel sweeps do the work once.
    """
    now = now or timezone.now()
    questions = EnrichmentRequest.objects.in_workspace(workspace_id)
    unanswered = questions.filter(status=_Status.SENT, sent_at__lt=now - EXPIRES_AFTER)
    failed = questions.filter(status=_Status.ERROR, attempts__lt=MAX_ATTEMPTS, answered_at__lte=now - RETRY_AFTER)
    # A job that gave up waiting for the budget leaves a question that nobody would ever put.
    forgotten = questions.filter(status=_Status.QUEUED, updated_at__lt=now - EXPIRES_AFTER)
    done: Counter[str] = Counter()
    for rows, act in ((unanswered, _expire), (failed, _repeat), (forgotten, _revive)):
        for pk in list(rows.order_by("created_at").values_list("pk", flat=True)[: limit - done.total()]):
            if (outcome := _under_lock(rows, pk, act)) is not None:
                done[outcome] += 1
    return done


def repeat_question(question: EnrichmentRequest, *, by: User) -> bool:
    """Put an ended question once more because a person says so; False when there is nothing to ask.

    Also after "nothing found" and after a question that may have been put: the person decides that.
    Needs the permission to enrich the lead.
    """
    require(resolve_access(by), "lead.enrich", question.workspace_id, question.lead)
    lead = Lead.objects.select_for_update().in_workspace(question.workspace_id).get(pk=question.lead_id)
    current = EnrichmentRequest.objects.filter(pk=question.pk).first()
    ended = (_Status.ERROR, _Status.EXPIRED, _Status.NOT_FOUND)
    if current is None or current.status not in ended or current.kind not in missing_kinds(lead):
        return False
    if refusal_for_lead(lead, "manual") or _open_twin(current):
        return False
    _ask_again(lead, current)
    record_audit(
        "lead.enrichment_repeated", actor=by, workspace=lead.workspace_id, obj=lead, after={"kind": current.kind}
    )
    return True


def cancel_question(question: EnrichmentRequest, *, by: User) -> bool:
    """End a question that was not put yet; False when it is too late. Needs the permission to enrich."""
    require(resolve_access(by), "lead.enrich", question.workspace_id, question.lead)
    lead = Lead.objects.select_for_update().in_workspace(question.workspace_id).get(pk=question.lead_id)
    current = EnrichmentRequest.objects.filter(pk=question.pk, status=_Status.QUEUED).first()
    if current is None:
        return False
    finish_question(lead, current, _Status.EXPIRED, error="Cancelled by a person")
    record_audit(
        "lead.enrichment_cancelled", actor=by, workspace=lead.workspace_id, obj=lead, after={"kind": current.kind}
    )
    return True


def _under_lock(rows: EnrichmentRequestQuerySet, pk: UUID, act: Act) -> str | None:
    seen = rows.filter(pk=pk).first()
    lead = Lead.objects.select_for_update().filter(pk=seen.lead_id).first() if seen else None
    question = rows.filter(pk=pk).first()
    return act(lead, question) if lead is not None and question is not None else None


def _expire(lead: Lead, question: EnrichmentRequest) -> str:
    logger.info(log_events.ENRICHMENT_EXPIRED, lead=str(lead.pk), request=str(question.pk), kind=question.kind)
    finish_question(lead, question, _Status.EXPIRED, error="No answer within two hours")
    return "expired"


def _repeat(lead: Lead, question: EnrichmentRequest) -> str:
    if question.kind not in missing_kinds(lead) or refusal_for_lead(lead, question.trigger) or _open_twin(question):
        finish_question(lead, question, _Status.EXPIRED, error=question.error)
        return "dropped"
    _ask_again(lead, question)
    return "repeated"


def _revive(lead: Lead, question: EnrichmentRequest) -> str:
    queue_job(question)
    requeue_job(job_key(question))
    EnrichmentRequest.objects.filter(pk=question.pk).update(updated_at=Now())
    return "revived"


def _ask_again(lead: Lead, question: EnrichmentRequest) -> None:
    EnrichmentRequest.objects.filter(pk=question.pk).update(
        status=_Status.QUEUED, answered_at=None, sent_at=None, updated_at=Now()
    )
    if not queue_job(question):
        requeue_job(job_key(question))
    Lead.objects.filter(pk=lead.pk).update(
        enrichment_retry_count=F("enrichment_retry_count") + 1, enrichment_last_retry=Now(), updated_at=Now()
    )
    settle_status(lead)


def _open_twin(question: EnrichmentRequest) -> bool:
    """Whether the same is being asked by a newer question."""
    twins = EnrichmentRequest.objects.filter(lead_id=question.lead_id, kind=question.kind)
    return twins.filter(status__in=(_Status.QUEUED, _Status.SENT)).exclude(pk=question.pk).exists()

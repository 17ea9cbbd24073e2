"""Putting a queued question to Clay: at most once, whatever happens on the way.

The question is marked sent, and the way back for the answer opened, before Clay is called. A worker
that dies in between leaves a question that expires; it is never put a second time by itself.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.db.models import F
from django.utils import timezone

from integrations.clay.client import DEFER_SECONDS, clay_client, take_budget
from integrations.clay.types import Subject
from integrations.enums import Code
from integrations.results import ProviderResult
from integrations.services.routes import remember_clay_lead
from leads.enums import EnrichmentRequestStatus
from leads.models import EnrichmentRequest, Lead
from leads.rules.enrichment import missing_kinds, refusal_for_lead
from leads.services.questions import finish_question, question_of, settle_status
from zrg.jobs.errors import Reschedule
from zrg.lib import log_events
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """The right to one call; `attempt` tells it from later ones of the same question."""

    request_id: UUID
    kind: str
    attempt: int
    subject: Subject


def put_question(workspace_id: UUID, request_id: UUID) -> None:
    """Ask Clay, if the question still waits and still makes sense. Call outside of any transaction.

    Raises `Reschedule` while the budget of the minute is used up or Clay wants to be left alone.
    """
    with tenant(workspace_id):
        question = question_of(workspace_id, request_id)
    if question is None or question.status != EnrichmentRequestStatus.QUEUED:
        return
    if not take_budget():
        _defer(question.pk, DEFER_SECONDS, "over budget")
    with tenant(workspace_id):
        claim = _claim(workspace_id, question)
    if claim is None:
        return
    result = clay_client(claim.kind).ask(claim.subject)
    if result.outcome != "failed":
        # "Unknown" may have arrived, so it counts as asked: the answer comes, or the question expires.
        logger.info(log_events.ENRICHMENT_SENT, request=str(request_id), kind=claim.kind, outcome=result.outcome)
        return
    with tenant(workspace_id):
        _take_back(workspace_id, claim, result)
    if result.code == Code.RATE_LIMITED:
        _defer(request_id, result.retry_after or DEFER_SECONDS, "rate limited")


def _claim(workspace_id: UUID, question: EnrichmentRequest) -> _Claim | None:
    """Mark the question sent; None when another worker has, or nobody needs to know any more."""
    lead = Lead.objects.select_for_update().in_workspace(workspace_id).get(pk=question.lead_id)
    locked = EnrichmentRequest.objects.select_for_update().in_workspace(workspace_id).get(pk=question.pk)
    if locked.status != EnrichmentRequestStatus.QUEUED:
        return None
    if locked.kind not in missing_kinds(lead) or refusal_for_lead(lead, locked.trigger):
        _drop(lead, locked)
        return None
    remember_clay_lead(workspace_id, lead.pk)
    locked.status, locked.sent_at, locked.attempts = EnrichmentRequestStatus.SENT, timezone.now(), locked.attempts + 1
    locked.save(update_fields=["status", "sent_at", "attempts", "updated_at"])
    return _Claim(request_id=locked.pk, kind=locked.kind, attempt=locked.attempts, subject=_subject(lead))


def _drop(lead: Lead, question: EnrichmentRequest) -> None:
    """A question nobody put leaves no trace: should it matter again, it may be asked then."""
    logger.info(log_events.ENRICHMENT_DROPPED, lead=str(lead.pk), request=str(question.pk), kind=question.kind)
    if question.attempts:
        finish_question(lead, question, EnrichmentRequestStatus.EXPIRED, error=question.error)
        return
    question.delete()
    settle_status(lead)


def _take_back(workspace_id: UUID, claim: _Claim, result: ProviderResult) -> None:
    """Clay certainly has no such row: the question waits again, or has failed."""
    question = question_of(workspace_id, claim.request_id)
    if question is None:
        return
    lead = Lead.objects.select_for_update().in_workspace(workspace_id).get(pk=question.lead_id)
    mine = EnrichmentRequest.objects.in_workspace(workspace_id).filter(
        pk=question.pk, status=EnrichmentRequestStatus.SENT, attempts=claim.attempt
    )
    if result.code == Code.RATE_LIMITED:
        mine.update(
            status=EnrichmentRequestStatus.QUEUED, sent_at=None, attempts=F("attempts") - 1, updated_at=timezone.now()
        )
        return
    if (current := mine.first()) is not None:
        finish_question(lead, current, EnrichmentRequestStatus.ERROR, error=f"{result.code}: {result.message}")


def _defer(request_id: UUID, seconds: float, reason: str) -> None:
    logger.info(log_events.ENRICHMENT_DEFERRED, request=str(request_id), seconds=round(seconds), reason=reason)
    raise Reschedule(timezone.now() + timedelta(seconds=seconds), reason)


def _subject(lead: Lead) -> Subject:
    return Subject(
        lead_id=lead.pk,
        email=lead.email,
        first_name=lead.first_name,
        last_name=lead.last_name,
        company_name=lead.company_name,
        company_domain=_domain(lead.company_website),
        state=lead.company_state,
        linkedin_url=lead.linkedin_url,
    )


def _domain(website: str | None) -> str | None:
    """The host of a website without `www.`."""
    address = (website or "").strip()
    if not address:
        return None
    try:
        host = urlsplit(address if "://" in address else f"https://{address}").hostname or ""
    except ValueError:
        return None
    return host.removeprefix("www.") or None

"""Questions about leads: who is asked for, once each, and what the answers mean.

An EnrichmentRequest exists for every question. It alone decides whether Clay was asked, so no kind is
asked twice for a lead, whatever the lead's status says. All changes hold the lead's row first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext

from integrations.clay.client import is_configured
from integrations.env import clay_requests_per_minute
from leads.enums import (
    EnrichmentKind,
    EnrichmentStatus,
    EnrichmentTrigger,
)
from leads.errors import EnrichmentRefused
from leads.models import EnrichmentRequest, Lead
from leads.rules.enrichment import (
    REFUSAL_SENTENCES,
    missing_kinds,
    refusal_for_kind,
    refusal_for_lead,
)
from leads.services.questions import asked_of, queue_job
from zrg.lib import log_events
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)


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


def enrich_by_hand(lead: Lead, *, by: User, kinds: Sequence[str] = EnrichmentKind.values) -> AskResult:
    """A person asks; raises `EnrichmentRefused` when nothing is looked up. The caller checked `lead.enrich`."""
    result = request_enrichment(lead, kinds, trigger=EnrichmentTrigger.MANUAL, by=by)
    if not result.asked:
        code = _told_reason(result)
        raise EnrichmentRefused(gettext(REFUSAL_SENTENCES[code]), code=code)
    return result


def why_not_by_hand(lead: Lead) -> str:
    """The reason a person would be given now, or "" when something would be asked. Writes nothing."""
    if reason := refusal_for_lead(lead, EnrichmentTrigger.MANUAL):
        return reason
    refused = _refusals(lead, EnrichmentKind.values, EnrichmentTrigger.MANUAL)
    return _told_reason(AskResult(refused=refused)) if len(refused) == len(EnrichmentKind) else ""


def enrich_batch(workspace_id: UUID, *, limit: int) -> int:
    """Ask about up to `limit` positive leads that were never asked about; returns how many. Opens its own
    transactions; the questions are spread over the minutes of the budget.
    """
    with tenant(workspace_id):
        leads = list(Lead.objects.in_workspace(workspace_id).worth_looking_up().order_by("pk")[:limit])
    spacing, now = timedelta(seconds=60 / clay_requests_per_minute()), timezone.now()
    asked = questions = 0
    for lead in leads:
        with tenant(workspace_id):
            result = request_enrichment(lead, trigger=EnrichmentTrigger.BATCH, run_at=now + questions * spacing)
        questions += len(result.asked)
        asked += bool(result.asked)
    return asked


def _refusals(lead: Lead, kinds: Iterable[str], trigger: str) -> dict[str, str]:
    missing, asked, now = missing_kinds(lead), asked_of(lead), timezone.now()
    reasons = {}
    for kind in kinds:
        reason = refusal_for_kind(kind, missing=missing, asked=asked, trigger=trigger, now=now)
        if reason or not is_configured(kind):
            reasons[kind] = reason or "not_configured"
    return reasons


def _told_reason(result: AskResult) -> str:
    """The one reason that explains most: that it was asked before, before that it is known."""
    if result.reason:
        return result.reason
    order = ("asked_before", "not_configured", "known")
    return next(reason for reason in order if reason in result.refused.values())


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

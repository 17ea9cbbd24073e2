"""Writing one chunk of rows, in the caller's transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db.models.functions import Now
from django.utils import timezone

from leads.enums import BlacklistReason, ConflictSource, LeadSource, RoutingStatus, RowOutcome
from leads.metrics import count_lead
from leads.models import Lead, LeadIdentityConflict, LeadImportJob
from leads.rules.importing.planning import FilePlanner, RowPlan
from leads.rules.importing.rows import ImportRow
from leads.rules.importing.updating import READ_COLUMNS, choose_update
from leads.rules.matching import NEW
from leads.services.campaigns import upsert_sms_campaign
from leads.services.changes import announce_data_change
from leads.services.importing.inserting import insert_leads, new_lead_columns
from leads.services.importing.lookup import find_known_people
from leads.services.matching import routing_enabled, wake_routing
from leads.services.optouts import remember_opt_out, remembered_reasons
from leads.services.status import blacklist_lead
from zrg.lib import log_events

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkResult:
    """What a chunk did: leads made, rows of people who were there already, rows that name nobody."""

    created: int
    duplicates: int
    invalid: int


def plan_rows(
    workspace_id: UUID, rows: Sequence[ImportRow], planner: FilePlanner, *, import_id: UUID | None
) -> list[RowPlan]:
    """What becomes of each row; reads only."""
    identities = [row.identity for row in rows]
    people = find_known_people(workspace_id, identities, import_id=import_id)
    asked = [(one.email, one.phone.e164, one.phone.national) for one in identities]
    return planner.plan(rows, people, remembered_reasons(workspace_id, asked))


def write_rows(job: LeadImportJob, rows: Sequence[ImportRow], planner: FilePlanner) -> ChunkResult:
    """Plan and write rows of one import: new leads, filled blanks, stops and conflicts.

    Nothing is sent and no sequence starts: an imported lead waits for somebody to use it. A lead that
    another writer made meanwhile counts as there already.
    """
    plans = plan_rows(job.workspace_id, rows, planner, import_id=job.pk)
    labels = _sms_campaigns(job, plans)
    made = _create(job, [plan for plan in plans if _makes_lead(plan)], labels)
    _update(job, [plan for plan in plans if plan.outcome == RowOutcome.UPDATE], labels)
    _stop(job, plans)
    _write_conflicts(job, plans)
    _log_problems(job, rows)
    invalid = sum(plan.outcome == RowOutcome.INVALID for plan in plans)
    return ChunkResult(created=made, duplicates=len(plans) - made - invalid, invalid=invalid)


def _makes_lead(plan: RowPlan) -> bool:
    return plan.outcome in (RowOutcome.CREATE, RowOutcome.STOPPED)


def _create(job: LeadImportJob, plans: Sequence[RowPlan], labels: dict[str, UUID]) -> int:
    routes = job.route and routing_enabled(job.workspace_id)
    now = timezone.now()
    rows = [new_lead_columns(job, plan, now, sms_campaign_id=labels.get(plan.row.sms_label)) for plan in plans]
    if not routes:
        # They stay where they are: they count as routed from the start.
        rows = [{**row, "routing_status": RoutingStatus.ROUTED, "routing_completed_at": now} for row in rows]
    made = insert_leads(job.workspace_id, rows)
    if made:
        if routes:
            wake_routing()
        count_lead(NEW, made)
        logger.info(log_events.LEAD_CREATED, matched_by=NEW, source=LeadSource.IMPORT.value, count=made)
    return made


def _update(job: LeadImportJob, plans: Sequence[RowPlan], labels: dict[str, UUID]) -> None:
    rows = {plan.lead_id: plan.row for plan in plans if plan.lead_id}
    stored = Lead.objects.in_workspace(job.workspace_id).filter(pk__in=rows).order_by("pk")
    for lead in stored.select_for_update(of=("self",)).only("id", "workspace_id", *READ_COLUMNS):
        row = rows[lead.pk]
        changes = choose_update(
            lead, row, overwrite_names=job.overwrite_names, sms_campaign_id=labels.get(row.sms_label)
        )
        if changes:
            Lead.objects.filter(pk=lead.pk).update(**changes, changed_at=Now(), updated_at=Now())
            announce_data_change(lead)


def _stop(job: LeadImportJob, plans: Sequence[RowPlan]) -> None:
    """People on a do-not-contact list: leads through the one writer of stops, addresses into the memory."""
    stopping = [plan for plan in plans if plan.row.is_valid and plan.row.stops]
    if not stopping:
        return
    remember_opt_out(
        job.workspace_id,
        emails=[plan.row.identity.email for plan in stopping],
        phones=[(plan.row.identity.phone.e164, plan.row.identity.phone.national) for plan in stopping],
        reason=BlacklistReason.MANUAL.value,
    )
    ids = [plan.lead_id for plan in stopping if plan.lead_id and plan.outcome == RowOutcome.BLACKLIST]
    for lead in Lead.objects.in_workspace(job.workspace_id).filter(pk__in=ids).order_by("pk"):
        blacklist_lead(lead, BlacklistReason.MANUAL, by=job.created_by)


def _write_conflicts(job: LeadImportJob, plans: Sequence[RowPlan]) -> None:
    rows = [
        LeadIdentityConflict(
            workspace_id=job.workspace_id,
            lead_id=plan.lead_id,
            other_lead_id=claim.other_id,
            identifier=claim.identifier,
            value=claim.value,
            source=ConflictSource.IMPORT,
        )
        for plan in plans
        if plan.lead_id
        for claim in plan.claims
    ]
    if rows:
        LeadIdentityConflict.objects.bulk_create(rows, ignore_conflicts=True)
        logger.info(log_events.LEAD_CONFLICT, import_id=str(job.pk), count=len(rows))


def _sms_campaigns(job: LeadImportJob, plans: Sequence[RowPlan]) -> dict[str, UUID]:
    using = (RowOutcome.CREATE, RowOutcome.STOPPED, RowOutcome.UPDATE)
    labels = {plan.row.sms_label for plan in plans if plan.outcome in using and plan.row.sms_label}
    found = {label: upsert_sms_campaign(job.workspace_id, label) for label in sorted(labels)}
    return {label: campaign.pk for label, campaign in found.items() if campaign is not None}


def _log_problems(job: LeadImportJob, rows: Sequence[ImportRow]) -> None:
    codes = Counter(problem.code for row in rows for problem in row.problems)
    if codes:
        logger.info(log_events.IMPORT_ROW_ERROR, import_id=str(job.pk), first_line=rows[0].line, **codes)

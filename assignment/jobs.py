"""Work outside requests: the backfill, telling arrivals, and the nightly question about the ledger."""

from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef

from assignment.models import LeadAssignmentEvent
from assignment.services.backfilling import LIMIT, backfill_assignments
from assignment.services.routing.arrivals import tell_rest
from leads.models import Lead
from zrg.jobs.contracts import JobContext, RunContext
from zrg.lib import log_events
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

SPARE_SECONDS = 10
LISTED = 20


def run_backfill(ctx: JobContext) -> None:
    """Handler of ASSIGNMENT_BACKFILL. What is left when time ends is found by the next one; what the database
    refused (a lock held too long) by the next attempt of this one.
    """
    run = backfill_assignments(
        ctx.workspace_id,
        limit=int(ctx.payload.get("limit", LIMIT)),
        should_stop=lambda: ctx.seconds_left() < SPARE_SECONDS,
    )
    with tenant(ctx.workspace_id):
        record_audit("assignment.backfilled", actor=None, workspace=ctx.workspace_id, after=run.as_json())
    if run.fault is not None:
        raise run.fault


def tell_arrivals_of_minute(ctx: JobContext) -> None:
    """Handler of LEAD_ARRIVALS: what arrived in a minute and was not told singly."""
    tell_rest(ctx.workspace_id, dict(ctx.payload))


def check_events(ctx: RunContext) -> None:
    """Assigned leads without a row in the ledger: a failed write, or a hand in the database."""
    with platform(timeout_ms=60_000):
        events = LeadAssignmentEvent.objects.filter(lead_id=OuterRef("pk"))
        missing = Lead.objects.exclude(assigned_to=None).filter(~Exists(events))
        found: list[tuple[UUID, UUID]] = list(missing.values_list("workspace_id", "pk")[:LISTED])
    for workspace_id, lead_id in found:
        logger.warning(log_events.ASSIGNMENT_WITHOUT_EVENT, workspace=str(workspace_id), lead=str(lead_id))
    if found:
        ctx.report_problem(f"{len(found)} assigned leads have no assignment event, first {found[0][1]}")

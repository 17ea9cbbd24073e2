"""Scheduled work of leads (the one table of schedules: 04)."""

from leads.services.enrichment_sweep import sweep_workspace
from zrg.jobs.contracts import RunContext
from zrg.jobs.services.routines import walk_workspaces
from zrg.workspaces.context import tenant

ENRICHMENT_ROWS = 200


def run_enrichment(context: RunContext) -> None:
    """Every 10 minutes: questions without an answer expire, failed ones are put again."""
    left = ENRICHMENT_ROWS
    for workspace_id in walk_workspaces(context):
        if context.dry_run:
            continue
        with tenant(workspace_id):
            done = sweep_workspace(workspace_id, limit=left)
        for name, count in done.items():
            context.count(name, count)
        left -= done.total()
        if left <= 0:
            return

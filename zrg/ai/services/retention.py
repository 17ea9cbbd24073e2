"""Rolling model statistics up per day and pruning the rows (05 R24, 13 R10)."""

from datetime import UTC, datetime, time, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from zrg.ai.models import AIInteraction, AIUsageDaily
from zrg.jobs.contracts import RunContext
from zrg.jobs.services.retention import CHUNK, purge_in_chunks
from zrg.jobs.services.routines import walk_workspaces
from zrg.workspaces.context import tenant

ROLLED_DAYS = 3
"""Days rolled up again each night: late rows of a run across midnight are counted too."""
USAGE_KEPT = timedelta(days=400)

_ROLL_UP = """
INSERT INTO ai_aiusagedaily (id, day, workspace_id, prompt_key, model, calls, errors, input_tokens, output_tokens,
                             reasoning_tokens, cost_usd, latency_p50_ms, latency_p95_ms)
SELECT gen_random_uuid(), (created_at AT TIME ZONE 'UTC')::date AS day, workspace_id, prompt_key, model, count(*),
       count(*) FILTER (WHERE status = 'error'), sum(input_tokens), sum(output_tokens), sum(reasoning_tokens),
       sum(cost_usd), percentile_disc(0.5) WITHIN GROUP (ORDER BY latency_ms),
       percentile_disc(0.95) WITHIN GROUP (ORDER BY latency_ms)
FROM ai_aiinteraction WHERE workspace_id = %(workspace)s AND created_at >= %(since)s AND created_at < %(until)s
  AND feature_id NOT IN ('ai.route_skipped', 'ai.outcome')
GROUP BY day, workspace_id, prompt_key, model
ON CONFLICT ON CONSTRAINT aiusage_unique DO UPDATE SET
    calls = excluded.calls, errors = excluded.errors, input_tokens = excluded.input_tokens,
    output_tokens = excluded.output_tokens, reasoning_tokens = excluded.reasoning_tokens,
    cost_usd = excluded.cost_usd, latency_p50_ms = excluded.latency_p50_ms, latency_p95_ms = excluded.latency_p95_ms
"""


def run_ai_retention(context: RunContext) -> None:
    """Daily 03:30 UTC, workspace by workspace: roll up finished days, then delete old rows in batches."""
    for workspace_id in walk_workspaces(context):
        if context.dry_run:
            continue
        with tenant(workspace_id):
            context.count("rolled_up", roll_up_days(workspace_id))
        purge_in_chunks(context, "ai_interactions", partial(prune_interactions, workspace_id))
        purge_in_chunks(context, "ai_usage_days", partial(prune_usage, workspace_id))


def roll_up_days(workspace_id: UUID) -> int:
    """Fill AIUsageDaily for the last finished days; repeating it gives the same rows."""
    today = datetime.combine(timezone.now().date(), time.min, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            _ROLL_UP, {"workspace": workspace_id, "since": today - timedelta(days=ROLLED_DAYS), "until": today}
        )
        return cursor.rowcount


def prune_interactions(workspace_id: UUID) -> int:
    """Delete one batch of rows older than AI_INTERACTION_RETENTION_DAYS, in a transaction of its own."""
    cutoff = timezone.now() - timedelta(days=settings.AI_INTERACTION_RETENTION_DAYS)
    with tenant(workspace_id):
        old = AIInteraction.objects.in_workspace(workspace_id).filter(created_at__lt=cutoff).values("pk")[:CHUNK]
        deleted, _ = AIInteraction.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return deleted


def prune_usage(workspace_id: UUID) -> int:
    """Delete one batch of daily figures older than 400 days, in a transaction of its own."""
    cutoff = timezone.now().date() - USAGE_KEPT
    with tenant(workspace_id):
        old = (
            AIUsageDaily.objects.in_workspace(workspace_id).filter(day__lt=cutoff).values_list("pk", flat=True)[:CHUNK]
        )
        deleted, _ = AIUsageDaily.objects.filter(pk__in=list(old)).delete()
    return deleted

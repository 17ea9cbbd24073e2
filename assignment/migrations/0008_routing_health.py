"""What routing says about itself: figures per workspace, and promises that are broken (none, when all is well)."""

from django.db import migrations

HEALTH = """
CREATE FUNCTION public.routing_health(p_workspace_id uuid DEFAULT NULL)
RETURNS TABLE (workspace_id uuid, pending bigint, waiting_first bigint, in_progress bigint, failed bigint,
    stale_locks bigint, queue_open bigint, due bigint, oldest_due_seconds bigint,
    settled_1h bigint, duplicates_1h bigint, failed_1h bigint, p95_ms_1h bigint,
    settled_15m bigint, failed_15m bigint, attempts_30m bigint, retries_30m bigint, lock_timeouts_5m bigint,
    settled_5m bigint, failed_5m bigint, duplicates_24h bigint, expired_24h bigint, expired_1h bigint,
    unroutable jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH scope AS (SELECT public.zrg_routing_scope() AS seen),
    leads AS (
        SELECT l.workspace_id AS id, count(*) FILTER (WHERE l.routing_status = 'pending') AS pending,
            count(*) FILTER (WHERE l.routing_status = 'pending' AND l.routing_attempts = 0) AS waiting_first,
            count(*) FILTER (WHERE l.routing_status = 'routing') AS in_progress,
            count(*) FILTER (WHERE l.routing_status = 'failed') AS failed,
            count(*) FILTER (WHERE l.routing_status = 'routing'
                AND l.routing_locked_at < now() - interval '5 minutes') AS stale_locks
        FROM public.leads_lead l
        WHERE l.routing_status IN ('pending', 'routing', 'failed')
            AND (p_workspace_id IS NULL OR l.workspace_id = p_workspace_id)
        GROUP BY l.workspace_id
    ), codes AS (
        SELECT c.id, jsonb_object_agg(c.code, c.times) AS unroutable FROM (
            SELECT l.workspace_id AS id, coalesce(l.routing_error_code, 'error') AS code, count(*) AS times
            FROM public.leads_lead l
            WHERE l.routing_status = 'failed' AND (p_workspace_id IS NULL OR l.workspace_id = p_workspace_id)
            GROUP BY 1, 2) c GROUP BY c.id
    ), queue AS (
        SELECT q.workspace_id AS id, count(*) AS queue_open, count(*) FILTER (WHERE q.next_retry_at <= now()) AS due,
            extract(epoch FROM now() - min(q.next_retry_at) FILTER (WHERE q.next_retry_at <= now()))::bigint AS oldest
        FROM public.assignment_routingqueueentry q
        WHERE q.processed_at IS NULL AND (p_workspace_id IS NULL OR q.workspace_id = p_workspace_id)
        GROUP BY q.workspace_id
    ), done AS (
        SELECT g.source_workspace_id AS id,
            count(*) FILTER (WHERE settles AND age <= interval '1 hour') AS settled_1h,
            count(*) FILTER (WHERE g.routing_result = 'duplicate' AND age <= interval '1 hour') AS duplicates_1h,
            count(*) FILTER (WHERE fails AND age <= interval '1 hour') AS failed_1h,
            (percentile_disc(0.95) WITHIN GROUP (ORDER BY g.duration_ms)
                FILTER (WHERE g.duration_ms IS NOT NULL AND age <= interval '1 hour'))::bigint AS p95_ms_1h,
            count(*) FILTER (WHERE settles AND age <= interval '15 minutes') AS settled_15m,
            count(*) FILTER (WHERE fails AND age <= interval '15 minutes') AS failed_15m,
            count(*) FILTER (WHERE age <= interval '30 minutes'
                AND (settles OR g.routing_result IN ('retry', 'deferred', 'failed'))) AS attempts_30m,
            count(*) FILTER (WHERE age <= interval '30 minutes' AND g.routing_result = 'retry') AS retries_30m,
            count(*) FILTER (WHERE age <= interval '5 minutes' AND g.error_message LIKE '%55P03%') AS lock_timeouts_5m,
            count(*) FILTER (WHERE settles AND age <= interval '5 minutes') AS settled_5m,
            count(*) FILTER (WHERE fails AND age <= interval '5 minutes') AS failed_5m,
            count(*) FILTER (WHERE g.routing_result = 'duplicate') AS duplicates_24h,
            count(*) FILTER (WHERE g.routing_result = 'expired') AS expired_24h,
            count(*) FILTER (WHERE g.routing_result = 'expired' AND age <= interval '1 hour') AS expired_1h
        FROM public.assignment_routinglog g
        CROSS JOIN LATERAL (SELECT now() - g.created_at AS age,
            g.routing_result IN ('success', 'kept', 'duplicate') AS settles,
            g.routing_result = 'failed' AND coalesce(g.error_code, '') NOT IN ('no_matching_rule', 'returned') AS fails) x
        WHERE g.created_at > now() - interval '24 hours'
            AND (p_workspace_id IS NULL OR g.source_workspace_id = p_workspace_id)
        GROUP BY g.source_workspace_id
    ), all_ids AS (
        SELECT id FROM leads UNION SELECT id FROM queue UNION SELECT id FROM done
        UNION SELECT p_workspace_id WHERE p_workspace_id IS NOT NULL
    )
    SELECT a.id, coalesce(l.pending, 0), coalesce(l.waiting_first, 0), coalesce(l.in_progress, 0),
        coalesce(l.failed, 0), coalesce(l.stale_locks, 0), coalesce(q.queue_open, 0), coalesce(q.due, 0),
        coalesce(q.oldest, 0), coalesce(d.settled_1h, 0), coalesce(d.duplicates_1h, 0), coalesce(d.failed_1h, 0),
        d.p95_ms_1h, coalesce(d.settled_15m, 0), coalesce(d.failed_15m, 0), coalesce(d.attempts_30m, 0),
        coalesce(d.retries_30m, 0), coalesce(d.lock_timeouts_5m, 0), coalesce(d.settled_5m, 0),
        coalesce(d.failed_5m, 0), coalesce(d.duplicates_24h, 0), coalesce(d.expired_24h, 0),
        coalesce(d.expired_1h, 0), coalesce(c.unroutable, '{}')
    FROM all_ids a CROSS JOIN scope s
    LEFT JOIN leads l ON l.id = a.id LEFT JOIN queue q ON q.id = a.id LEFT JOIN done d ON d.id = a.id
    LEFT JOIN codes c ON c.id = a.id
    WHERE s.seen IS NULL OR a.id = ANY (s.seen)
$$
"""

VIOLATIONS = """
CREATE FUNCTION public.routing_invariant_violations() RETURNS TABLE (invariant text, lead_id uuid, detail text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH cycles AS (
        SELECT g.lead_id, g.routing_result, count(*) FILTER (
            WHERE g.routing_result IN ('requeued', 'revived', 'returned')) OVER (
                PARTITION BY g.lead_id ORDER BY g.created_at, g.id) AS cycle
        FROM public.assignment_routinglog g
    ), last_settled AS (
        SELECT DISTINCT ON (g.lead_id) g.lead_id, g.routing_result, g.source_workspace_id, g.destination_workspace_id
        FROM public.assignment_routinglog g
        WHERE g.routing_result IN ('success', 'kept', 'duplicate', 'returned')
        ORDER BY g.lead_id, g.created_at DESC, g.id DESC
    ), delivered AS (
        SELECT s.scope, s.id, public.zrg_routing_day(g.destination_workspace_id, g.created_at) AS day, count(*) AS times
        FROM public.assignment_routinglog g
        LEFT JOIN public.assignment_routingpartner p ON p.workspace_id = g.source_workspace_id
            AND p.destination_workspace_id = g.destination_workspace_id
        CROSS JOIN LATERAL (VALUES ('rule', g.matched_rule_id), ('partner', p.id)) s(scope, id)
        WHERE g.routing_result = 'success' AND g.created_at > now() - interval '3 days' AND s.id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM public.assignment_leadattribution a
                WHERE a.routing_log_id = g.id AND a.status = 'returned')
        GROUP BY 1, 2, 3
    )
    SELECT 'I1', c.lead_id, 'settled twice in one cycle' FROM cycles c
    WHERE c.routing_result IN ('success', 'kept', 'duplicate') GROUP BY c.lead_id, c.cycle HAVING count(*) > 1
    UNION ALL
    SELECT 'I2', l.id, 'lock and state differ' FROM public.leads_lead l
    WHERE l.routing_status = 'routing' AND (l.routing_locked_by IS NULL OR l.routing_locked_at IS NULL)
    UNION ALL
    SELECT 'I4', q.lead_id, 'open row of a lead that does not wait'
    FROM public.assignment_routingqueueentry q JOIN public.leads_lead l ON l.id = q.lead_id
    WHERE q.processed_at IS NULL AND NOT (l.routing_attempts >= 1 AND l.routing_status IN ('pending', 'routing'))
    UNION ALL
    SELECT 'I4', l.id, 'waits without a row' FROM public.leads_lead l
    WHERE l.routing_status = 'pending' AND l.routing_attempts >= 1 AND NOT EXISTS (
        SELECT 1 FROM public.assignment_routingqueueentry q WHERE q.lead_id = l.id AND q.processed_at IS NULL)
    UNION ALL
    SELECT 'I5', s.lead_id, 'lives elsewhere than its log says'
    FROM last_settled s JOIN public.leads_lead l ON l.id = s.lead_id
    WHERE (s.routing_result = 'success' AND l.workspace_id <> s.destination_workspace_id)
        OR (s.routing_result IN ('kept', 'duplicate') AND l.workspace_id <> s.source_workspace_id)
    UNION ALL
    SELECT 'I6', min(a.lead_id::text)::uuid, 'sold twice' FROM public.assignment_leadattribution a
    WHERE a.status = 'active' AND a.dedupe_hash IS NOT NULL GROUP BY a.dedupe_hash HAVING count(*) > 1
    UNION ALL
    SELECT 'I7', a.lead_id, 'credit without a delivery' FROM public.assignment_leadattribution a
    WHERE a.status = 'active' AND a.created_at > now() - interval '80 days' AND NOT EXISTS (
        SELECT 1 FROM public.assignment_routinglog g WHERE g.id = a.routing_log_id AND g.routing_result = 'success'
            AND g.lead_id = a.lead_id AND g.destination_workspace_id = a.destination_workspace_id)
    UNION ALL
    SELECT 'I7', g.lead_id, 'delivery without a credit'
    FROM public.assignment_routinglog g JOIN public.workspaces_workspace w ON w.id = g.destination_workspace_id
    WHERE g.routing_result = 'success' AND w.workspace_type = 'partner' AND g.created_at > now() - interval '3 days'
        AND NOT EXISTS (SELECT 1 FROM public.assignment_leadattribution a WHERE a.routing_log_id = g.id)
    UNION ALL
    SELECT 'I9', l.id, 'state without a log' FROM public.leads_lead l
    WHERE l.routing_status IN ('pending', 'failed', 'expired') AND l.routing_attempts >= 1
        AND l.updated_at > now() - interval '80 days'
        AND NOT EXISTS (SELECT 1 FROM public.assignment_routinglog g WHERE g.lead_id = l.id)
    UNION ALL
    SELECT 'I11', NULL, c.scope || ' ' || c.scope_id || ' counts ' || c.count || ', delivered ' || coalesce(d.times, 0)
    FROM public.assignment_routingcounter c
    LEFT JOIN delivered d ON d.scope = c.scope AND d.id = c.scope_id AND d.day = c.day
    WHERE c.day > (now() - interval '2 days')::date AND c.count <> coalesce(d.times, 0)
        AND EXISTS (SELECT 1 FROM public.zrg_routing_caps(ARRAY[c.scope::text], ARRAY[c.scope_id]))
$$
"""


def _create(sql: str, signature: str) -> migrations.RunSQL:
    grants = [
        f"REVOKE ALL ON FUNCTION public.{signature} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION public.{signature} TO zrg_app",
    ]
    return migrations.RunSQL([sql, *grants], f"DROP FUNCTION public.{signature}")


class Migration(migrations.Migration):
    dependencies = [("assignment", "0007_routing_backfill")]

    operations = [
        _create(HEALTH, "routing_health(uuid)"),
        _create(VIOLATIONS, "routing_invariant_violations()"),
    ]

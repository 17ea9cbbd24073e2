"""Failures and deferrals as they are today, in plans that do not depend on statistics (see 0019)."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("assignment.migrations.0005_routing_failures").FAIL_BATCH.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)

FAIL_BATCH = """
CREATE OR REPLACE FUNCTION public.fail_routing_batch(
    p_lock_owner uuid, p_lead_ids uuid[], p_codes text[], p_messages text[], p_retryable boolean[],
    p_defer_until timestamptz[], p_max_attempts integer DEFAULT 3, p_path text DEFAULT 'batch',
    p_actor uuid DEFAULT NULL, p_considered jsonb[] DEFAULT NULL
) RETURNS TABLE (lead_id uuid, result text, attempt integer, next_retry_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    seen uuid[] := public.zrg_routing_scope();
    ids uuid[]; sources uuid[]; codes text[]; messages text[]; considered jsonb[]; defers timestamptz[];
    attempts integer[]; spent integer[]; maxima integer[]; results text[]; dues timestamptz[];
BEGIN
    -- Null: the number the open row of the queue holds, else the workspace's own.
    IF p_max_attempts NOT BETWEEN 1 AND 10 THEN
        RAISE EXCEPTION 'between 1 and 10 attempts' USING ERRCODE = '22023';
    END IF;
    SELECT array_agg(t.id), array_agg(t.source_id), array_agg(t.code), array_agg(t.message), array_agg(t.considered),
        array_agg(t.defer_until), array_agg(t.spent), array_agg(t.max_attempts), array_agg(t.result),
        array_agg(CASE WHEN t.result = 'deferred' THEN greatest(t.spent - 1, 1) ELSE t.spent END)
    INTO ids, sources, codes, messages, considered, defers, spent, maxima, results, attempts
    FROM (
        SELECT f.*, CASE WHEN f.defer_until IS NOT NULL THEN 'deferred'
            WHEN f.retryable AND f.spent < f.max_attempts THEN 'retry' ELSE 'failed' END AS result
        FROM (
            SELECT l.*, coalesce(p_max_attempts, q.max_attempts, s.routing_max_attempts, 3) AS max_attempts
            FROM (
                SELECT l.id, l.workspace_id AS source_id, left(coalesce(g.code, 'error'), 40) AS code,
                    left(g.message, 500) AS message, coalesce(g.retryable, true) AS retryable, g.defer_until,
                    g.considered, l.routing_attempts + (l.routing_status = 'pending')::integer AS spent
                FROM unnest(p_lead_ids, p_codes, p_messages, p_retryable, p_defer_until, p_considered)
                    AS g(id, code, message, retryable, defer_until, considered)
                JOIN public.leads_lead l ON l.id = g.id
                WHERE CASE l.routing_status WHEN 'pending' THEN coalesce(l.lead_expires_at >= now(), true)
                        WHEN 'routing' THEN l.routing_locked_by = p_lock_owner ELSE false END
                    AND (seen IS NULL OR l.workspace_id = ANY (seen))
                ORDER BY l.created_at, l.id FOR UPDATE OF l SKIP LOCKED
            ) l
            LEFT JOIN public.zrg_open_queue_rows(p_lead_ids) q ON q.lead_id = l.id
            LEFT JOIN public.workspaces_workspacesettings s ON s.workspace_id = l.source_id
        ) f
    ) t;
    IF ids IS NULL THEN
        RETURN QUERY SELECT g, 'skipped', NULL::integer, NULL::timestamptz FROM unnest(p_lead_ids) g;
        RETURN;
    END IF;
    dues := ARRAY(
        SELECT CASE u.result WHEN 'deferred' THEN u.defer_until
            WHEN 'retry' THEN now() + public.routing_retry_delay(u.attempts + 1) END
        FROM unnest(results, defers, attempts) WITH ORDINALITY u(result, defer_until, attempts, n) ORDER BY u.n);

    UPDATE public.leads_lead l SET routing_status = CASE WHEN u.result = 'failed' THEN 'failed' ELSE 'pending' END,
        routing_locked_by = NULL, routing_locked_at = NULL, routing_attempts = u.attempts,
        routing_started_at = coalesce(l.routing_started_at, now()),
        routing_error = u.message, routing_error_code = u.code,
        routing_failed_at = CASE WHEN u.result = 'failed' THEN now() END, updated_at = statement_timestamp(),
        changed_at = statement_timestamp()
    FROM unnest(ids, results, attempts, messages, codes) AS u(id, result, attempts, message, code)
    WHERE l.id = u.id;

    INSERT INTO public.assignment_routingqueueentry AS q (id, lead_id, workspace_id, attempt_number, max_attempts,
        next_retry_at, last_error, last_error_code, error_count, routing_context, created_at, updated_at)
    SELECT gen_random_uuid(), u.id, u.source_id, u.attempts + 1, greatest(u.max_attempts, u.attempts + 1), u.due,
        u.message, u.code, (u.result = 'retry')::integer,
        jsonb_strip_nulls(jsonb_build_object('origin', p_path, 'actor', p_actor,
            'deferral', CASE WHEN u.result = 'deferred' THEN u.code END)),
        now(), now()
    FROM unnest(ids, results, sources, attempts, maxima, dues, messages, codes)
        AS u(id, result, source_id, attempts, max_attempts, due, message, code)
    WHERE u.result <> 'failed'
    ON CONFLICT (lead_id) WHERE processed_at IS NULL DO UPDATE SET attempt_number = excluded.attempt_number,
        max_attempts = excluded.max_attempts, next_retry_at = excluded.next_retry_at,
        last_error = excluded.last_error, last_error_code = excluded.last_error_code,
        error_count = q.error_count + excluded.error_count, routing_context = excluded.routing_context,
        updated_at = now();
    IF 'failed' = ANY (results) THEN
        UPDATE public.assignment_routingqueueentry q SET processed_at = now(), outcome = 'failed',
            last_error = u.message, last_error_code = u.code, error_count = q.error_count + 1, updated_at = now()
        FROM public.zrg_open_queue_rows(ids) o
        JOIN unnest(ids, results, messages, codes) AS u(id, result, message, code) ON u.id = o.lead_id
        WHERE u.result = 'failed' AND q.id = o.queue_id;
    END IF;

    INSERT INTO public.assignment_routinglog (id, lead_id, source_workspace_id, routing_result, error_code,
        error_message, attempt_number, path, lock_owner, actor_user_id, metadata)
    SELECT gen_random_uuid(), u.id, u.source_id, u.result, u.code, u.message, u.spent, p_path, p_lock_owner, p_actor,
        jsonb_strip_nulls(jsonb_build_object('code', u.code, 'considered', u.considered,
            'defer_until', CASE WHEN u.result = 'deferred' THEN u.due END))
    FROM unnest(ids, sources, results, codes, messages, spent, considered, dues)
        AS u(id, source_id, result, code, message, spent, considered, due);

    RETURN QUERY SELECT u.id, u.result, u.spent, u.due FROM unnest(ids, results, spent, dues) AS u(id, result, spent, due);
    RETURN QUERY SELECT g, 'skipped', NULL::integer, NULL::timestamptz FROM unnest(p_lead_ids) g WHERE g <> ALL (ids);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("assignment", "0020_settlement_plans")]

    operations = [
        migrations.RunSQL(FAIL_BATCH, ["ALTER FUNCTION public.fail_routing_batch RESET plan_cache_mode RESET enable_seqscan", BEFORE])
    ]

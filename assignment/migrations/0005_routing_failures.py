"""Everything that is no settlement: failures, stale locks, expiry, second chances, returns."""

from django.db import migrations

FAIL_BATCH = """
CREATE FUNCTION public.fail_routing_batch(
    p_lock_owner uuid, p_lead_ids uuid[], p_codes text[], p_messages text[], p_retryable boolean[],
    p_defer_until timestamptz[], p_max_attempts integer DEFAULT 3, p_path text DEFAULT 'batch',
    p_actor uuid DEFAULT NULL, p_considered jsonb[] DEFAULT NULL
) RETURNS TABLE (lead_id uuid, result text, attempt integer, next_retry_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public AS $$
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
                WHERE ((l.routing_status = 'pending' AND (l.lead_expires_at IS NULL OR l.lead_expires_at >= now()))
                        OR (l.routing_status = 'routing' AND l.routing_locked_by = p_lock_owner))
                    AND (seen IS NULL OR l.workspace_id = ANY (seen))
                ORDER BY l.created_at, l.id FOR UPDATE OF l SKIP LOCKED
            ) l
            LEFT JOIN public.assignment_routingqueueentry q ON q.lead_id = l.id AND q.processed_at IS NULL
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
    UPDATE public.assignment_routingqueueentry q SET processed_at = now(), outcome = 'failed', last_error = u.message,
        last_error_code = u.code, error_count = q.error_count + 1, updated_at = now()
    FROM unnest(ids, results, messages, codes) AS u(id, result, message, code)
    WHERE u.result = 'failed' AND q.lead_id = u.id AND q.processed_at IS NULL;

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

FAIL = """
CREATE FUNCTION public.fail_routing(
    p_lead_id uuid, p_error_message text, p_lock_owner uuid, p_max_attempts integer DEFAULT 3,
    p_error_code text DEFAULT 'error', p_retryable boolean DEFAULT true, p_defer_until timestamptz DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    outcome text;
BEGIN
    IF p_max_attempts NOT BETWEEN 1 AND 10 THEN
        RAISE EXCEPTION 'between 1 and 10 attempts' USING ERRCODE = '22023';
    END IF;
    PERFORM 1 FROM public.leads_lead l
    WHERE l.id = p_lead_id AND l.routing_status = 'routing' AND l.routing_locked_by = p_lock_owner
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    SELECT f.result INTO outcome FROM public.fail_routing_batch(
        p_lock_owner, ARRAY[p_lead_id], ARRAY[p_error_code], ARRAY[p_error_message], ARRAY[p_retryable],
        ARRAY[p_defer_until], p_max_attempts, 'single') f;
    RETURN outcome <> 'skipped';
END $$
"""

STALE = """
CREATE FUNCTION public.release_stale_routing_locks(
    p_max_age interval DEFAULT '5 minutes', p_max_attempts integer DEFAULT 3, p_limit integer DEFAULT 1000
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    ids uuid[]; sources uuid[]; attempts integer[]; owners uuid[]; maxima integer[]; ended boolean[];
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    SELECT array_agg(t.id), array_agg(t.workspace_id), array_agg(t.routing_attempts), array_agg(t.routing_locked_by),
        array_agg(greatest(p_max_attempts, q.max_attempts)),
        array_agg(t.routing_attempts >= greatest(p_max_attempts, q.max_attempts))
    INTO ids, sources, attempts, owners, maxima, ended
    FROM (
        SELECT l.id, l.workspace_id, l.routing_attempts::integer, l.routing_locked_by FROM public.leads_lead l
        WHERE l.routing_status = 'routing' AND l.routing_locked_at < now() - p_max_age
            AND (seen IS NULL OR l.workspace_id = ANY (seen))
        ORDER BY l.routing_locked_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    ) t LEFT JOIN public.assignment_routingqueueentry q ON q.lead_id = t.id AND q.processed_at IS NULL;
    IF ids IS NULL THEN
        RETURN 0;
    END IF;
    UPDATE public.leads_lead l SET routing_status = CASE WHEN u.ended THEN 'failed' ELSE 'pending' END,
        routing_locked_by = NULL, routing_locked_at = NULL, routing_error = 'the worker did not come back',
        routing_error_code = 'stale_lock', routing_failed_at = CASE WHEN u.ended THEN now() END,
        updated_at = statement_timestamp(), changed_at = statement_timestamp()
    FROM unnest(ids, ended) AS u(id, ended) WHERE l.id = u.id;
    INSERT INTO public.assignment_routingqueueentry AS q (id, lead_id, workspace_id, attempt_number, max_attempts,
        next_retry_at, last_error, last_error_code, error_count, routing_context, created_at, updated_at)
    SELECT gen_random_uuid(), u.id, u.source_id, u.attempts + 1, u.max_attempts, now(),
        'the worker did not come back', 'stale_lock', 1, '{"origin": "stale_lock"}', now(), now()
    FROM unnest(ids, sources, attempts, maxima, ended) AS u(id, source_id, attempts, max_attempts, ended)
    WHERE NOT u.ended
    ON CONFLICT (lead_id) WHERE processed_at IS NULL DO UPDATE SET attempt_number = excluded.attempt_number,
        max_attempts = excluded.max_attempts, next_retry_at = excluded.next_retry_at,
        last_error = excluded.last_error, last_error_code = excluded.last_error_code,
        error_count = q.error_count + 1, updated_at = now();
    UPDATE public.assignment_routingqueueentry q SET processed_at = now(), outcome = 'failed',
        last_error_code = 'stale_lock', error_count = q.error_count + 1, updated_at = now()
    FROM unnest(ids, ended) AS u(id, ended) WHERE u.ended AND q.lead_id = u.id AND q.processed_at IS NULL;
    INSERT INTO public.assignment_routinglog (id, lead_id, source_workspace_id, routing_result, error_code,
        attempt_number, path, lock_owner, metadata)
    SELECT gen_random_uuid(), u.id, u.source_id, CASE WHEN u.ended THEN 'failed' ELSE 'released' END, 'stale_lock',
        u.attempts, 'retry', u.owner, '{"code": "stale_lock"}'
    FROM unnest(ids, sources, attempts, owners, ended) AS u(id, source_id, attempts, owner, ended);
    RETURN cardinality(ids);
END $$
"""

# One shape for the three that move many leads by one rule: close the row of the queue, write the log.
EXPIRE = """
CREATE FUNCTION public.mark_expired_leads(p_limit integer DEFAULT 5000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    ids uuid[];
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    ids := ARRAY(
        SELECT l.id FROM public.leads_lead l
        WHERE l.routing_status IN ('pending', 'failed') AND l.lead_expires_at < now()
            AND (seen IS NULL OR l.workspace_id = ANY (seen))
        ORDER BY l.lead_expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED);
    IF cardinality(ids) > 0 THEN
        UPDATE public.leads_lead SET routing_status = 'expired', updated_at = statement_timestamp(),
            changed_at = statement_timestamp() WHERE id = ANY (ids);
        PERFORM public.zrg_routing_note(ids, 'expired', NULL, NULL);
    END IF;
    RETURN cardinality(ids);
END $$
"""

NOTE = """
CREATE FUNCTION public.zrg_routing_note(p_lead_ids uuid[], p_result text, p_actor uuid, p_code text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE public.assignment_routingqueueentry SET processed_at = now(), updated_at = now(),
        outcome = CASE p_result WHEN 'requeued' THEN 'requeued' WHEN 'failed' THEN 'cancelled' ELSE 'expired' END
    WHERE lead_id = ANY (p_lead_ids) AND processed_at IS NULL;
    INSERT INTO public.assignment_routinglog (id, lead_id, source_workspace_id, routing_result, error_code,
        attempt_number, path, actor_user_id, metadata)
    SELECT gen_random_uuid(), l.id, l.workspace_id, p_result, p_code, l.routing_attempts, 'manual', p_actor,
        jsonb_strip_nulls(jsonb_build_object('code', p_code))
    FROM public.leads_lead l WHERE l.id = ANY (p_lead_ids);
END $$
"""

REQUEUE = """
CREATE FUNCTION public.requeue_routing(p_lead_ids uuid[], p_actor uuid DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    ids uuid[];
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    ids := ARRAY(
        SELECT l.id FROM public.leads_lead l
        WHERE l.id = ANY (p_lead_ids) AND l.routing_status = 'failed'
            AND (l.lead_expires_at IS NULL OR l.lead_expires_at >= now())
            AND (seen IS NULL OR l.workspace_id = ANY (seen))
        ORDER BY l.id FOR UPDATE SKIP LOCKED);
    IF cardinality(ids) > 0 THEN
        UPDATE public.leads_lead SET routing_status = 'pending', routing_attempts = 0, routing_error = NULL,
            routing_error_code = NULL, routing_failed_at = NULL, updated_at = statement_timestamp(),
            changed_at = statement_timestamp() WHERE id = ANY (ids);
        PERFORM public.zrg_routing_note(ids, 'requeued', p_actor, NULL);
    END IF;
    RETURN cardinality(ids);
END $$
"""

REVIVE = """
CREATE FUNCTION public.revive_leads(
    p_lead_ids uuid[], p_ttl interval DEFAULT '90 days', p_actor uuid DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    ids uuid[];
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    ids := ARRAY(
        SELECT l.id FROM public.leads_lead l
        WHERE l.id = ANY (p_lead_ids) AND l.routing_status = 'expired'
            AND (seen IS NULL OR l.workspace_id = ANY (seen))
        ORDER BY l.id FOR UPDATE SKIP LOCKED);
    IF cardinality(ids) > 0 THEN
        UPDATE public.leads_lead SET routing_status = 'pending', routing_attempts = 0, routing_error = NULL,
            routing_error_code = NULL, routing_failed_at = NULL, lead_expires_at = now() + p_ttl,
            updated_at = statement_timestamp(), changed_at = statement_timestamp() WHERE id = ANY (ids);
        PERFORM public.zrg_routing_note(ids, 'revived', p_actor, NULL);
    END IF;
    RETURN cardinality(ids);
END $$
"""

# A person gives up on a waiting lead.
CANCEL = """
CREATE FUNCTION public.cancel_routing(p_lead_ids uuid[], p_actor uuid DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    ids uuid[];
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    ids := ARRAY(
        SELECT l.id FROM public.leads_lead l
        WHERE l.id = ANY (p_lead_ids) AND l.routing_status = 'pending'
            AND (seen IS NULL OR l.workspace_id = ANY (seen))
        ORDER BY l.id FOR UPDATE SKIP LOCKED);
    IF cardinality(ids) > 0 THEN
        UPDATE public.leads_lead SET routing_status = 'failed', routing_error = 'cancelled by a person',
            routing_error_code = 'lead_invalid', routing_failed_at = now(), updated_at = statement_timestamp(),
            changed_at = statement_timestamp() WHERE id = ANY (ids);
        PERFORM public.zrg_routing_note(ids, 'failed', p_actor, 'lead_invalid');
    END IF;
    RETURN cardinality(ids);
END $$
"""

HURRY = """
CREATE FUNCTION public.hurry_routing_retries(p_workspace_id uuid, p_ids uuid[] DEFAULT NULL, p_deferred boolean DEFAULT false)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    changed integer;
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    IF NOT (seen IS NULL OR p_workspace_id = ANY (seen)) THEN
        RETURN 0;
    END IF;
    UPDATE public.assignment_routingqueueentry q SET next_retry_at = now(), updated_at = now()
    FROM (
        SELECT e.id FROM public.assignment_routingqueueentry e
        WHERE e.workspace_id = p_workspace_id AND e.processed_at IS NULL AND e.next_retry_at > now()
            AND (p_ids IS NULL OR e.id = ANY (p_ids))
            AND (NOT p_deferred OR e.routing_context ? 'deferral')
        ORDER BY e.id FOR UPDATE SKIP LOCKED
    ) found WHERE q.id = found.id;
    GET DIAGNOSTICS changed = ROW_COUNT;
    RETURN changed;
END $$
"""

# Counters before the claim, as in a settlement. A lead with activity, or one whose place in the source is
# taken, stays where it is; the credit is reversed all the same.
RETURN_LEAD = """
CREATE FUNCTION public.return_routed_lead(
    p_attribution_id uuid, p_reason text, p_actor uuid, p_text text DEFAULT ''
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    a public.assignment_leadattribution;
    p public.assignment_routingpartner;
    l public.leads_lead;
    at_destination boolean;
    goes_back boolean;
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    SELECT * INTO a FROM public.assignment_leadattribution WHERE id = p_attribution_id;
    IF a.id IS NULL OR a.status <> 'active' OR NOT (seen IS NULL OR a.destination_workspace_id = ANY (seen)) THEN
        RETURN false;
    END IF;
    SELECT * INTO p FROM public.assignment_routingpartner
    WHERE workspace_id = a.source_workspace_id AND destination_workspace_id = a.destination_workspace_id;
    IF p.id IS NULL OR a.created_at + make_interval(days => p.return_window_days) < now() THEN
        RETURN false;
    END IF;
    SELECT * INTO l FROM public.leads_lead WHERE id = a.lead_id FOR UPDATE;
    PERFORM 1 FROM public.assignment_routingcounter c
    WHERE (c.scope, c.scope_id) IN (('rule', a.rule_id), ('partner', p.id))
        AND c.day IN (date '0001-01-01', public.zrg_routing_day(a.destination_workspace_id, a.created_at))
    ORDER BY c.scope, c.scope_id, c.day FOR UPDATE;
    UPDATE public.assignment_leadattribution SET status = 'returned', returned_at = now(), return_reason = p_reason,
        return_text = left(coalesce(p_text, ''), 300)
    WHERE id = a.id AND status = 'active';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE public.assignment_routingcounter c SET count = greatest(c.count - 1, 0)
    WHERE (c.scope, c.scope_id) IN (('rule', a.rule_id), ('partner', p.id))
        AND c.day IN (date '0001-01-01', public.zrg_routing_day(a.destination_workspace_id, a.created_at));
    at_destination := l.id IS NOT NULL AND l.workspace_id = a.destination_workspace_id AND l.routing_status = 'routed';
    goes_back := at_destination
        AND NOT public.zrg_lead_has_activity(l.id, l.workspace_id)
        AND public.zrg_routing_collision(l.id, a.source_workspace_id) IS NULL;
    IF goes_back THEN
        BEGIN
            UPDATE public.leads_lead SET workspace_id = a.source_workspace_id, routing_status = 'failed',
                routing_error = 'returned: ' || p_reason, routing_error_code = 'returned', routing_failed_at = now(),
                routing_completed_at = NULL, routing_rule_id = NULL, assigned_to_id = NULL, assigned_at = NULL,
                email_campaign_id = NULL, sms_campaign_id = NULL, ghl_workflow_id = NULL, sender_account_id = NULL,
                ghl_contact_id = NULL, email_bison_lead_id = NULL, import_job_id = NULL, snoozed_until = NULL,
                snooze_until_reply = false,
                routing_excluded_workspace_ids = routing_excluded_workspace_ids || a.destination_workspace_id,
                updated_at = statement_timestamp(), changed_at = statement_timestamp()
            WHERE id = l.id;
            PERFORM public.zrg_routing_move_children(ARRAY[l.id], ARRAY[a.source_workspace_id]);
        EXCEPTION WHEN unique_violation THEN
            goes_back := false;
        END;
    END IF;
    IF at_destination AND NOT goes_back THEN
        UPDATE public.leads_lead SET updated_at = statement_timestamp(),
            routing_excluded_workspace_ids = routing_excluded_workspace_ids || a.destination_workspace_id
        WHERE id = l.id;
    END IF;
    INSERT INTO public.assignment_routinglog (id, lead_id, source_workspace_id, destination_workspace_id,
        matched_rule_id, routing_result, error_code, attempt_number, path, actor_user_id, metadata)
    VALUES (gen_random_uuid(), a.lead_id, a.destination_workspace_id, a.source_workspace_id, a.rule_id, 'returned',
        'returned', coalesce(l.routing_attempts, 1), 'manual', p_actor,
        jsonb_build_object('code', p_reason, 'moved', goes_back));
    RETURN true;
END $$
"""

DAY = """
CREATE FUNCTION public.zrg_routing_day(p_workspace_id uuid, p_at timestamptz) RETURNS date
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT (p_at AT TIME ZONE coalesce(
        (SELECT s.timezone FROM public.workspaces_workspacesettings s WHERE s.workspace_id = p_workspace_id), 'UTC'
    ))::date
$$
"""

FUNCTIONS = (
    (
        FAIL_BATCH,
        "fail_routing_batch(uuid, uuid[], text[], text[], boolean[], timestamptz[], integer, text, uuid, jsonb[])",
        True,
    ),
    (FAIL, "fail_routing(uuid, text, uuid, integer, text, boolean, timestamptz)", True),
    (STALE, "release_stale_routing_locks(interval, integer, integer)", True),
    (NOTE, "zrg_routing_note(uuid[], text, uuid, text)", False),
    (EXPIRE, "mark_expired_leads(integer)", True),
    (REQUEUE, "requeue_routing(uuid[], uuid)", True),
    (REVIVE, "revive_leads(uuid[], interval, uuid)", True),
    (CANCEL, "cancel_routing(uuid[], uuid)", True),
    (HURRY, "hurry_routing_retries(uuid, uuid[], boolean)", True),
    (DAY, "zrg_routing_day(uuid, timestamptz)", False),
    (RETURN_LEAD, "return_routed_lead(uuid, text, uuid, text)", True),
)


def _create(sql: str, signature: str, runtime: bool) -> migrations.RunSQL:
    grants = [f"REVOKE ALL ON FUNCTION public.{signature} FROM PUBLIC"]
    if runtime:
        grants.append(f"GRANT EXECUTE ON FUNCTION public.{signature} TO zrg_app")
    return migrations.RunSQL([sql, *grants], f"DROP FUNCTION public.{signature}")


class Migration(migrations.Migration):
    dependencies = [("assignment", "0004_routing_settlement")]

    operations = [_create(*function) for function in FUNCTIONS]

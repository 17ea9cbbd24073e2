"""The one implementation of settlement as it is today, in plans that do not depend on statistics (see 0019)."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("assignment.migrations.0015_settle_by_sets").SETTLE

COMPLETE_BATCH = """
CREATE OR REPLACE FUNCTION public.complete_routing_batch(
    p_lock_owner uuid, p_lead_ids uuid[], p_destination_ids uuid[], p_rule_ids uuid[],
    p_path text DEFAULT 'batch', p_actor uuid DEFAULT NULL,
    p_results text[] DEFAULT NULL, p_codes text[] DEFAULT NULL, p_duplicates uuid[] DEFAULT NULL,
    p_considered jsonb[] DEFAULT NULL, p_examined boolean DEFAULT false, p_duration_ms integer DEFAULT NULL
) RETURNS TABLE (lead_id uuid, result text, destination_workspace_id uuid, log_id uuid)
LANGUAGE plpgsql SECURITY DEFINER ROWS 500 SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    seen uuid[] := public.zrg_routing_scope();
    ids uuid[]; sources uuid[]; destinations uuid[]; rules uuid[]; versions integer[];
    results text[]; codes text[]; duplicates uuid[]; considered jsonb[]; detached jsonb[];
    hashes text[]; windows timestamptz[]; attempts integer[]; logs uuid[];
    partners uuid[]; credits numeric[]; buying boolean[];
    claimed uuid[]; moved uuid[]; moved_to uuid[]; retried boolean;
    n integer; other uuid; any_capped boolean; any_buying boolean; any_tags boolean;
BEGIN
    IF cardinality(p_lead_ids) > 1
        AND cardinality(p_lead_ids) <> (SELECT count(DISTINCT x) FROM unnest(p_lead_ids) x) THEN
        RAISE EXCEPTION 'a lead is named twice' USING ERRCODE = '22023';
    END IF;

    -- 1 · lock what is ours: pending and free, or under our lock
    SELECT array_agg(t.id), array_agg(t.source_id), array_agg(t.destination_id), array_agg(t.rule_id),
        array_agg(t.version), array_agg(t.result), array_agg(t.code), array_agg(t.duplicate_id),
        array_agg(t.considered), array_agg(CASE WHEN t.result = 'success' THEN t.detached END),
        array_agg(t.dedupe_hash), array_agg(coalesce(t.lead_expires_at, now() + interval '90 days')),
        array_agg(t.attempts), array_agg(gen_random_uuid()),
        array_agg(t.partner_id), array_agg(t.credit_amount), array_agg(t.is_buying),
        bool_or(t.result = 'success' AND t.is_capped), bool_or(t.is_buying), bool_or(t.is_tagging)
    INTO ids, sources, destinations, rules, versions, results, codes, duplicates, considered, detached,
        hashes, windows, attempts, logs, partners, credits, buying, any_capped, any_buying, any_tags
    FROM (
        SELECT c.*, r.version, p.id AS partner_id, p.credit_amount,
            w.workspace_type = 'partner' AND c.result = 'success' AS is_buying,
            num_nonnulls(r.cap_daily, r.cap_weekly, r.cap_monthly, r.cap_total,
                p.cap_daily, p.cap_weekly, p.cap_monthly, p.cap_total) > 0 AS is_capped,
            jsonb_array_length(r.actions -> 'tag_with') > 0 AS is_tagging
        FROM (
            SELECT l.id, l.workspace_id AS source_id, coalesce(g.destination_id, l.workspace_id) AS destination_id,
                g.rule_id, g.code, g.duplicate_id, g.considered, l.dedupe_hash::text AS dedupe_hash, l.created_at,
                l.lead_expires_at, l.routing_attempts + (l.routing_status = 'pending')::integer AS attempts,
                CASE WHEN g.result = 'duplicate' THEN 'duplicate'
                    WHEN g.destination_id IS NULL OR g.destination_id = l.workspace_id THEN 'kept'
                    ELSE 'success' END AS result,
                CASE WHEN num_nonnulls(l.assigned_to_id, l.email_campaign_id, l.sms_campaign_id, l.ghl_workflow_id,
                        l.sender_account_id, l.ghl_contact_id, l.email_bison_lead_id, l.snoozed_until, l.import_job_id) > 0
                    THEN jsonb_strip_nulls(jsonb_build_object(
                    'assigned_to', l.assigned_to_id, 'email_campaign', l.email_campaign_id,
                    'sms_campaign', l.sms_campaign_id, 'ghl_workflow', l.ghl_workflow_id,
                    'sender_account', l.sender_account_id, 'ghl_contact', l.ghl_contact_id,
                    'email_bison_lead', l.email_bison_lead_id, 'snoozed_until', l.snoozed_until,
                    'import_job', l.import_job_id)) END AS detached
            FROM unnest(p_lead_ids, p_destination_ids, p_rule_ids, p_results, p_codes, p_duplicates, p_considered)
                AS g(id, destination_id, rule_id, result, code, duplicate_id, considered)
            JOIN public.leads_lead l ON l.id = g.id
            WHERE CASE l.routing_status WHEN 'pending' THEN coalesce(l.lead_expires_at >= now(), true)
                    WHEN 'routing' THEN l.routing_locked_by = p_lock_owner ELSE false END
                AND (seen IS NULL OR l.workspace_id = ANY (seen))
            FOR UPDATE OF l SKIP LOCKED
        ) c
        LEFT JOIN public.assignment_routingrule r ON r.id = c.rule_id
        LEFT JOIN public.assignment_routingpartner p ON p.workspace_id = c.source_id
            AND p.destination_workspace_id = c.destination_id AND p.status = 'active'
        LEFT JOIN public.workspaces_workspace w ON w.id = c.destination_id AND w.status = 'active'
        -- The older of two leads with one identity comes first, whatever the joins did to the order.
        ORDER BY c.created_at, c.id
    ) t;
    IF ids IS NULL THEN
        RETURN QUERY SELECT g, 'skipped', NULL::uuid, NULL::uuid FROM unnest(p_lead_ids) g;
        RETURN;
    END IF;

    -- 2 · no active agreement, no move
    FOR n IN SELECT u.n FROM unnest(results, partners, buying) WITH ORDINALITY u(result, partner_id, is_buying, n)
        WHERE u.result = 'success' AND (u.partner_id IS NULL OR u.is_buying IS NULL)
    LOOP
        RAISE EXCEPTION 'workspace % takes no leads of workspace %', destinations[n], sources[n] USING ERRCODE = 'ZR404';
    END LOOP;

    -- 3 · conversation, consent, the same person at another partner; the paths of the product asked already,
    --     and their row locks keep new messages out
    IF NOT p_examined THEN
        FOR n IN SELECT u.n FROM unnest(ids, results, sources) WITH ORDINALITY u(id, result, source_id, n)
            WHERE u.result = 'success' AND public.zrg_lead_has_activity(u.id, u.source_id)
        LOOP
            results[n] := 'kept'; codes[n] := 'has_activity';
        END LOOP;
        FOR n IN SELECT u.n FROM unnest(ids, results) WITH ORDINALITY u(id, result, n)
            JOIN public.leads_lead l ON l.id = u.id
            WHERE u.result = 'success' AND public.zrg_routing_suppressed(l.status, l.sentiment_tag, l.opted_out_at)
        LOOP
            results[n] := 'kept'; codes[n] := 'suppressed';
        END LOOP;
        FOR n, other IN SELECT u.n, d.duplicate_lead_id
            FROM unnest(results, buying, hashes, sources) WITH ORDINALITY u(result, is_buying, hash, source_id, n)
            CROSS JOIN LATERAL public.check_cross_partner_duplicate(u.hash, u.source_id) d
            WHERE u.result = 'success' AND u.is_buying
        LOOP
            results[n] := 'duplicate'; duplicates[n] := other;
        END LOOP;
    END IF;

    -- 4 · places left; the older leads first
    IF any_capped THEN
        FOR n IN
            WITH places AS MATERIALIZED (
                SELECT c.scope, c.scope_id, c.places FROM public.lock_routing_counters(
                    array_cat(array_fill('rule'::text, ARRAY[cardinality(ids)]), array_fill('partner'::text, ARRAY[cardinality(ids)])),
                    array_cat(rules, partners)) c
            ), numbered AS (
                SELECT u.n, u.rule_id, u.partner_id,
                    row_number() OVER (PARTITION BY u.partner_id ORDER BY u.n) AS of_partner,
                    row_number() OVER (PARTITION BY u.rule_id ORDER BY u.n) AS of_rule
                FROM unnest(results, partners, rules) WITH ORDINALITY u(result, partner_id, rule_id, n)
                WHERE u.result = 'success'
            )
            SELECT x.n FROM numbered x
            LEFT JOIN places cp ON cp.scope = 'partner' AND cp.scope_id = x.partner_id
            LEFT JOIN places cr ON cr.scope = 'rule' AND cr.scope_id = x.rule_id
            WHERE x.of_partner > cp.places OR x.of_rule > cr.places
        LOOP
            results[n] := 'blocked';
        END LOOP;
    END IF;

    -- 5 · somebody with this identity is in the destination already
    FOR n, other IN SELECT c.n, c.other FROM public.zrg_routing_collisions(ids, destinations, results) c
    LOOP
        results[n] := 'duplicate'; duplicates[n] := other;
    END LOOP;

    -- 6 · claims: one delivery per person inside the window, in one order so that nobody waits in a circle
    IF any_buying THEN
        IF EXISTS (SELECT 1 FROM public.assignment_leadattribution a
            WHERE a.dedupe_hash = ANY (hashes) AND a.status = 'active' AND a.window_ends_at <= now()) THEN
            PERFORM 1 FROM public.assignment_leadattribution a
            WHERE a.dedupe_hash = ANY (hashes) AND a.status = 'active' ORDER BY a.dedupe_hash FOR UPDATE;
            UPDATE public.assignment_leadattribution SET status = 'lapsed'
            WHERE dedupe_hash = ANY (hashes) AND status = 'active' AND window_ends_at <= now();
        END IF;
        WITH taken AS (
            INSERT INTO public.assignment_leadattribution (id, lead_id, source_workspace_id, destination_workspace_id,
                rule_id, routing_log_id, dedupe_hash, credit_amount, status, window_ends_at)
            SELECT gen_random_uuid(), u.id, u.source_id, u.destination_id, u.rule_id, u.log_id, u.hash, u.credit,
                'active', u.window_ends_at
            FROM unnest(ids, results, buying, sources, destinations, rules, logs, hashes, credits, windows)
                WITH ORDINALITY u(id, result, is_buying, source_id, destination_id, rule_id, log_id, hash, credit,
                    window_ends_at, n)
            WHERE u.result = 'success' AND u.is_buying
            ORDER BY u.hash, u.n
            ON CONFLICT DO NOTHING RETURNING lead_id
        ) SELECT coalesce(array_agg(taken.lead_id), '{}') INTO claimed FROM taken;
        FOR n, other IN SELECT u.n, (SELECT a.lead_id FROM public.assignment_leadattribution a
                WHERE a.dedupe_hash = u.hash AND a.status = 'active')
            FROM unnest(ids, results, buying, hashes) WITH ORDINALITY u(id, result, is_buying, hash, n)
            WHERE u.result = 'success' AND u.is_buying AND NOT EXISTS (SELECT FROM unnest(claimed) c WHERE c = u.id)
        LOOP
            results[n] := 'duplicate'; duplicates[n] := other;
        END LOOP;
    END IF;

    -- 7 · the leads themselves; who enters the destination at this very moment is found by its unique keys
    LOOP
        BEGIN
            UPDATE public.leads_lead l SET
                workspace_id = CASE WHEN u.moves THEN u.destination_id ELSE l.workspace_id END,
                routing_status = 'routed', routing_locked_by = NULL, routing_locked_at = NULL,
                routing_started_at = coalesce(l.routing_started_at, now()), routing_completed_at = now(),
                routing_failed_at = NULL, routing_attempts = u.attempts,
                routing_error = NULL, routing_error_code = NULL,
                routing_rule_id = CASE WHEN u.result = 'duplicate' THEN NULL ELSE u.rule_id END,
                duplicate_of_lead_id = CASE WHEN u.result = 'duplicate' THEN u.duplicate_id END,
                assigned_to_id = CASE WHEN u.moves THEN NULL ELSE l.assigned_to_id END,
                assigned_at = CASE WHEN u.moves THEN NULL ELSE l.assigned_at END,
                email_campaign_id = CASE WHEN u.moves THEN NULL ELSE l.email_campaign_id END,
                sms_campaign_id = CASE WHEN u.moves THEN NULL ELSE l.sms_campaign_id END,
                ghl_workflow_id = CASE WHEN u.moves THEN NULL ELSE l.ghl_workflow_id END,
                sender_account_id = CASE WHEN u.moves THEN NULL ELSE l.sender_account_id END,
                ghl_contact_id = CASE WHEN u.moves THEN NULL ELSE l.ghl_contact_id END,
                email_bison_lead_id = CASE WHEN u.moves THEN NULL ELSE l.email_bison_lead_id END,
                import_job_id = CASE WHEN u.moves THEN NULL ELSE l.import_job_id END,
                snoozed_until = CASE WHEN u.moves THEN NULL ELSE l.snoozed_until END,
                snooze_until_reply = l.snooze_until_reply AND NOT u.moves,
                status = CASE WHEN u.moves THEN 'new' ELSE l.status END,
                tags = CASE WHEN any_tags AND u.moves
                    THEN public.zrg_routing_tags(l.tags, u.rule_id) ELSE l.tags END,
                changed_at = statement_timestamp(), updated_at = statement_timestamp()
            FROM (
                SELECT x.id, x.result, x.result = 'success' AS moves, x.destination_id, x.rule_id, x.duplicate_id,
                    x.attempts
                FROM unnest(ids, results, destinations, rules, duplicates, attempts)
                    AS x(id, result, destination_id, rule_id, duplicate_id, attempts)
                WHERE x.result <> 'blocked'
            ) u
            WHERE l.id = u.id;
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            retried := false;
            FOR n, other IN SELECT c.n, c.other FROM public.zrg_routing_collisions(ids, destinations, results) c
            LOOP
                results[n] := 'duplicate'; duplicates[n] := other; retried := true;
                UPDATE public.assignment_leadattribution SET status = 'voided'
                WHERE lead_id = ids[n] AND status = 'active';
            END LOOP;
            IF NOT retried THEN
                RAISE;
            END IF;
        END;
    END LOOP;

    -- 8 · what hangs on them, the places used, the log
    SELECT array_agg(u.id), array_agg(u.destination_id) INTO moved, moved_to
    FROM unnest(ids, results, destinations) AS u(id, result, destination_id) WHERE u.result = 'success';
    IF moved IS NOT NULL THEN
        PERFORM public.zrg_routing_move_children(moved, moved_to);
    END IF;
    IF any_capped THEN
        UPDATE public.assignment_routingcounter c SET count = c.count + used.times
        FROM (
            SELECT w.scope, w.scope_id, w.today, count(*) AS times
            FROM unnest(results, rules, partners) AS u(result, rule_id, partner_id)
            CROSS JOIN LATERAL (VALUES ('rule', u.rule_id), ('partner', u.partner_id)) s(scope, id)
            JOIN public.zrg_routing_caps(
                array_cat(array_fill('rule'::text, ARRAY[cardinality(ids)]), array_fill('partner'::text, ARRAY[cardinality(ids)])),
                array_cat(rules, partners)) w ON w.scope = s.scope AND w.scope_id = s.id
            WHERE u.result = 'success' GROUP BY w.scope, w.scope_id, w.today
        ) used
        WHERE c.scope = used.scope AND c.scope_id = used.scope_id AND c.day IN (used.today, date '0001-01-01');
    END IF;
    IF EXISTS (SELECT 1 FROM unnest(attempts) a WHERE a > 1) THEN
        UPDATE public.assignment_routingqueueentry q SET processed_at = now(), outcome = 'routed', updated_at = now()
        FROM public.zrg_open_queue_rows(ARRAY(
            SELECT u.id FROM unnest(ids, results) AS u(id, result) WHERE u.result <> 'blocked')) o
        WHERE q.id = o.queue_id;
    END IF;
    INSERT INTO public.assignment_routinglog (id, lead_id, source_workspace_id, destination_workspace_id,
        matched_rule_id, rule_version, routing_result, attempt_number, path, lock_owner, actor_user_id, duration_ms,
        metadata)
    SELECT u.log_id, u.id, u.source_id, CASE WHEN u.result = 'success' THEN u.destination_id END, u.rule_id, u.version,
        u.result, u.attempts, p_path, p_lock_owner, p_actor, p_duration_ms,
        jsonb_strip_nulls(jsonb_build_object('code', u.code, 'considered', u.considered,
            'detached', CASE WHEN u.result = 'success' THEN u.detached END))
    FROM unnest(logs, ids, sources, destinations, rules, versions, results, attempts, codes, considered, detached)
        AS u(log_id, id, source_id, destination_id, rule_id, version, result, attempts, code, considered, detached)
    WHERE u.result <> 'blocked';

    RETURN QUERY
    SELECT u.id, u.result, CASE WHEN u.result = 'success' THEN u.destination_id ELSE u.source_id END,
        CASE WHEN u.result <> 'blocked' THEN u.log_id END
    FROM unnest(ids, results, destinations, sources, logs) AS u(id, result, destination_id, source_id, log_id);
    IF cardinality(ids) < cardinality(p_lead_ids) THEN
        RETURN QUERY SELECT g, 'skipped', NULL::uuid, NULL::uuid FROM unnest(p_lead_ids) g WHERE g <> ALL (ids);
    END IF;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("assignment", "0019_plans_that_hold")]

    operations = [
        migrations.RunSQL(
            COMPLETE_BATCH, ["ALTER FUNCTION public.complete_routing_batch RESET plan_cache_mode RESET enable_seqscan", BEFORE]
        )
    ]

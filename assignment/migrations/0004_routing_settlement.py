"""The one implementation of settlement: leads become routed, here or in another workspace."""

from django.db import migrations

# Leads of the destination with an identity of the mover: unique keys of a workspace.
COLLISIONS = """
CREATE FUNCTION public.zrg_routing_collision(p_lead_id uuid, p_destination_id uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
    me record;
    found uuid;
BEGIN
    SELECT l.email, l.linkedin_id, l.linkedin_url, l.calendly_invitee_uri INTO me
    FROM public.leads_lead l WHERE l.id = p_lead_id;
    IF me.email IS NOT NULL THEN
        SELECT o.id INTO found FROM public.leads_lead o
        WHERE o.workspace_id = p_destination_id AND o.email = me.email AND o.id <> p_lead_id;
    END IF;
    IF found IS NULL AND me.linkedin_id IS NOT NULL THEN
        SELECT o.id INTO found FROM public.leads_lead o
        WHERE o.workspace_id = p_destination_id AND o.linkedin_id = me.linkedin_id AND o.id <> p_lead_id;
    END IF;
    IF found IS NULL AND me.linkedin_url IS NOT NULL THEN
        SELECT o.id INTO found FROM public.leads_lead o
        WHERE o.workspace_id = p_destination_id AND o.linkedin_url = me.linkedin_url AND o.id <> p_lead_id;
    END IF;
    IF found IS NULL AND me.calendly_invitee_uri IS NOT NULL THEN
        SELECT o.id INTO found FROM public.leads_lead o
        WHERE o.workspace_id = p_destination_id AND o.calendly_invitee_uri = me.calendly_invitee_uri
            AND o.id <> p_lead_id;
    END IF;
    RETURN found;
END $$
"""

# What belongs to a lead without activity follows it or is forgotten.
CHILDREN = """
CREATE FUNCTION public.zrg_routing_move_children(p_lead_ids uuid[], p_destination_ids uuid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE public.leads_enrichmentrequest e SET workspace_id = m.destination_id
    FROM unnest(p_lead_ids, p_destination_ids) AS m(lead_id, destination_id) WHERE e.lead_id = m.lead_id;
    DELETE FROM public.leads_leadidentityconflict c
    WHERE c.lead_id = ANY (p_lead_ids) OR c.other_lead_id = ANY (p_lead_ids);
    DELETE FROM public.inbox_leadview v WHERE v.lead_id = ANY (p_lead_ids);
    DELETE FROM public.inbox_conversationsync s WHERE s.lead_id = ANY (p_lead_ids);
END $$
"""

COMPLETE_BATCH = """
CREATE FUNCTION public.complete_routing_batch(
    p_lock_owner uuid, p_lead_ids uuid[], p_destination_ids uuid[], p_rule_ids uuid[],
    p_path text DEFAULT 'batch', p_actor uuid DEFAULT NULL,
    p_results text[] DEFAULT NULL, p_codes text[] DEFAULT NULL, p_duplicates uuid[] DEFAULT NULL,
    p_considered jsonb[] DEFAULT NULL, p_examined boolean DEFAULT false, p_duration_ms integer DEFAULT NULL
) RETURNS TABLE (lead_id uuid, result text, destination_workspace_id uuid, log_id uuid)
LANGUAGE plpgsql SECURITY DEFINER ROWS 500 SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
    seen uuid[] := public.zrg_routing_scope();
    ids uuid[]; sources uuid[]; destinations uuid[]; rules uuid[]; versions integer[];
    results text[]; codes text[]; duplicates uuid[]; considered jsonb[]; detached jsonb[];
    hashes text[]; created timestamptz[]; windows timestamptz[]; attempts integer[]; logs uuid[];
    partners uuid[]; credits numeric[]; buying boolean[]; capped boolean[]; tags text[][];
    claimed uuid[]; moved uuid[]; moved_to uuid[]; retried boolean;
    n integer; other uuid; any_capped boolean; any_buying boolean; any_tags boolean;
BEGIN
    IF cardinality(p_lead_ids) > 1
        AND cardinality(p_lead_ids) <> (SELECT count(DISTINCT x) FROM unnest(p_lead_ids) x) THEN
        RAISE EXCEPTION 'a lead is named twice' USING ERRCODE = '22023';
    END IF;

    -- 1 · lock what is ours: pending and free, or under our lock
    SELECT array_agg(t.id), array_agg(t.source_id), array_agg(t.destination_id), array_agg(t.rule_id),
        array_agg(r.version), array_agg(t.result), array_agg(t.code), array_agg(t.duplicate_id),
        array_agg(t.considered), array_agg(CASE WHEN t.result = 'success' THEN t.detached END),
        array_agg(t.dedupe_hash), array_agg(t.created_at), array_agg(coalesce(t.lead_expires_at, now() + interval '90 days')),
        array_agg(t.attempts), array_agg(gen_random_uuid()),
        array_agg(p.id), array_agg(p.credit_amount), array_agg(w.workspace_type = 'partner' AND t.result = 'success'),
        array_agg(coalesce(r.cap_daily, r.cap_weekly, r.cap_monthly, r.cap_total,
            p.cap_daily, p.cap_weekly, p.cap_monthly, p.cap_total) IS NOT NULL),
        bool_or(t.result = 'success' AND coalesce(r.cap_daily, r.cap_weekly, r.cap_monthly, r.cap_total,
            p.cap_daily, p.cap_weekly, p.cap_monthly, p.cap_total) IS NOT NULL),
        bool_or(w.workspace_type = 'partner' AND t.result = 'success'),
        bool_or(jsonb_array_length(r.actions -> 'tag_with') > 0)
    INTO ids, sources, destinations, rules, versions, results, codes, duplicates, considered, detached,
        hashes, created, windows, attempts, logs, partners, credits, buying, capped, any_capped, any_buying, any_tags
    FROM (
        SELECT l.id, l.workspace_id AS source_id, coalesce(g.destination_id, l.workspace_id) AS destination_id,
            g.rule_id, g.code, g.duplicate_id, g.considered, l.dedupe_hash::text AS dedupe_hash, l.created_at,
            l.lead_expires_at, l.routing_attempts + (l.routing_status = 'pending')::integer AS attempts,
            CASE WHEN g.result = 'duplicate' THEN 'duplicate'
                WHEN g.destination_id IS NULL OR g.destination_id = l.workspace_id THEN 'kept'
                ELSE 'success' END AS result,
            nullif(jsonb_strip_nulls(jsonb_build_object(
                'assigned_to', l.assigned_to_id, 'email_campaign', l.email_campaign_id,
                'sms_campaign', l.sms_campaign_id, 'ghl_workflow', l.ghl_workflow_id,
                'sender_account', l.sender_account_id, 'ghl_contact', l.ghl_contact_id,
                'email_bison_lead', l.email_bison_lead_id, 'snoozed_until', l.snoozed_until,
                'import_job', l.import_job_id)), '{}'::jsonb) AS detached
        FROM unnest(p_lead_ids, p_destination_ids, p_rule_ids, p_results, p_codes, p_duplicates, p_considered)
            AS g(id, destination_id, rule_id, result, code, duplicate_id, considered)
        JOIN public.leads_lead l ON l.id = g.id
        WHERE ((l.routing_status = 'pending' AND (l.lead_expires_at IS NULL OR l.lead_expires_at >= now()))
                OR (l.routing_status = 'routing' AND l.routing_locked_by = p_lock_owner))
            AND (seen IS NULL OR l.workspace_id = ANY (seen))
        ORDER BY l.created_at, l.id FOR UPDATE OF l SKIP LOCKED
    ) t
    LEFT JOIN public.assignment_routingrule r ON r.id = t.rule_id
    LEFT JOIN public.assignment_routingpartner p ON p.workspace_id = t.source_id
        AND p.destination_workspace_id = t.destination_id AND p.status = 'active'
    LEFT JOIN public.workspaces_workspace w ON w.id = t.destination_id AND w.status = 'active';
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
    FOR n, other IN SELECT u.n, c.id
        FROM unnest(ids, results, destinations) WITH ORDINALITY u(id, result, destination_id, n)
        CROSS JOIN LATERAL (SELECT public.zrg_routing_collision(u.id, u.destination_id) AS id) c
        WHERE u.result = 'success' AND c.id IS NOT NULL
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
            WHERE u.result = 'success' AND u.is_buying AND u.id <> ALL (claimed)
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
            FOR n, other IN SELECT u.n, c.id
                FROM unnest(ids, results, destinations) WITH ORDINALITY u(id, result, destination_id, n)
                CROSS JOIN LATERAL (SELECT public.zrg_routing_collision(u.id, u.destination_id) AS id) c
                WHERE u.result = 'success' AND c.id IS NOT NULL
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
        FROM unnest(ids, results) AS u(id, result)
        WHERE q.lead_id = u.id AND u.result <> 'blocked' AND q.processed_at IS NULL;
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
    RETURN QUERY SELECT g, 'skipped', NULL::uuid, NULL::uuid FROM unnest(p_lead_ids) g WHERE g <> ALL (ids);
END $$
"""

TAGS = """
CREATE FUNCTION public.zrg_routing_tags(p_tags text[], p_rule_id uuid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT p_tags || ARRAY(
        SELECT tag FROM public.assignment_routingrule r, jsonb_array_elements_text(r.actions -> 'tag_with') tag
        WHERE r.id = p_rule_id AND tag <> ALL (p_tags))
$$
"""

COMPLETE = """
CREATE FUNCTION public.complete_routing(
    p_lead_id uuid, p_destination_workspace_id uuid, p_matched_rule_id uuid, p_lock_owner uuid,
    p_result text DEFAULT NULL, p_duplicate_of uuid DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    settled text;
BEGIN
    -- Whoever holds no lock completes nothing, be the lead free or not.
    PERFORM 1 FROM public.leads_lead l
    WHERE l.id = p_lead_id AND l.routing_status = 'routing' AND l.routing_locked_by = p_lock_owner
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    SELECT c.result INTO settled FROM public.complete_routing_batch(
        p_lock_owner, ARRAY[p_lead_id], ARRAY[p_destination_workspace_id], ARRAY[p_matched_rule_id],
        p_path => 'single', p_results => ARRAY[p_result], p_duplicates => ARRAY[p_duplicate_of]) c;
    RETURN coalesce(settled IN ('success', 'kept', 'duplicate'), false);
END $$
"""

FUNCTIONS = (
    (COLLISIONS, "zrg_routing_collision(uuid, uuid)", False),
    (CHILDREN, "zrg_routing_move_children(uuid[], uuid[])", False),
    (TAGS, "zrg_routing_tags(text[], uuid)", False),
    (
        COMPLETE_BATCH,
        "complete_routing_batch(uuid, uuid[], uuid[], uuid[], text, uuid, text[], text[], uuid[], jsonb[], boolean,"
        " integer)",
        True,
    ),
    (COMPLETE, "complete_routing(uuid, uuid, uuid, uuid, text, uuid)", True),
)


def _create(sql: str, signature: str, runtime: bool) -> migrations.RunSQL:
    grants = [f"REVOKE ALL ON FUNCTION public.{signature} FROM PUBLIC"]
    if runtime:
        grants.append(f"GRANT EXECUTE ON FUNCTION public.{signature} TO zrg_app")
    return migrations.RunSQL([sql, *grants], f"DROP FUNCTION public.{signature}")


class Migration(migrations.Migration):
    dependencies = [("assignment", "0003_routing_claims"), ("inbox", "0005_conversation_sync")]

    operations = [_create(*function) for function in FUNCTIONS]

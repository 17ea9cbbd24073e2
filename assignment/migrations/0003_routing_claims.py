"""Taking leads into work: locks that nobody waits for, facts, duplicates, places left."""

from django.db import migrations

ACQUIRE = """
CREATE FUNCTION public.acquire_routing_lock(p_lead_id uuid, p_lock_owner uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    IF p_lock_owner IS NULL THEN
        RAISE EXCEPTION 'a lock needs an owner' USING ERRCODE = '22023';
    END IF;
    PERFORM 1 FROM public.leads_lead l
    WHERE l.id = p_lead_id AND l.routing_status IN ('pending', 'failed')
        AND (l.lead_expires_at IS NULL OR l.lead_expires_at >= now())
        AND (seen IS NULL OR l.workspace_id = ANY (seen))
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE public.leads_lead SET routing_status = 'routing', routing_locked_by = p_lock_owner,
        routing_locked_at = now(), routing_started_at = coalesce(routing_started_at, now()),
        routing_attempts = routing_attempts + 1
    WHERE id = p_lead_id;
    RETURN true;
END $$
"""

DUPLICATE = """
CREATE FUNCTION public.check_cross_partner_duplicate(p_dedupe_hash varchar, p_source_workspace_id uuid)
RETURNS TABLE (duplicate_lead_id uuid, duplicate_workspace_id uuid, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, public AS $$
    SELECT l.id, l.workspace_id, l.created_at
    FROM public.leads_lead l JOIN public.workspaces_workspace w ON w.id = l.workspace_id
    WHERE l.dedupe_hash = p_dedupe_hash AND l.routing_status = 'routed' AND w.workspace_type = 'partner'
        AND l.workspace_id <> p_source_workspace_id
        AND (l.lead_expires_at IS NULL OR l.lead_expires_at > now())
    ORDER BY l.created_at, l.id LIMIT 1
$$
"""

# Read in a statement of its own after the rows are locked: what committed before is then seen.
FACTS = """
CREATE TYPE public.zrg_routing_facts AS (
    id uuid, created_at timestamptz, lead_expires_at timestamptz, routing_attempts integer,
    industry text, city text, company_revenue text, job_title text, seniority text, source text,
    company_country text, company_state text, company_postal_code text, employee_headcount text,
    email text, phone text, linkedin_url text, company_name text, company_website text, timezone text,
    tags text[], attributes jsonb, overall_score integer, fit_score integer, intent_score integer,
    excluded uuid[], has_activity boolean, suppressed boolean, duplicate_of uuid,
    queue_id uuid, max_attempts integer
);
CREATE FUNCTION public.zrg_read_routing_facts(p_lead_ids uuid[], p_workspace_id uuid)
RETURNS SETOF public.zrg_routing_facts
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
DECLARE
    busy uuid[] := ARRAY(SELECT public.zrg_leads_with_activity(p_lead_ids, p_workspace_id));
BEGIN
    RETURN QUERY
    SELECT l.id, l.created_at, l.lead_expires_at, l.routing_attempts::integer,
        l.industry::text, l.company_city::text, l.company_revenue::text, l.job_title::text, l.seniority::text,
        l.source::text, l.company_country::text, l.company_state::text, l.company_postal_code::text,
        l.employee_headcount::text, l.email::text, coalesce(nullif(l.phone, ''), l.phone_national)::text,
        l.linkedin_url::text, l.company_name::text, l.company_website::text, l.timezone::text,
        l.tags, l.attributes, l.overall_score::integer, l.fit_score::integer, l.intent_score::integer,
        l.routing_excluded_workspace_ids, l.id = ANY (busy),
        public.zrg_routing_suppressed(l.status, l.sentiment_tag, l.opted_out_at), other.id,
        q.id, q.max_attempts::integer
    FROM public.leads_lead l
    LEFT JOIN LATERAL (
        SELECT o.id FROM public.leads_lead o JOIN public.workspaces_workspace w ON w.id = o.workspace_id
        WHERE o.dedupe_hash = l.dedupe_hash AND o.routing_status = 'routed' AND w.workspace_type = 'partner'
            AND o.workspace_id <> l.workspace_id AND (o.lead_expires_at IS NULL OR o.lead_expires_at > now())
        ORDER BY o.created_at, o.id LIMIT 1
    ) other ON true
    LEFT JOIN public.assignment_routingqueueentry q ON q.lead_id = l.id AND q.processed_at IS NULL
    WHERE l.id = ANY (p_lead_ids)
    ORDER BY l.created_at, l.id;
END $$
"""

SUPPRESSED = """
CREATE FUNCTION public.zrg_routing_suppressed(status text, sentiment text, opted_out_at timestamptz) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT opted_out_at IS NOT NULL OR status IN ('blacklisted', 'unqualified') OR sentiment = 'Blacklist'
$$
"""

READ = """
CREATE FUNCTION public.read_routing_facts(p_lead_id uuid) RETURNS SETOF public.zrg_routing_facts
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = pg_catalog, public AS $$
DECLARE
    home uuid := (SELECT l.workspace_id FROM public.leads_lead l WHERE l.id = p_lead_id);
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    IF seen IS NULL OR home = ANY (seen) THEN
        RETURN QUERY SELECT * FROM public.zrg_read_routing_facts(ARRAY[p_lead_id], home);
    END IF;
END $$
"""

CLAIM = """
CREATE FUNCTION public.claim_routing_batch(
    p_workspace_id uuid, p_limit integer DEFAULT 500, p_lead_ids uuid[] DEFAULT NULL
) RETURNS SETOF public.zrg_routing_facts
LANGUAGE plpgsql SECURITY DEFINER ROWS 500 SET search_path = pg_catalog, public AS $$
DECLARE
    ids uuid[];
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    IF NOT (seen IS NULL OR p_workspace_id = ANY (seen)) THEN
        RETURN;
    END IF;
    IF p_lead_ids IS NULL THEN
        ids := ARRAY(
            SELECT l.id FROM public.leads_lead l
            WHERE l.workspace_id = p_workspace_id AND l.routing_status = 'pending' AND l.routing_attempts = 0
                AND (l.lead_expires_at IS NULL OR l.lead_expires_at >= now())
            ORDER BY l.created_at, l.id LIMIT p_limit FOR UPDATE SKIP LOCKED);
    ELSE
        ids := ARRAY(
            SELECT l.id FROM public.leads_lead l
            WHERE l.id = ANY (p_lead_ids) AND l.workspace_id = p_workspace_id AND l.routing_status = 'pending'
                AND (l.lead_expires_at IS NULL OR l.lead_expires_at >= now())
            ORDER BY l.created_at, l.id LIMIT p_limit FOR UPDATE SKIP LOCKED);
    END IF;
    IF cardinality(ids) > 0 THEN
        RETURN QUERY SELECT * FROM public.zrg_read_routing_facts(ids, p_workspace_id);
    END IF;
END $$
"""

# The lead is locked before its row of the queue: a lead that somebody holds leaves the row free.
RETRIES = """
CREATE FUNCTION public.claim_routing_retries(p_workspace_id uuid, p_limit integer DEFAULT 100)
RETURNS SETOF public.zrg_routing_facts
LANGUAGE plpgsql SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public AS $$
DECLARE
    ids uuid[];
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    IF NOT (seen IS NULL OR p_workspace_id = ANY (seen)) THEN
        RETURN;
    END IF;
    ids := ARRAY(
        SELECT l.id FROM public.leads_lead l
        JOIN public.assignment_routingqueueentry q ON q.lead_id = l.id
        WHERE q.workspace_id = p_workspace_id AND q.processed_at IS NULL AND q.next_retry_at <= now()
            AND l.routing_status = 'pending' AND l.workspace_id = p_workspace_id
            AND (l.lead_expires_at IS NULL OR l.lead_expires_at >= now())
        ORDER BY q.next_retry_at, q.id LIMIT p_limit FOR UPDATE OF l, q SKIP LOCKED);
    IF cardinality(ids) > 0 THEN
        RETURN QUERY SELECT * FROM public.zrg_read_routing_facts(ids, p_workspace_id);
    END IF;
END $$
"""

# Locks the counters in one order; places left are the smallest of all caps.
CAPACITY = """
CREATE FUNCTION public.lock_routing_counters(p_scopes text[], p_ids uuid[])
RETURNS TABLE (scope text, scope_id uuid, today date, daily bigint, weekly bigint, monthly bigint, total bigint,
    places bigint)
LANGUAGE plpgsql SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO public.assignment_routingcounter (workspace_id, scope, scope_id, day, count)
    SELECT w.workspace_id, w.scope, w.scope_id, d.day, 0
    FROM public.zrg_routing_caps(p_scopes, p_ids) w
    CROSS JOIN LATERAL (VALUES (date '0001-01-01'), (w.today)) d(day)
    WHERE NOT EXISTS (SELECT 1 FROM public.assignment_routingcounter c
        WHERE c.scope = w.scope AND c.scope_id = w.scope_id AND c.day = d.day)
    ORDER BY w.scope, w.scope_id, d.day
    ON CONFLICT DO NOTHING;
    PERFORM 1 FROM public.assignment_routingcounter c
    JOIN public.zrg_routing_caps(p_scopes, p_ids) w ON c.scope = w.scope AND c.scope_id = w.scope_id
        AND c.day IN (w.today, date '0001-01-01')
    ORDER BY c.scope, c.scope_id, c.day FOR UPDATE OF c;
    RETURN QUERY
    SELECT w.scope, w.scope_id, w.today, n.daily, n.weekly, n.monthly, n.total,
        least(w.cap_daily - n.daily, w.cap_weekly - n.weekly, w.cap_monthly - n.monthly, w.cap_total - n.total)
    FROM public.zrg_routing_caps(p_scopes, p_ids) w
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(c.count) FILTER (WHERE c.day = w.today), 0)::bigint AS daily,
            coalesce(sum(c.count) FILTER (WHERE c.day >= date_trunc('week', w.today)::date), 0)::bigint AS weekly,
            coalesce(sum(c.count) FILTER (WHERE c.day >= date_trunc('month', w.today)::date), 0)::bigint AS monthly,
            coalesce(sum(c.count) FILTER (WHERE c.day = date '0001-01-01'), 0)::bigint AS total
        FROM public.assignment_routingcounter c
        WHERE c.scope = w.scope AND c.scope_id = w.scope_id
            AND (c.day = date '0001-01-01' OR (c.day <= w.today AND c.day >= least(
                date_trunc('week', w.today), date_trunc('month', w.today))::date))
    ) n;
END $$
"""

CAPS = """
CREATE FUNCTION public.zrg_routing_caps(p_scopes text[], p_ids uuid[])
RETURNS TABLE (scope text, scope_id uuid, workspace_id uuid, today date,
    cap_daily bigint, cap_weekly bigint, cap_monthly bigint, cap_total bigint)
LANGUAGE sql STABLE ROWS 20 SET search_path = pg_catalog, public AS $$
    SELECT 'rule', r.id, r.workspace_id, public.zrg_routing_today(coalesce(r.destination_workspace_id, r.workspace_id)),
        r.cap_daily, r.cap_weekly, r.cap_monthly, r.cap_total
    FROM unnest(p_scopes, p_ids) AS given(scope, id)
    JOIN public.assignment_routingrule r ON given.scope = 'rule' AND r.id = given.id
    WHERE coalesce(r.cap_daily, r.cap_weekly, r.cap_monthly, r.cap_total) IS NOT NULL
    UNION
    SELECT 'partner', p.id, p.workspace_id, public.zrg_routing_today(p.destination_workspace_id),
        p.cap_daily, p.cap_weekly, p.cap_monthly, p.cap_total
    FROM unnest(p_scopes, p_ids) AS given(scope, id)
    JOIN public.assignment_routingpartner p ON given.scope = 'partner' AND p.id = given.id
    WHERE coalesce(p.cap_daily, p.cap_weekly, p.cap_monthly, p.cap_total) IS NOT NULL
$$
"""

TODAY = """
CREATE FUNCTION public.zrg_routing_today(p_workspace_id uuid) RETURNS date
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT (now() AT TIME ZONE coalesce(
        (SELECT s.timezone FROM public.workspaces_workspacesettings s WHERE s.workspace_id = p_workspace_id), 'UTC'
    ))::date
$$
"""

WORK = """
CREATE FUNCTION public.routing_workspaces_with_work()
RETURNS TABLE (workspace_id uuid, first_pass bigint, due bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT work.workspace_id, sum(work.first_pass)::bigint, sum(work.due)::bigint, min(work.oldest)
    FROM (
        SELECT l.workspace_id, count(*) AS first_pass, 0 AS due, min(l.created_at) AS oldest
        FROM public.leads_lead l
        WHERE l.routing_status = 'pending' AND l.routing_attempts = 0
        GROUP BY l.workspace_id
        UNION ALL
        SELECT q.workspace_id, 0, count(*), min(q.next_retry_at)
        FROM public.assignment_routingqueueentry q
        WHERE q.processed_at IS NULL AND q.next_retry_at <= now()
        GROUP BY q.workspace_id
    ) work
    JOIN public.workspaces_workspace w ON w.id = work.workspace_id AND w.status = 'active'
    WHERE public.zrg_routing_scope() IS NULL OR work.workspace_id = ANY (public.zrg_routing_scope())
    GROUP BY work.workspace_id ORDER BY min(work.oldest)
$$
"""

FUNCTIONS = (
    (ACQUIRE, "acquire_routing_lock(uuid, uuid)", True),
    (DUPLICATE, "check_cross_partner_duplicate(varchar, uuid)", True),
    (SUPPRESSED, "zrg_routing_suppressed(text, text, timestamptz)", False),
    (READ, "read_routing_facts(uuid)", True),
    (CLAIM, "claim_routing_batch(uuid, integer, uuid[])", True),
    (RETRIES, "claim_routing_retries(uuid, integer)", True),
    (TODAY, "zrg_routing_today(uuid)", False),
    (CAPS, "zrg_routing_caps(text[], uuid[])", False),
    (CAPACITY, "lock_routing_counters(text[], uuid[])", True),
    (WORK, "routing_workspaces_with_work()", True),
)
FACTS_REVERSE = """
DROP FUNCTION public.zrg_read_routing_facts(uuid[], uuid);
DROP TYPE public.zrg_routing_facts
"""


def _create(sql: str, signature: str, runtime: bool) -> migrations.RunSQL:
    grants = [f"REVOKE ALL ON FUNCTION public.{signature} FROM PUBLIC"]
    if runtime:
        grants.append(f"GRANT EXECUTE ON FUNCTION public.{signature} TO zrg_app")
    return migrations.RunSQL([sql, *grants], f"DROP FUNCTION public.{signature}")


class Migration(migrations.Migration):
    dependencies = [("assignment", "0002_routing_guards")]

    operations = [
        _create(*FUNCTIONS[2]),
        migrations.RunSQL([FACTS, "REVOKE ALL ON FUNCTION public.zrg_read_routing_facts(uuid[], uuid) FROM PUBLIC"], FACTS_REVERSE),
        *(_create(*function) for index, function in enumerate(FUNCTIONS) if index != 2),
    ]

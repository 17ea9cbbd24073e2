"""Claims in plans that do not depend on statistics.

What waits comes and goes: statistics of an hour ago may say that nothing waits, or that a workspace has no leads.
Every index then looks as good as the primary key, and a batch walks all that waits once per lead. So leads and rows
of the queue are found by id alone, with the other conditions where no index can serve them (`CASE`, `OFFSET 0`), and
plans are made once, without looking at what is in an array. A plan that was made while a table was empty is kept: it
must not read the whole table.
"""

from importlib import import_module

from django.db import migrations

_claims = import_module("assignment.migrations.0003_routing_claims")
_sets = import_module("assignment.migrations.0015_settle_by_sets")


def _replacing(sql):
    return sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


FACTS_BEFORE = _replacing(_claims.FACTS[_claims.FACTS.index("CREATE FUNCTION") :])
RETRIES_BEFORE = _sets.RETRIES
WORK_BEFORE = _replacing(_claims.WORK)

# All rows of a lead are few; the open one is looked for among them.
OPEN_ROWS = """
CREATE FUNCTION public.zrg_open_queue_rows(p_lead_ids uuid[])
RETURNS TABLE (lead_id uuid, queue_id uuid, max_attempts integer)
LANGUAGE plpgsql STABLE ROWS 100 SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT e.lead_id, e.id, e.max_attempts::integer
    FROM unnest(p_lead_ids) AS g(id)
    CROSS JOIN LATERAL (
        SELECT q.id, q.lead_id, q.max_attempts, q.processed_at FROM public.assignment_routingqueueentry q
        WHERE q.lead_id = g.id OFFSET 0
    ) e
    WHERE e.processed_at IS NULL;
END $$
"""

FACTS = """
CREATE OR REPLACE FUNCTION public.zrg_read_routing_facts(p_lead_ids uuid[], p_workspace_id uuid)
RETURNS SETOF public.zrg_routing_facts
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
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
        q.queue_id, q.max_attempts
    FROM public.leads_lead l
    LEFT JOIN LATERAL (
        SELECT o.id FROM public.leads_lead o
        WHERE o.dedupe_hash = l.dedupe_hash AND o.routing_status = 'routed'
            AND (SELECT w.workspace_type FROM public.workspaces_workspace w WHERE w.id = o.workspace_id) = 'partner'
            AND o.workspace_id <> l.workspace_id AND (o.lead_expires_at IS NULL OR o.lead_expires_at > now())
        ORDER BY o.created_at, o.id LIMIT 1
    ) other ON true
    LEFT JOIN public.zrg_open_queue_rows(p_lead_ids) q ON q.lead_id = l.id
    WHERE l.id = ANY (p_lead_ids)
    ORDER BY l.created_at, l.id;
END $$
"""

# From the queue to its leads, one by one and no further than the limit. A lead is locked before its row of the queue,
# which is looked at again under the lock.
RETRIES = """
CREATE OR REPLACE FUNCTION public.claim_routing_retries(p_workspace_id uuid, p_limit integer DEFAULT 100)
RETURNS SETOF public.zrg_routing_facts
LANGUAGE plpgsql SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    ids uuid[];
    seen uuid[] := public.zrg_routing_scope();
BEGIN
    IF NOT (seen IS NULL OR p_workspace_id = ANY (seen)) THEN
        RETURN;
    END IF;
    ids := ARRAY(
        SELECT l.id FROM (
            SELECT q.lead_id FROM public.assignment_routingqueueentry q
            WHERE q.workspace_id = p_workspace_id AND q.processed_at IS NULL AND q.next_retry_at <= now()
            ORDER BY q.next_retry_at, q.id
        ) due CROSS JOIN LATERAL (
            SELECT l.id FROM public.leads_lead l
            WHERE l.id = due.lead_id AND CASE WHEN l.routing_status = 'pending' AND l.workspace_id = p_workspace_id
                THEN coalesce(l.lead_expires_at >= now(), true) ELSE false END
            FOR UPDATE SKIP LOCKED
        ) l LIMIT p_limit);
    ids := ARRAY(
        SELECT q.lead_id FROM public.assignment_routingqueueentry q
        WHERE q.lead_id = ANY (ids) AND CASE WHEN q.processed_at IS NULL THEN q.next_retry_at <= now() ELSE false END
        ORDER BY q.next_retry_at, q.id FOR UPDATE SKIP LOCKED);
    IF cardinality(ids) > 0 THEN
        RETURN QUERY SELECT * FROM public.zrg_read_routing_facts(ids, p_workspace_id);
    END IF;
END $$
"""

# The scope is asked once, not for every lead that waits.
WORK = """
CREATE OR REPLACE FUNCTION public.routing_workspaces_with_work()
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
    WHERE (SELECT public.zrg_routing_scope()) IS NULL
        OR work.workspace_id = ANY ((SELECT public.zrg_routing_scope())::uuid[])
    GROUP BY work.workspace_id ORDER BY min(work.oldest)
$$
"""

_PLANNED = (
    "claim_routing_batch(uuid, integer, uuid[])",
    "zrg_routing_collisions(uuid[], uuid[], text[])",
    "zrg_routing_move_children(uuid[], uuid[])",
)
_PLAN = "ALTER FUNCTION public.{} SET plan_cache_mode = force_generic_plan SET enable_seqscan = off"
_UNPLAN = "ALTER FUNCTION public.{} RESET plan_cache_mode RESET enable_seqscan"
_READ = "zrg_read_routing_facts(uuid[], uuid)"
_CLAIM_RETRIES = "claim_routing_retries(uuid, integer)"


class Migration(migrations.Migration):
    dependencies = [("assignment", "0017_true_paths_and_waits")]

    operations = [
        migrations.RunSQL(
            [OPEN_ROWS, "REVOKE ALL ON FUNCTION public.zrg_open_queue_rows(uuid[]) FROM PUBLIC"],
            "DROP FUNCTION public.zrg_open_queue_rows(uuid[])",
        ),
        migrations.RunSQL(FACTS, [_UNPLAN.format(_READ), FACTS_BEFORE]),
        migrations.RunSQL(RETRIES, [_UNPLAN.format(_CLAIM_RETRIES), RETRIES_BEFORE]),
        migrations.RunSQL(WORK, WORK_BEFORE),
        *(migrations.RunSQL(_PLAN.format(name), _UNPLAN.format(name)) for name in _PLANNED),
    ]

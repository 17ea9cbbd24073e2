"""Settlement for less: nothing about a lead is worked out twice, collisions are looked for by one statement, due
attempts are found in the order of the queue.

The guard of leads stands after the update: before it, PostgreSQL makes every generated column of a lead anew and
locks the row again at each update of any lead, whatever changed. What it refuses is undone either way.
"""

from importlib import import_module

from django.db import migrations

_retries = import_module("assignment.migrations.0003_routing_claims").RETRIES
_settle = import_module("assignment.migrations.0004_routing_settlement").COMPLETE_BATCH

_GUARD = """
DROP TRIGGER lead_routing_guard ON public.leads_lead;
CREATE TRIGGER lead_routing_guard {when} UPDATE ON public.leads_lead FOR EACH ROW
WHEN (OLD.routing_status IS DISTINCT FROM NEW.routing_status OR OLD.workspace_id IS DISTINCT FROM NEW.workspace_id)
EXECUTE FUNCTION public.zrg_lead_routing_guard();
"""

# The same questions as zrg_routing_collision asks of one lead.
COLLISIONS = """
CREATE FUNCTION public.zrg_routing_collisions(p_lead_ids uuid[], p_destination_ids uuid[], p_results text[])
RETURNS TABLE (n integer, other uuid)
LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY
    SELECT u.n::integer, c.id
    FROM unnest(p_lead_ids, p_destination_ids, p_results) WITH ORDINALITY u(id, destination_id, result, n)
    JOIN public.leads_lead l ON l.id = u.id
    CROSS JOIN LATERAL (
        SELECT o.id, 1 AS rank FROM public.leads_lead o
        WHERE o.workspace_id = u.destination_id AND o.email = l.email AND o.id <> l.id
        UNION ALL
        SELECT o.id, 2 FROM public.leads_lead o
        WHERE o.workspace_id = u.destination_id AND o.linkedin_id = l.linkedin_id AND o.id <> l.id
        UNION ALL
        SELECT o.id, 3 FROM public.leads_lead o
        WHERE o.workspace_id = u.destination_id AND o.linkedin_url = l.linkedin_url AND o.id <> l.id
        UNION ALL
        SELECT o.id, 4 FROM public.leads_lead o
        WHERE o.workspace_id = u.destination_id AND o.calendly_invitee_uri = l.calendly_invitee_uri AND o.id <> l.id
        ORDER BY rank LIMIT 1
    ) c
    WHERE u.result = 'success'
    ORDER BY u.n;
END $$
"""
COLLISIONS_SIGNATURE = "zrg_routing_collisions(uuid[], uuid[], text[])"

_EACH_ALONE = """FOR n, other IN SELECT u.n, c.id
{indent}    FROM unnest(ids, results, destinations) WITH ORDINALITY u(id, result, destination_id, n)
{indent}    CROSS JOIN LATERAL (SELECT public.zrg_routing_collision(u.id, u.destination_id) AS id) c
{indent}    WHERE u.result = 'success' AND c.id IS NOT NULL
"""
_TOGETHER = """FOR n, other IN SELECT c.n, c.other FROM public.zrg_routing_collisions(ids, destinations, results) c
"""
_BUILT = "            nullif(jsonb_strip_nulls(jsonb_build_object(\n"
_BUILT_WHERE_NEEDED = """            CASE WHEN num_nonnulls(l.assigned_to_id, l.email_campaign_id, l.sms_campaign_id, l.ghl_workflow_id,
                    l.sender_account_id, l.ghl_contact_id, l.email_bison_lead_id, l.snoozed_until, l.import_job_id) > 0
                THEN jsonb_strip_nulls(jsonb_build_object(
"""
_BUILT_END = "'import_job', l.import_job_id)), '{}'::jsonb) AS detached"
# Comparing each with all is work by the square of a batch, and mostly for nothing.
_LOST = "            WHERE u.result = 'success' AND u.is_buying AND u.id <> ALL (claimed)\n"
_SKIPPED = (
    "    RETURN QUERY SELECT g, 'skipped', NULL::uuid, NULL::uuid FROM unnest(p_lead_ids) g WHERE g <> ALL (ids);\n"
)
_CHANGES = (
    (_EACH_ALONE.format(indent="    "), _TOGETHER),
    (_EACH_ALONE.format(indent="            "), _TOGETHER),
    (_BUILT, _BUILT_WHERE_NEEDED),
    (_BUILT_END, "'import_job', l.import_job_id)) END AS detached"),
    (_LOST, "            WHERE u.result = 'success' AND u.is_buying AND NOT EXISTS (SELECT FROM unnest(claimed) c WHERE c = u.id)\n"),
    (_SKIPPED, "    IF cardinality(ids) < cardinality(p_lead_ids) THEN\n    " + _SKIPPED + "    END IF;\n"),
)


def _changed(sql):
    for before, after in _CHANGES:
        if sql.count(before) != 1:
            raise ValueError(f"not once in complete_routing_batch: {before}")
        sql = sql.replace(before, after)
    return sql


SETTLE_BEFORE = _settle.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
SETTLE = _changed(SETTLE_BEFORE)


# From the queue to its leads, one by one and no further than the limit: seen from the leads, a planner that takes the
# waiting leads of a workspace for few walks the queue once for each of them. A lead is locked before its row of the
# queue, which is looked at again under the lock.
_JOINED = """    ids := ARRAY(
        SELECT l.id FROM public.leads_lead l
        JOIN public.assignment_routingqueueentry q ON q.lead_id = l.id
        WHERE q.workspace_id = p_workspace_id AND q.processed_at IS NULL AND q.next_retry_at <= now()
            AND l.routing_status = 'pending' AND l.workspace_id = p_workspace_id
            AND (l.lead_expires_at IS NULL OR l.lead_expires_at >= now())
        ORDER BY q.next_retry_at, q.id LIMIT p_limit FOR UPDATE OF l, q SKIP LOCKED);
"""
_ONE_BY_ONE = """    ids := ARRAY(
        SELECT l.id FROM (
            SELECT q.lead_id FROM public.assignment_routingqueueentry q
            WHERE q.workspace_id = p_workspace_id AND q.processed_at IS NULL AND q.next_retry_at <= now()
            ORDER BY q.next_retry_at, q.id
        ) due CROSS JOIN LATERAL (
            SELECT l.id FROM public.leads_lead l
            WHERE l.id = due.lead_id AND l.routing_status = 'pending' AND l.workspace_id = p_workspace_id
                AND (l.lead_expires_at IS NULL OR l.lead_expires_at >= now())
            FOR UPDATE SKIP LOCKED
        ) l LIMIT p_limit);
    ids := ARRAY(
        SELECT q.lead_id FROM public.assignment_routingqueueentry q
        WHERE q.lead_id = ANY (ids) AND q.processed_at IS NULL AND q.next_retry_at <= now()
        ORDER BY q.next_retry_at, q.id FOR UPDATE SKIP LOCKED);
"""
RETRIES_BEFORE = _retries.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
RETRIES = RETRIES_BEFORE.replace(_JOINED, _ONE_BY_ONE)
if RETRIES == RETRIES_BEFORE:
    raise ValueError("claim_routing_retries is not what it was")


class Migration(migrations.Migration):
    dependencies = [("assignment", "0013_read_many_routing_facts")]

    operations = [
        migrations.RunSQL(_GUARD.format(when="AFTER"), _GUARD.format(when="BEFORE")),
        migrations.RunSQL(
            [COLLISIONS, f"REVOKE ALL ON FUNCTION public.{COLLISIONS_SIGNATURE} FROM PUBLIC"],
            f"DROP FUNCTION public.{COLLISIONS_SIGNATURE}",
        ),
        migrations.RunSQL(SETTLE, SETTLE_BEFORE),
        migrations.RunSQL(RETRIES, RETRIES_BEFORE),
    ]

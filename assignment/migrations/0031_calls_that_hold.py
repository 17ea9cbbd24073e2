"""Calls that are odd, and changes that meet: refused, counted, or in one order.

Arrays of different lengths and leads named twice are refused; counters and duplicates are told to those who see the
workspace; a rule that keeps leads counts them against its caps; counters follow the time zone of their destination;
whoever changes rules takes the row of the settings before the lock that waits for routing; a person who opted out
stays where that was said.
"""

from importlib import import_module

from django.db import migrations

_claims = import_module("assignment.migrations.0003_routing_claims")
_failures = import_module("assignment.migrations.0005_routing_failures")
_config = import_module("assignment.migrations.0006_routing_config")
_merged = import_module("assignment.migrations.0011_merged_leads")
_paths = import_module("assignment.migrations.0017_true_paths_and_waits")
_fail_plans = import_module("assignment.migrations.0021_failure_plans")
_known = import_module("assignment.migrations.0023_known_at_a_partner")


def _again(sql):
    return sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def _changed(sql, *changes):
    sql = _again(sql)
    for before, after in changes:
        if sql.count(before) != 1:
            raise ValueError(f"not once: {before}")
        sql = sql.replace(before, after)
    return sql


_SEEN = "((SELECT public.zrg_routing_scope()) IS NULL OR {} = ANY ((SELECT public.zrg_routing_scope())::uuid[]))"
_RULE_CAPS = "    WHERE coalesce(r.cap_daily, r.cap_weekly, r.cap_monthly, r.cap_total) IS NOT NULL\n"
_PARTNER_CAPS = "    WHERE coalesce(p.cap_daily, p.cap_weekly, p.cap_monthly, p.cap_total) IS NOT NULL\n"
# Counters are locked, made and read of these alone.
CAPS = _changed(
    _claims.CAPS,
    (_RULE_CAPS, _RULE_CAPS + "        AND " + _SEEN.format("r.workspace_id") + "\n"),
    (_PARTNER_CAPS, _PARTNER_CAPS + "        AND " + _SEEN.format("p.workspace_id") + "\n"),
)
DUPLICATE = _changed(
    _claims.DUPLICATE,
    (
        "        AND l.workspace_id <> p_source_workspace_id\n",
        "        AND l.workspace_id <> p_source_workspace_id\n        AND " + _SEEN.format("p_source_workspace_id") + "\n",
    ),
)

_TWICE = """    IF cardinality(p_lead_ids) > 1
        AND cardinality(p_lead_ids) <> (SELECT count(DISTINCT x) FROM unnest(p_lead_ids) x) THEN
        RAISE EXCEPTION 'a lead is named twice' USING ERRCODE = '22023';
    END IF;
"""
_LENGTHS = """    IF EXISTS (SELECT 1 FROM unnest(ARRAY[{lengths}]) n
        WHERE n <> coalesce(cardinality(p_lead_ids), 0)) THEN
        RAISE EXCEPTION 'one entry for each lead' USING ERRCODE = '22023';
    END IF;
"""


def _lengths(required, optional):
    """An optional array may be missing, which is no length."""
    needed = [f"coalesce(cardinality({name}), 0)" for name in required]
    return _LENGTHS.format(lengths=", ".join([*needed, *(f"cardinality({name})" for name in optional)]))


_COUNTED = "({row}.result = 'success' OR ({row}.result = 'kept' AND {row}.rule_id IS NOT NULL\n{pad}AND {row}.destination_id = {row}.source_id))"
SETTLE = _changed(
    _known.SETTLE,
    (
        _TWICE,
        _TWICE
        + _lengths(("p_destination_ids", "p_rule_ids"), ("p_results", "p_codes", "p_duplicates", "p_considered")),
    ),
    (
        "bool_or(t.result = 'success' AND t.is_capped)",
        f"bool_or({_COUNTED.format(row='t', pad=' ' * 12)} AND t.is_capped)",
    ),
    (
        """                FROM unnest(results, partners, rules) WITH ORDINALITY u(result, partner_id, rule_id, n)
                WHERE u.result = 'success'
""",
        f"""                FROM unnest(results, partners, rules, destinations, sources)
                    WITH ORDINALITY u(result, partner_id, rule_id, destination_id, source_id, n)
                WHERE {_COUNTED.format(row="u", pad=" " * 20)}
""",
    ),
    (
        "            FROM unnest(results, rules, partners) AS u(result, rule_id, partner_id)\n",
        """            FROM unnest(results, rules, partners, destinations, sources)
                AS u(result, rule_id, partner_id, destination_id, source_id)
""",
    ),
    (
        "            WHERE u.result = 'success' GROUP BY w.scope, w.scope_id, w.today\n",
        f"            WHERE {_COUNTED.format(row='u', pad=' ' * 16)} GROUP BY w.scope, w.scope_id, w.today\n",
    ),
)
_ATTEMPTS = """        RAISE EXCEPTION 'between 1 and 10 attempts' USING ERRCODE = '22023';
    END IF;
"""
FAIL = _changed(
    _fail_plans.FAIL_BATCH,
    (
        _ATTEMPTS,
        _ATTEMPTS
        + _TWICE
        + _lengths(("p_codes", "p_messages", "p_retryable"), ("p_defer_until", "p_considered")),
    ),
)
# Null means the default: a lead that waits without a row of the queue would be lost.
STALE = _changed(
    _paths.STALE,
    (
        "    seen uuid[] := public.zrg_routing_scope();\nBEGIN\n",
        """    seen uuid[] := public.zrg_routing_scope();
BEGIN
    p_max_age := coalesce(p_max_age, interval '5 minutes');
    p_max_attempts := coalesce(p_max_attempts, 3);
    IF p_max_attempts NOT BETWEEN 1 AND 10 THEN
"""
        + _ATTEMPTS,
    ),
)

# Settled by a rule: moved, or kept by a rule that keeps. What is kept for safety names the rule it was wanted by.
_BY_RULE = """{row}.routing_result = 'success' OR ({row}.routing_result = 'kept'
{pad}AND coalesce({row}.metadata ->> 'code', 'rule_keep') = 'rule_keep')"""
_HOME = "public.zrg_routing_day(coalesce(g.destination_workspace_id, g.source_workspace_id), g.created_at)"
FILL = _changed(
    _config.FILL,
    ("coalesce(public.zrg_routing_day(p_destination, g.created_at), '0001-01-01')", f"coalesce({_HOME}, '0001-01-01')"),
    (
        """    WHERE g.source_workspace_id = p_source AND g.routing_result = 'success'
        AND CASE p_scope WHEN 'rule' THEN g.matched_rule_id = p_id
            ELSE g.destination_workspace_id = p_destination END
""",
        f"""    WHERE g.source_workspace_id = p_source
        AND CASE p_scope WHEN 'rule' THEN g.matched_rule_id = p_id
                AND ({_BY_RULE.format(row="g", pad=" " * 20)})
            ELSE g.destination_workspace_id = p_destination AND g.routing_result = 'success' END
""",
    ),
    ("GROUPING SETS ((public.zrg_routing_day(p_destination, g.created_at)), ())", f"GROUPING SETS (({_HOME}), ())"),
)
BROKEN = _changed(
    _known.BROKEN,
    (
        "SELECT s.scope, s.id, public.zrg_routing_day(g.destination_workspace_id, g.created_at) AS day,",
        f"SELECT s.scope, s.id, {_HOME} AS day,",
    ),
    (
        "WHERE g.routing_result = 'success' AND g.created_at > now() - interval '3 days' AND s.id IS NOT NULL\n",
        f"WHERE ({_BY_RULE.format(row='g', pad=' ' * 12)})\n"
        "            AND g.created_at > now() - interval '3 days' AND s.id IS NOT NULL\n",
    ),
)

TOUCH = _changed(
    _config.TOUCH,
    (
        "        PERFORM pg_advisory_xact_lock(public.zrg_routing_key(source));\n",
        """        -- The row first, as where the settings themselves are saved: nobody holds one and waits for the other.
        PERFORM 1 FROM public.workspaces_workspacesettings WHERE workspace_id = source FOR NO KEY UPDATE;
        PERFORM pg_advisory_xact_lock(public.zrg_routing_key(source));
""",
    ),
)
# After the change, when the day is told by the new zone; the trigger before it has taken the locks of all sources.
ZONE = """
CREATE FUNCTION public.zrg_routing_zone_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM public.zrg_routing_fill_counters('partner', p.id, p.workspace_id, p.destination_workspace_id)
    FROM public.assignment_routingpartner p
    WHERE p.destination_workspace_id = NEW.workspace_id
        AND coalesce(p.cap_daily, p.cap_weekly, p.cap_monthly, p.cap_total) IS NOT NULL;
    PERFORM public.zrg_routing_fill_counters('rule', r.id, r.workspace_id, r.destination_workspace_id)
    FROM public.assignment_routingrule r
    WHERE r.destination_workspace_id = NEW.workspace_id
        AND coalesce(r.cap_daily, r.cap_weekly, r.cap_monthly, r.cap_total) IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER routing_zone_changed AFTER UPDATE ON public.workspaces_workspacesettings FOR EACH ROW
WHEN (OLD.timezone IS DISTINCT FROM NEW.timezone)
EXECUTE FUNCTION public.zrg_routing_zone_changed();
"""
ZONE_REVERSE = """
DROP TRIGGER routing_zone_changed ON public.workspaces_workspacesettings;
DROP FUNCTION public.zrg_routing_zone_changed()
"""

RETURNED = _changed(
    _merged.RETURN_AFTER,
    (
        "    goes_back := at_destination\n",
        """    goes_back := at_destination
        AND l.opted_out_at IS NULL AND l.status <> 'blacklisted' AND l.sentiment_tag IS DISTINCT FROM 'Blacklist'
""",
    ),
)


class Migration(migrations.Migration):
    dependencies = [("assignment", "0029_collisions_by_id")]

    operations = [
        migrations.RunSQL(CAPS, _again(_claims.CAPS)),
        migrations.RunSQL(DUPLICATE, _again(_claims.DUPLICATE)),
        migrations.RunSQL(SETTLE, _again(_known.SETTLE)),
        migrations.RunSQL(FAIL, _again(_fail_plans.FAIL_BATCH)),
        migrations.RunSQL(STALE, _again(_paths.STALE)),
        migrations.RunSQL(FILL, _again(_config.FILL)),
        migrations.RunSQL(BROKEN, _again(_known.BROKEN)),
        migrations.RunSQL(TOUCH, _again(_config.TOUCH)),
        migrations.RunSQL(
            [ZONE, "REVOKE ALL ON FUNCTION public.zrg_routing_zone_changed() FROM PUBLIC"], ZONE_REVERSE
        ),
        migrations.RunSQL(RETURNED, _again(_merged.RETURN_AFTER)),
    ]

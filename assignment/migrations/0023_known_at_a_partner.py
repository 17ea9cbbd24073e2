"""Whom a partner works already goes nowhere, also not to a workspace that is no partner; what is about all workspaces
is asked and removed by nobody who sees a few.
"""

from importlib import import_module

from django.db import migrations

_settle = import_module("assignment.migrations.0020_settlement_plans").COMPLETE_BATCH
_broken = import_module("assignment.migrations.0008_routing_health").VIOLATIONS
_remove = import_module("assignment.migrations.0006_routing_config").REMOVE


def _again(sql):
    return sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def _changed(sql, *changes):
    sql = _again(sql)
    for before, after in changes:
        if sql.count(before) != 1:
            raise ValueError(f"not once: {before}")
        sql = sql.replace(before, after)
    return sql


# As the paths of the product do: they look before any rule is asked, whatever the destination.
SETTLE = _changed(
    _settle,
    (
        """            FROM unnest(results, buying, hashes, sources) WITH ORDINALITY u(result, is_buying, hash, source_id, n)
            CROSS JOIN LATERAL public.check_cross_partner_duplicate(u.hash, u.source_id) d
            WHERE u.result = 'success' AND u.is_buying
""",
        """            FROM unnest(results, hashes, sources) WITH ORDINALITY u(result, hash, source_id, n)
            CROSS JOIN LATERAL public.check_cross_partner_duplicate(u.hash, u.source_id) d
            WHERE u.result = 'success'
""",
    ),
)
BROKEN = _changed(
    _broken,
    ("AS $$\n    WITH cycles AS (", "AS $$\n    SELECT * FROM (WITH cycles AS ("),
    ("ARRAY[c.scope_id]))\n$$", "ARRAY[c.scope_id]))\n    ) AS broken WHERE public.zrg_routing_scope() IS NULL\n$$"),
)
REMOVE = _changed(
    _remove,
    (
        "BEGIN\n",
        """BEGIN
    IF public.zrg_routing_scope() IS NOT NULL THEN
        RAISE EXCEPTION 'records of routing are removed for all workspaces at once' USING ERRCODE = 'insufficient_privilege';
    END IF;
""",
    ),
)


class Migration(migrations.Migration):
    dependencies = [("assignment", "0021_failure_plans")]

    operations = [
        migrations.RunSQL(SETTLE, _again(_settle)),
        migrations.RunSQL(BROKEN, _again(_broken)),
        migrations.RunSQL(REMOVE, _again(_remove)),
    ]

"""The log says by which path a lead went also where nobody routed it; health says how long a fault has lasted."""

from importlib import import_module

from django.db import migrations

_failures = import_module("assignment.migrations.0005_routing_failures")
_health = import_module("assignment.migrations.0008_routing_health").HEALTH

HEALTH_SIGNATURE = "routing_health(uuid)"


def _changed(sql, *changes):
    for before, after in changes:
        if sql.count(before) != 1:
            raise ValueError(f"not once: {before}")
        sql = sql.replace(before, after)
    return sql


def _again(sql):
    return sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


# Time ends the wait of many leads at once, whoever starts the run.
NOTE = _changed(
    _failures.NOTE,
    ("l.routing_attempts, 'manual', p_actor,", "l.routing_attempts, CASE p_result WHEN 'expired' THEN 'batch' ELSE 'manual' END, p_actor,"),
)
# So does the cleaning up of locks; the retry comes later and writes its own row.
STALE = _changed(_failures.STALE, ("u.attempts, 'retry', u.owner,", "u.attempts, 'batch', u.owner,"))
# "For ten minutes", "for five minutes": asked of rows that have waited that long, for a run sees one moment.
HEALTH = _changed(
    _health,
    ("expired_1h bigint,\n    unroutable jsonb)", "expired_1h bigint,\n    unroutable jsonb, due_10m bigint, stale_locks_5m bigint)"),
    (
        "AND l.routing_locked_at < now() - interval '5 minutes') AS stale_locks\n",
        "AND l.routing_locked_at < now() - interval '5 minutes') AS stale_locks,\n"
        "            count(*) FILTER (WHERE l.routing_status = 'routing'\n"
        "                AND l.routing_locked_at < now() - interval '10 minutes') AS stale_locks_5m\n",
    ),
    (
        "count(*) FILTER (WHERE q.next_retry_at <= now()) AS due,\n",
        "count(*) FILTER (WHERE q.next_retry_at <= now()) AS due,\n"
        "            count(*) FILTER (WHERE q.next_retry_at <= now() - interval '10 minutes') AS due_10m,\n",
    ),
    (
        "coalesce(c.unroutable, '{}')\n",
        "coalesce(c.unroutable, '{}'), coalesce(q.due_10m, 0), coalesce(l.stale_locks_5m, 0)\n",
    ),
)


def _remade(sql):
    # Another row type: the function is made anew, with its rights.
    return [
        f"DROP FUNCTION public.{HEALTH_SIGNATURE}",
        sql,
        f"REVOKE ALL ON FUNCTION public.{HEALTH_SIGNATURE} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION public.{HEALTH_SIGNATURE} TO zrg_app",
    ]


class Migration(migrations.Migration):
    dependencies = [("assignment", "0015_settle_by_sets")]

    operations = [
        migrations.RunSQL(_again(NOTE), _again(_failures.NOTE)),
        migrations.RunSQL(_again(STALE), _again(_failures.STALE)),
        migrations.RunSQL(_remade(HEALTH), _remade(_health)),
    ]

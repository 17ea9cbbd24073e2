"""Health counts a lock as left behind at the age at which it is released (ROUTING_STALE_LOCK_SECONDS)."""

from importlib import import_module

from django.db import migrations

_true = import_module("assignment.migrations.0017_true_paths_and_waits")

BEFORE, AFTER = "routing_health(uuid)", "routing_health(uuid, interval)"
HEALTH = _true._changed(
    _true.HEALTH,
    ("(p_workspace_id uuid DEFAULT NULL)", "(p_workspace_id uuid DEFAULT NULL, p_stale interval DEFAULT '5 minutes')"),
    ("routing_locked_at < now() - interval '5 minutes')", "routing_locked_at < now() - p_stale)"),
    ("routing_locked_at < now() - interval '10 minutes')", "routing_locked_at < now() - p_stale - interval '5 minutes')"),
)


def _remade(gone, sql, made):
    # Other arguments: the function is made anew, with its rights.
    return [
        f"DROP FUNCTION public.{gone}",
        sql,
        f"REVOKE ALL ON FUNCTION public.{made} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION public.{made} TO zrg_app",
    ]


class Migration(migrations.Migration):
    dependencies = [("assignment", "0032_lists_by_age")]

    operations = [migrations.RunSQL(_remade(BEFORE, HEALTH, AFTER), _remade(AFTER, _true.HEALTH, BEFORE))]

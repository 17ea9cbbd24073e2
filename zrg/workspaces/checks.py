"""System checks of tenancy: they stop the start when the walls would not hold."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connection

from zrg.workspaces.rls import protected_models
from zrg.workspaces.services.health import role_faults

RLS_HINT = "Run as zrg_app: LOGIN NOSUPERUSER NOBYPASSRLS, owner of nothing. Migrations run with ZRG_MIGRATING=1."


@register(Tags.database)
def check_runtime_role(app_configs: Sequence[AppConfig] | None, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """E_RLS: the runtime role must not be able to bypass row security."""
    if settings.ZRG_MIGRATING or not databases:
        return []
    try:
        faults = role_faults()
    except DatabaseError:
        return []
    return [Error(f"The database role of this process is {fault}.", hint=RLS_HINT, id="zrg.E_RLS") for fault in faults]


@register(Tags.database)
def check_row_security(app_configs: Sequence[AppConfig] | None, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """E_RLS_TABLE: every tenant table has forced row security and a policy."""
    if settings.ZRG_MIGRATING or not databases:
        return []
    wanted = {model._meta.db_table for model, _ in protected_models()}
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname FROM pg_class c WHERE c.relname = ANY (%s) AND c.relkind = 'r' AND NOT ("
                "c.relrowsecurity AND c.relforcerowsecurity"
                " AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))",
                [list(wanted)],
            )
            open_tables = [row[0] for row in cursor.fetchall()]
    except DatabaseError:
        return []
    return [
        Error(f"{table} has no forced row security.", hint="Run migrate.", id="zrg.E_RLS_TABLE")
        for table in sorted(open_tables)
    ]

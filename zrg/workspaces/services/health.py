"""Whether the installation can work: database, schema, the walls, and what other apps report."""

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from redis import Redis
from redis.exceptions import RedisError

from zrg.startup import stop
from zrg.workspaces.registry import Health, health_checks
from zrg.workspaces.rls import protected_models

TIMEOUT_MS = 500
REDIS_TIMEOUT_SECONDS = 0.5

_ROLE = """
SELECT r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p') AND c.relname = ANY (%s))
FROM pg_roles r WHERE r.rolname = current_user
"""


def check_all() -> dict[str, Health]:
    """Every component by name. A broken database answers for all that need it."""
    states = {"database": check_database()}
    if states["database"].ok:
        states["migrations"] = check_migrations()
        states["role"] = check_role()
        states |= {name: _guarded(check) for name, check in health_checks().items()}
    if settings.REDIS_URL:
        states["redis"] = check_redis()
    return states


def check_database() -> Health:
    """`select 1` within half a second."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(TIMEOUT_MS)])
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Health(ok=False, detail=type(error).__name__)
    return Health(ok=True)


def check_migrations() -> Health:
    """No migration waits to be applied."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Health(ok=False, detail=f"{len(missing)} migrations missing", data={"next": str(missing[0][0])})
    return Health(ok=True)


def check_role() -> Health:
    """The role of this process cannot bypass row security."""
    faults = role_faults()
    return Health(ok=not faults, detail=", ".join(faults))


def role_faults() -> list[str]:
    """Why row security would not hold for this role: `superuser`, `bypass`, `owner`."""
    tables = [model._meta.db_table for model, _ in protected_models()]
    with connection.cursor() as cursor:
        cursor.execute(_ROLE, [tables])
        row = cursor.fetchone()
    return [name for name, found in zip(("superuser", "bypass", "owner"), row, strict=True) if found]


def stop_unless_walled() -> None:
    """End the process when its database role could bypass row security.

    An unreachable database does not end it: `/readyz` says so until it is back.
    """
    try:
        faults = role_faults()
    except DatabaseError:
        return
    finally:
        connection.close()
    if faults:
        stop(f"the database role can bypass row security ({', '.join(faults)}); run as zrg_app")


def check_redis() -> Health:
    """The broker and the cache answer."""
    try:
        Redis.from_url(settings.REDIS_URL, socket_timeout=REDIS_TIMEOUT_SECONDS).ping()
    except RedisError as error:
        return Health(ok=False, detail=type(error).__name__)
    return Health(ok=True)


def _guarded(check) -> Health:  # type: ignore[no-untyped-def]  # HealthCheck
    try:
        return check()
    except DatabaseError as error:
        return Health(ok=False, detail=type(error).__name__)

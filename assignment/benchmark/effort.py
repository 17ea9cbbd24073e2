"""What one lead takes from the database: statements, versions of rows, bytes of the write-ahead log."""

from collections.abc import Callable
from typing import Any

from django.db import connection

_VERSIONS = {
    "lead": "leads_lead",
    "log": "assignment_routinglog",
    "attribution": "assignment_leadattribution",
    "queue": "assignment_routingqueueentry",
}


def effort_of(act: Callable[[], int]) -> dict[str, Any]:
    """`act` routes leads and says how many; the figures are per lead. BEGIN and COMMIT are not counted."""
    statements = 0

    def count(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(sql, params, many, context)

    before, log_before = _versions(), _log_position()
    with connection.execute_wrapper(count):
        leads = max(act(), 1)
    written, log_after = _versions(), _log_position()
    return {
        "statements": round(statements / leads, 3),
        "wal_bytes": round((log_after - log_before) / leads),
        "row_versions": {name: round((written[name] - before[name]) / leads, 2) for name in _VERSIONS},
    }


def _versions() -> dict[str, int]:
    with connection.cursor() as cursor:
        # What a connection did is counted when it rests, unless it is told to count now.
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd FROM pg_stat_user_tables WHERE relname = ANY (%s)",
            [list(_VERSIONS.values())],
        )
        found = dict(cursor.fetchall())
    return {name: found[table] for name, table in _VERSIONS.items()}


def _log_position() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')")
        return int(cursor.fetchone()[0])

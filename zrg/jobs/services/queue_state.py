"""How the queues stand: what is due, running, failed, how old, and since when a schedule is silent."""

from typing import Any

from django.db import connection

from zrg.jobs import registry
from zrg.jobs.constants import EVENTS_QUEUE
from zrg.workspaces.context import dispatch

# Counting stops here: beyond it an exact number tells an operator nothing more.
COUNT_CAP = 10_000
_ACTIVE = "(workspace_id IS NULL OR workspace_id IN (SELECT id FROM workspaces_workspace WHERE status = 'active'))"
_DUE = f"status = 'PENDING' AND run_at <= statement_timestamp() AND {_ACTIVE}"


def jobs_due() -> int:
    """Jobs due now, counted up to COUNT_CAP."""
    return _count("jobs_backgroundjob")


def events_due() -> int:
    """Inbound calls due now, counted up to COUNT_CAP."""
    return _count("jobs_webhookevent")


def remaining_due() -> tuple[int, int]:
    """(rows due now of both kinds, age in seconds of the oldest)."""
    ages = [oldest_due_seconds("jobs_backgroundjob"), oldest_due_seconds("jobs_webhookevent")]
    return jobs_due() + events_due(), max(ages)


def oldest_due_seconds(table: str) -> int:
    """How long the oldest due row of an active workspace has waited."""
    rows = _query(
        f"SELECT extract(epoch FROM statement_timestamp() - run_at)::bigint FROM {table}"  # noqa: S608  # our names
        f" WHERE {_DUE} ORDER BY run_at LIMIT 1"
    )
    return int(rows[0][0]) if rows else 0


def queues_with_due_work() -> list[str]:
    """Queues a nudge would find work in."""
    rows = _query(f"SELECT DISTINCT type FROM (SELECT type FROM jobs_backgroundjob WHERE {_DUE} LIMIT 1000) due")  # noqa: S608
    queues = {registry.queue_of(row[0]) for row in rows if registry.job_spec(row[0])}
    return sorted(queues | ({EVENTS_QUEUE} if events_due() else set()))


def _count(table: str) -> int:
    rows = _query(f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {_DUE} LIMIT {COUNT_CAP}) due")  # noqa: S608
    return int(rows[0][0])


def _query(sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with dispatch(), connection.cursor() as cursor:
        cursor.execute(sql, params or [])
        return list(cursor.fetchall())

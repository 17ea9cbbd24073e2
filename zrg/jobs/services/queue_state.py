"""How the queues stand: what is due, running, failed, how old, and since when a schedule is silent."""

from typing import Any

from django.db import connection
from django.utils import timezone

from zrg.jobs import registry
from zrg.jobs.constants import EVENTS_QUEUE
from zrg.jobs.contracts import ScheduleSpec
from zrg.jobs.models import TaskRun
from zrg.workspaces.context import dispatch

# Counting stops here: beyond it an exact number tells an operator nothing more.
COUNT_CAP = 10_000
FLOOD = 20
_ACTIVE = "(workspace_id IS NULL OR workspace_id IN (SELECT id FROM workspaces_workspace WHERE status = 'active'))"
_DUE = f"status = 'PENDING' AND run_at <= statement_timestamp() AND {_ACTIVE}"


def jobs_due() -> int:
    """Jobs due now, counted up to COUNT_CAP."""
    return _count("jobs_backgroundjob")


def events_due() -> int:
    """Inbound calls due now, counted up to COUNT_CAP."""
    return _count("jobs_webhookevent")


def is_flooded() -> bool:
    """Whether so many inbound calls wait that jobs should let them pass."""
    return _count("jobs_webhookevent", cap=FLOOD) >= FLOOD


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


def _count(table: str, cap: int = COUNT_CAP) -> int:
    rows = _query(f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {_DUE} LIMIT {cap}) due")  # noqa: S608
    return int(rows[0][0])


def _query(sql: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with dispatch(), connection.cursor() as cursor:
        cursor.execute(sql, params or {})
        return list(cursor.fetchall())


def queue_report() -> dict[str, Any]:
    """Depths and ages of both queues, and the last runs of every schedule."""
    return {
        "webhook_events": _table_report("jobs_webhookevent"),
        "jobs": _table_report("jobs_backgroundjob"),
        "schedules": [_schedule_report(spec) for spec in registry.schedules()],
    }


def depth_by_workspace() -> list[dict[str, Any]]:
    """Per workspace and type of job (or provider of calls): due, running, failed in 24 h, oldest due.

    One row per combination that has any, at most 200, oldest first. Reads the partial indexes only.
    """
    rows = _query(_DEPTHS, {"cap": COUNT_CAP})
    names = ("kind", "workspace_id", "workspace", "type", "due", "running", "failed", "oldest_due_seconds")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _table_report(table: str) -> dict[str, int]:
    rows = _query(
        f"""SELECT
          (SELECT count(*) FROM (SELECT 1 FROM {table} WHERE status = 'RUNNING' LIMIT {COUNT_CAP}) r),
          (SELECT count(*) FROM (SELECT 1 FROM {table} WHERE status = 'FAILED'
             AND finished_at > statement_timestamp() - interval '24 hours' LIMIT {COUNT_CAP}) f)"""  # noqa: S608
    )
    return {
        "due": _count(table),
        "running": int(rows[0][0]),
        "failed_24h": int(rows[0][1]),
        "oldest_due_seconds": oldest_due_seconds(table),
    }


def _schedule_report(spec: ScheduleSpec) -> dict[str, Any]:
    runs = TaskRun.objects.of_job(spec.name).order_by("-created_at")
    last, good = runs.first(), runs.good().first()
    ended = good.finished_at if good else None
    age = (timezone.now() - ended).total_seconds() if ended else None
    limit = spec.stale_alert_seconds
    return {
        "job": spec.name,
        "cadence": spec.cadence_text(),
        "last_status": last.status if last else "never asked for",
        "last_at": last.created_at if last else None,
        "last_good_at": ended,
        "age_seconds": age,
        "stale_alert_seconds": limit,
        "is_stale": limit is not None and age is not None and age > limit,
    }


_DEPTHS = """
WITH work AS (
  SELECT 'job' AS kind, workspace_id, type, status, run_at FROM (
    (SELECT workspace_id, type, status, run_at FROM jobs_backgroundjob
      WHERE status = 'PENDING' AND run_at <= statement_timestamp() LIMIT %(cap)s)
    UNION ALL
    (SELECT workspace_id, type, status, run_at FROM jobs_backgroundjob WHERE status = 'RUNNING' LIMIT %(cap)s)
    UNION ALL
    (SELECT workspace_id, type, status, run_at FROM jobs_backgroundjob WHERE status = 'FAILED'
      AND finished_at > statement_timestamp() - interval '24 hours' LIMIT %(cap)s)) j
  UNION ALL
  SELECT 'call', workspace_id, provider, status, run_at FROM (
    (SELECT workspace_id, provider, status, run_at FROM jobs_webhookevent
      WHERE status = 'PENDING' AND run_at <= statement_timestamp() LIMIT %(cap)s)
    UNION ALL
    (SELECT workspace_id, provider, status, run_at FROM jobs_webhookevent WHERE status = 'RUNNING' LIMIT %(cap)s)
    UNION ALL
    (SELECT workspace_id, provider, status, run_at FROM jobs_webhookevent WHERE status = 'FAILED'
      AND finished_at > statement_timestamp() - interval '24 hours' LIMIT %(cap)s)) e)
SELECT w.kind, w.workspace_id, coalesce(ws.name, ''), w.type,
       count(*) FILTER (WHERE w.status = 'PENDING'), count(*) FILTER (WHERE w.status = 'RUNNING'),
       count(*) FILTER (WHERE w.status = 'FAILED'),
       coalesce(extract(epoch FROM statement_timestamp()
                        - min(w.run_at) FILTER (WHERE w.status = 'PENDING')), 0)::bigint
FROM work w LEFT JOIN workspaces_workspace ws ON ws.id = w.workspace_id
GROUP BY 1, 2, 3, 4 ORDER BY 8 DESC, 3, 4 LIMIT 200
"""


def results_24h() -> list[tuple[str, str, str, int, float]]:
    """(kind, type or provider, status, rows, mean seconds) of what ended within 24 hours, capped per status."""
    rows = _query(_RESULTS, {"cap": COUNT_CAP})
    return [(kind, type_, status, int(count), float(mean)) for kind, type_, status, count, mean in rows]


_RESULTS = """
SELECT kind, type, status, count(*), coalesce(avg(extract(epoch FROM finished_at - started_at)), 0) FROM (
  SELECT 'job' AS kind, j.* FROM (VALUES ('SUCCEEDED'), ('FAILED'), ('CANCELLED')) s(wanted), LATERAL (
    SELECT type, status, started_at, finished_at FROM jobs_backgroundjob
    WHERE status = s.wanted AND finished_at > statement_timestamp() - interval '24 hours'
    ORDER BY finished_at DESC LIMIT %(cap)s) j
  UNION ALL
  SELECT 'call', e.* FROM (VALUES ('SUCCEEDED'), ('FAILED')) s(wanted), LATERAL (
    SELECT provider, status, started_at, finished_at FROM jobs_webhookevent
    WHERE status = s.wanted AND finished_at > statement_timestamp() - interval '24 hours'
    ORDER BY finished_at DESC LIMIT %(cap)s) e) ended
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""

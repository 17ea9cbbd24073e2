"""Leases of running rows: `(locked_by, attempts)` of a RUNNING row is what a worker holds.

Every write of a worker names its lease. A lease lost meanwhile (released as stale, taken by another
worker) makes the write touch nothing: the result is thrown away and logged, never recorded twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection

from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.jobs.rules.outcomes import Outcome
from zrg.jobs.services.enqueue import pending_again
from zrg.lib import log_events
from zrg.workspaces.context import dispatch

log = structlog.get_logger(__name__)

Table = Literal["jobs_backgroundjob", "jobs_webhookevent"]
JOBS: Table = "jobs_backgroundjob"
EVENTS: Table = "jobs_webhookevent"
LEASE_LOST = {JOBS: log_events.JOB_LEASE_LOST, EVENTS: log_events.EVENT_LEASE_LOST}

_HOLDS_LEASE = "r.status = 'RUNNING' AND r.locked_by = %(worker)s AND r.attempts = v.attempts"
_LEASES = "unnest(%(ids)s::uuid[], %(attempts)s::int[]) AS v(id, attempts)"

_FINISH = """
UPDATE {table} r SET
  status = v.status,
  run_at = CASE v.status WHEN 'PENDING'
    THEN coalesce(v.run_at, statement_timestamp() + make_interval(secs => v.delay)) ELSE r.run_at END,
  attempts = v.attempts - v.refund::int,
  last_error = CASE v.status WHEN 'SUCCEEDED' THEN v.last_error ELSE coalesce(v.last_error, r.last_error) END,
  locked_at = NULL,
  locked_by = CASE v.status WHEN 'PENDING' THEN NULL ELSE r.locked_by END,
  started_at = CASE v.status WHEN 'PENDING' THEN NULL ELSE r.started_at END,
  finished_at = CASE v.status WHEN 'PENDING' THEN NULL ELSE statement_timestamp() END,
  updated_at = statement_timestamp(){extra}
FROM unnest(%(ids)s::uuid[], %(attempts)s::int[], %(statuses)s::text[], %(run_ats)s::timestamptz[],
            %(delays)s::float8[], %(errors)s::text[], %(refunds)s::bool[])
     AS v(id, attempts, status, run_at, delay, last_error, refund)
WHERE r.id = v.id AND {lease}
RETURNING r.id, {flagged}
"""
_FINISH_SQL = {
    JOBS: _FINISH.format(
        table=JOBS,
        lease=_HOLDS_LEASE,
        extra=",\n  reschedules = r.reschedules + v.refund::int",
        flagged="r.status <> 'PENDING' AND r.payload ? 'rerun'",
    ),
    EVENTS: _FINISH.format(table=EVENTS, lease=_HOLDS_LEASE, extra="", flagged="false"),
}
_GIVE_BACK = """
UPDATE {table} r SET status = 'PENDING', attempts = r.attempts - 1, locked_at = NULL, locked_by = NULL,
  started_at = NULL, updated_at = statement_timestamp()
FROM {leases} WHERE r.id = v.id AND {lease}
"""
_BEAT = """
UPDATE {table} r SET locked_at = statement_timestamp(), updated_at = statement_timestamp()
FROM {leases} WHERE r.id = v.id AND {lease}
"""
# A row that was running in its last attempt when its worker died may have killed it: it ends here.
_RELEASE_STALE = """
UPDATE {table} SET
  status = CASE WHEN attempts >= max_attempts THEN 'FAILED' ELSE 'PENDING' END,
  last_error = CASE WHEN attempts >= max_attempts THEN 'Stale lock after final attempt'
                    ELSE 'Released stale RUNNING lock' END,
  run_at = statement_timestamp(), locked_at = NULL, locked_by = NULL, updated_at = statement_timestamp(),
  finished_at = CASE WHEN attempts >= max_attempts THEN statement_timestamp() END
WHERE status = 'RUNNING' AND locked_at < statement_timestamp() - make_interval(secs => %(stale_seconds)s)
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """A lease that ends, with what becomes of its row."""

    id: UUID
    attempts: int
    outcome: Outcome


def finish(table: Table, worker_id: str, finished: Sequence[Finished]) -> set[UUID]:
    """Record outcomes in one statement; returns the ids whose lease still held.

    A job flagged by `requeue_job` while it ran starts over instead of ending.
    """
    params = _lease_params(worker_id, [(one.id, one.attempts) for one in finished]) | {
        "statuses": [str(one.outcome.status) for one in finished],
        "run_ats": [one.outcome.run_at for one in finished],
        "delays": [float(one.outcome.delay_seconds) for one in finished],
        "errors": [one.outcome.last_error for one in finished],
        "refunds": [one.outcome.refund for one in finished],
    }
    with dispatch(), connection.cursor() as cursor:
        cursor.execute(_FINISH_SQL[table], params)
        rows = cursor.fetchall()
        _start_over([row[0] for row in rows if row[1]])
    held = {row[0] for row in rows}
    for one in finished:
        if one.id not in held:
            log.warning(LEASE_LOST[table], id=str(one.id), worker=worker_id, attempts=one.attempts)
    return held


def finish_event(event: WebhookEvent, worker_id: str, outcome: str) -> bool:
    """End an event well inside the transaction of its effects; False when the lease is lost.

    The caller then rolls its transaction back, so that two workers never both leave effects.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE jobs_webhookevent SET status = 'SUCCEEDED', outcome = %s, lead_id = %s, message_id = %s,
                 locked_at = NULL, last_error = NULL, finished_at = statement_timestamp(),
                 updated_at = statement_timestamp()
               WHERE id = %s AND status = 'RUNNING' AND locked_by = %s AND attempts = %s""",
            [outcome[:64], event.lead_id, event.message_id, event.pk, worker_id, event.attempts],
        )
        return bool(cursor.rowcount == 1)


def give_back(table: Table, worker_id: str, leases: Sequence[tuple[UUID, int]]) -> int:
    """Return claims nobody started: PENDING again, the attempt not counted."""
    return _write(_GIVE_BACK, table, worker_id, leases)


def beat_leases(table: Table, worker_id: str, leases: Sequence[tuple[UUID, int]]) -> int:
    """Renew leases of work that is still going on."""
    return _write(_BEAT, table, worker_id, leases)


def release_stale_locks() -> dict[str, int]:
    """Free rows whose worker fell silent; returns how many, per kind.

    The attempt stays counted; after the last one the row is FAILED, so that a job which kills its
    worker cannot do it for ever.
    """
    knobs = settings.JOB_SETTINGS
    stale = ((EVENTS, "webhook_events", knobs.event_stale_lock_ms), (JOBS, "jobs", knobs.job_stale_lock_ms))
    released = {}
    for table, name, milliseconds in stale:
        with dispatch(), connection.cursor() as cursor:
            cursor.execute(_RELEASE_STALE.format(table=table), {"stale_seconds": milliseconds / 1000})
            released[name] = cursor.rowcount
    if any(released.values()):
        log.warning(log_events.QUEUE_STALE_RELEASED, **released)
    return released


def _write(sql: str, table: Table, worker_id: str, leases: Sequence[tuple[UUID, int]]) -> int:
    if not leases:
        return 0
    with dispatch(), connection.cursor() as cursor:
        cursor.execute(sql.format(table=table, leases=_LEASES, lease=_HOLDS_LEASE), _lease_params(worker_id, leases))
        return int(cursor.rowcount)


def _lease_params(worker_id: str, leases: Sequence[tuple[UUID, int]]) -> dict[str, Any]:
    return {"worker": worker_id, "ids": [id for id, _ in leases], "attempts": [attempts for _, attempts in leases]}


def _start_over(ids: list[UUID]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE jobs_backgroundjob SET payload = payload - 'rerun' WHERE id = ANY(%s)", [ids])
        BackgroundJob.objects.filter(pk__in=ids).exclude(status=JobStatus.PENDING).update(**pending_again())

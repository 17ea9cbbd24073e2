"""Doing the work that a test left in the queues, in the calling thread and to the end."""

from collections import Counter
from datetime import datetime

from django.db import connection

from zrg.jobs import registry
from zrg.jobs.enums import EventStatus, JobStatus
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.jobs.services.coordinator import LaneRun, run_lane
from zrg.jobs.services.lanes import EventLane, JobLane
from zrg.workspaces.context import NOTHING, db_context, dispatch, platform

MAX_ROUNDS = 200


class WorkFailed(AssertionError):
    """A job or event ended FAILED although the test did not expect it."""


def drain(*, until: datetime | None = None, expect_failures: bool = False) -> Counter[str]:
    """Run events and jobs until nothing is due; returns what happened, counted by result.

    With `until`, rows waiting for a moment up to then become due one after the other, in their order.
    A row that ends FAILED raises WorkFailed with its error, unless failures are expected.
    """
    stats: Counter[str] = Counter()
    with _no_context():
        for _ in range(MAX_ROUNDS):
            stats += _run_due()
            if until is None or not _pull_next(until):
                break
        else:
            raise WorkFailed(f"work does not end after {MAX_ROUNDS} rounds")
    if not expect_failures:
        _raise_failures()
    return stats


def drain_events() -> None:
    """Run the event queue, and only that: what the calls did, before any job of theirs."""
    with _no_context():
        while True:
            lane = EventLane("tests")
            run_lane(LaneRun(lane=lane, deadline=float("inf"), batch=1, stop=lambda: False))
            if not lane.stats["claimed"]:
                return


def _run_due() -> Counter[str]:
    stats: Counter[str] = Counter()
    while True:
        events, jobs = EventLane("test-drain"), JobLane("test-drain")
        for lane in (events, jobs):
            run_lane(LaneRun(lane=lane, deadline=float("inf"), batch=1, stop=lambda: False))
        if not events.stats["claimed"] + jobs.stats["claimed"]:
            return stats
        stats += events.stats + jobs.stats


def _pull_next(until: datetime) -> bool:
    """Make the waiting row that is due first, up to `until`, due now."""
    with dispatch(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT 'jobs_backgroundjob', id, run_at FROM jobs_backgroundjob
               WHERE status = 'PENDING' AND run_at > statement_timestamp() AND run_at <= %(until)s AND type = ANY(%(t)s)
               UNION ALL
               SELECT 'jobs_webhookevent', id, run_at FROM jobs_webhookevent
               WHERE status = 'PENDING' AND run_at > statement_timestamp() AND run_at <= %(until)s
               ORDER BY run_at LIMIT 1""",
            {"until": until, "t": registry.job_types()},
        )
        row = cursor.fetchone()
        if row is None:
            return False
        cursor.execute(f"UPDATE {row[0]} SET run_at = statement_timestamp() WHERE id = %s", [row[1]])
    return True


def _raise_failures() -> None:
    with platform():
        failed = [
            *BackgroundJob.objects.filter(status=JobStatus.FAILED).values_list("type", "last_error"),
            *WebhookEvent.objects.filter(status=EventStatus.FAILED).values_list("event_type", "last_error"),
        ]
    if failed:
        raise WorkFailed("; ".join(f"{name}: {error}" for name, error in failed))


def _no_context():  # type: ignore[no-untyped-def]
    """Work starts without any context, whatever the test itself runs in."""
    return db_context(NOTHING) if connection.in_atomic_block else _Nothing()


class _Nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

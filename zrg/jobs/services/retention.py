"""How long rows of work are kept (13 R10); purged in chunks, so that no lock lasts."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from zrg.jobs.contracts import RunContext
from zrg.jobs.enums import EventStatus, JobStatus, RunStatus
from zrg.jobs.models import BackgroundJob, TaskRun, WebhookEvent
from zrg.lib import log_events
from zrg.workspaces.context import platform

log = structlog.get_logger(__name__)

CHUNK = 5_000
EVENT_BODY = timedelta(days=90)
EVENT_SUMMARY = timedelta(days=400)
EVENT_UNROUTED = timedelta(days=30)
JOB_ENDED = timedelta(days=14)
JOB_FAILED = timedelta(days=90)
RUN_ENDED = timedelta(days=30)
RUN_FAILED = timedelta(days=90)
ENDED_RUNS = (
    RunStatus.SUCCEEDED,
    RunStatus.PARTIAL,
    RunStatus.SKIPPED,
    RunStatus.STALE,
    RunStatus.ENQUEUE_FAILED,
)
BODIES_UNTIL = "event_bodies_purged_until"

_DROP_BODIES = """
WITH chunk AS (SELECT id, finished_at FROM jobs_webhookevent
               WHERE status = 'SUCCEEDED' AND finished_at >= %(since)s AND finished_at < %(until)s
                 AND (raw IS NOT NULL OR EXISTS (SELECT 1 FROM jobs_webhookbody b WHERE b.event_id = id))
               ORDER BY finished_at LIMIT %(chunk)s),
aside AS (DELETE FROM jobs_webhookbody WHERE event_id IN (SELECT id FROM chunk)),
inside AS (UPDATE jobs_webhookevent SET raw = NULL WHERE id IN (SELECT id FROM chunk))
SELECT count(*), max(finished_at) FROM chunk
"""


def purge_work_tables(ctx: RunContext) -> None:
    """Routine of `retention`: bodies and rows of work past their time. FAILED calls wait for a person."""
    now = timezone.now()
    _purge_event_bodies(ctx, now - EVENT_BODY)
    _purge(
        ctx, "events", WebhookEvent.objects.filter(status=EventStatus.SUCCEEDED, finished_at__lt=now - EVENT_SUMMARY)
    )
    _purge(
        ctx,
        "unrouted_events",
        WebhookEvent.objects.filter(status=EventStatus.UNROUTED, finished_at__lt=now - EVENT_UNROUTED),
    )
    ended = (JobStatus.SUCCEEDED, JobStatus.CANCELLED)
    _purge(ctx, "jobs", BackgroundJob.objects.filter(status__in=ended, finished_at__lt=now - JOB_ENDED))
    _purge(ctx, "failed_jobs", BackgroundJob.objects.filter(status=JobStatus.FAILED, finished_at__lt=now - JOB_FAILED))
    _purge(ctx, "runs", TaskRun.objects.filter(status__in=ENDED_RUNS, created_at__lt=now - RUN_ENDED))
    _purge(ctx, "failed_runs", TaskRun.objects.filter(status=RunStatus.FAILED, created_at__lt=now - RUN_FAILED))


def purge_in_chunks(ctx: RunContext, name: str, delete_chunk: Callable[[], int]) -> int:
    """Call `delete_chunk` (at most CHUNK rows, one transaction each) until nothing is left or time is up.

    For the retention routines of other apps too; counts under `name` in the run's statistics.
    """
    total = 0
    while not ctx.should_stop():
        deleted = delete_chunk()
        total += deleted
        if deleted < CHUNK:
            break
    ctx.count(name, total)
    if total:
        log.info(log_events.RETENTION_PURGED, table=name, rows=total)
    return total


def _purge(ctx: RunContext, name: str, rows: "QuerySet") -> None:  # type: ignore[type-arg]
    def delete_chunk() -> int:
        with platform():
            ids = list(rows.values_list("pk", flat=True)[:CHUNK])
            if not ctx.dry_run:
                rows.model._base_manager.filter(pk__in=ids).delete()
        return 0 if ctx.dry_run else len(ids)

    if ctx.dry_run:
        with platform():
            ctx.count(name, rows[:CHUNK].count())
    else:
        purge_in_chunks(ctx, name, delete_chunk)


def _purge_event_bodies(ctx: RunContext, until: datetime) -> None:
    # Walks on from where the last run ended: summaries without body stay for another 310 days.
    since = _bodies_purged_until()
    if ctx.dry_run:
        return

    def drop_chunk() -> int:
        nonlocal since
        with platform(), connection.cursor() as cursor:
            cursor.execute(_DROP_BODIES, {"since": since, "until": until, "chunk": CHUNK})
            count, last = cursor.fetchone()
        since = last or since
        return int(count)

    purge_in_chunks(ctx, "event_bodies", drop_chunk)
    if not ctx.out_of_time:
        ctx.stats[BODIES_UNTIL] = until.isoformat()


def _bodies_purged_until() -> datetime:
    last = TaskRun.objects.of_job("retention").good().order_by("-created_at").values_list("stats", flat=True)
    marks = [stats[BODIES_UNTIL] for stats in last[:5] if BODIES_UNTIL in stats]
    return datetime.fromisoformat(marks[0]) if marks else datetime(2000, 1, 1, tzinfo=timezone.get_default_timezone())

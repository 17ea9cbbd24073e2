"""Asking for a run of a scheduled job: one row per window, then one message.

Beat, an external clock and a person may all ask in the same window; the dispatch key lets one
through. A run that died is put aside first, so it never blocks its schedule for longer than the
stale time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from zrg.jobs import registry
from zrg.jobs.contracts import ScheduleSpec
from zrg.jobs.enums import RunSource, RunStatus
from zrg.jobs.env import env_name
from zrg.jobs.models import ScheduledJob, TaskRun
from zrg.jobs.rules.keys import build_dispatch_key, effective_params, window_start_of
from zrg.jobs.services.broker import RUN_TASK, send
from zrg.lib import log_events

log = structlog.get_logger(__name__)

ENQUEUED_STALE = timedelta(minutes=10)
SOFT_LIMIT_SECONDS = 30
HARD_LIMIT_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """What a request for a run came to."""

    run: TaskRun
    enqueued: bool = False
    duplicate: bool = False
    failed: bool = False


def dispatch_run(
    job: str,
    source: RunSource,
    params: Mapping[str, Any] | None = None,
    *,
    now: datetime | None = None,
    requested_by: str | None = None,
    inline: bool = False,
) -> Dispatched:
    """Ask for one run of `job` in the window of `now`; safe to repeat.

    With `inline` the row is made but nobody is told: the caller runs it. A broker that is away leaves
    an ENQUEUE_FAILED row, which the next request of the same window takes over. Raises UnknownSchedule.
    """
    spec = registry.schedule(job)
    wanted = effective_params(params, spec.default_params)
    _redispatch(spec, recover_stale_runs(job), wanted)
    run, created = _open_run(spec, source, wanted, now or timezone.now(), requested_by)
    if not created:
        log.info(log_events.TASKRUN_SUPPRESSED, job=job, dispatch_key=run.dispatch_key)
        return Dispatched(run=run, duplicate=True)
    if not is_enabled(job):
        skip_run(run, "disabled")
        return Dispatched(run=run)
    return Dispatched(run=run) if inline else _enqueue(spec, run)


def recover_stale_runs(job: str) -> list[TaskRun]:
    """Put dead runs of `job` aside; returns those that never started, to be asked for once more."""
    knobs = settings.JOB_SETTINGS
    silent = TaskRun.objects.of_job(job).silent_since(timezone.now() - timedelta(minutes=knobs.run_stale_minutes))
    lost = TaskRun.objects.of_job(job).filter(
        status__in=(RunStatus.ENQUEUED, RunStatus.DISPATCHING), created_at__lt=timezone.now() - ENQUEUED_STALE
    )
    never_started = []
    for run in [*silent[: knobs.run_stale_recovery_limit], *lost[: knobs.run_stale_recovery_limit]]:
        changed = TaskRun.objects.filter(pk=run.pk, status=run.status).update(
            status=RunStatus.STALE,
            finished_at=Now(),
            updated_at=Now(),
            last_error=f"No sign of life while {run.status}",
        )
        if changed:
            log.warning(log_events.TASKRUN_STALE, job=job, task_run_id=str(run.pk), was=run.status)
            if run.status != RunStatus.RUNNING and "redispatched" not in run.stats:
                never_started.append(run)
    return never_started


def is_enabled(job: str) -> bool:
    """Whether the operator's switch of this schedule is on (a schedule without a row is on)."""
    return not ScheduledJob.objects.filter(pk=job, enabled=False).exists()


def is_inline(job: str) -> bool:
    """Whether the HTTP trigger runs this schedule itself: by variable or by the row's switch."""
    return env_name(job) in settings.CRON_INLINE_JOBS or ScheduledJob.objects.filter(pk=job, inline=True).exists()


def skip_run(run: TaskRun, reason: str) -> None:
    """End a run that will not happen, and say why."""
    run.status, run.stats = RunStatus.SKIPPED, {**run.stats, "reason": reason}
    TaskRun.objects.filter(pk=run.pk).update(
        status=RunStatus.SKIPPED, stats=run.stats, finished_at=Now(), updated_at=Now()
    )
    log.info(log_events.TASKRUN_SKIPPED, job=run.job, task_run_id=str(run.pk), reason=reason)


def _open_run(
    spec: ScheduleSpec, source: RunSource, params: dict[str, Any], now: datetime, requested_by: str | None
) -> tuple[TaskRun, bool]:
    seconds = settings.JOB_SETTINGS.dispatch_window_seconds
    # `params` are already without defaults.
    key, correlation_id = build_dispatch_key(spec.name, now, seconds, params, defaults=spec.default_params)
    new = TaskRun(
        job=spec.name,
        dispatch_key=key,
        correlation_id=correlation_id,
        source=source,
        requested_by=requested_by,
        params=params,
        window_start=window_start_of(now, seconds),
        window_seconds=seconds,
    )
    TaskRun.objects.bulk_create([new], ignore_conflicts=True)
    run = TaskRun.objects.get(dispatch_key=key)
    if run.pk == new.pk:
        return run, True
    reused = TaskRun.objects.filter(pk=run.pk, status=RunStatus.ENQUEUE_FAILED).update(
        status=RunStatus.DISPATCHING, finished_at=None, last_error=None, updated_at=Now()
    )
    if reused:
        run.refresh_from_db()
    return run, bool(reused)


def _enqueue(spec: ScheduleSpec, run: TaskRun) -> Dispatched:
    work_seconds = spec.budget_seconds + spec.grace_seconds
    try:
        task_id = send(
            RUN_TASK,
            str(run.pk),
            queue=spec.queue,
            soft_time_limit=work_seconds + SOFT_LIMIT_SECONDS,
            time_limit=work_seconds + HARD_LIMIT_SECONDS,
        )
    except Exception as error:  # broker clients fail in many ways; the row remembers this one
        return _enqueue_failed(run, error)
    # The worker may have been faster than this line.
    rows = TaskRun.objects.filter(pk=run.pk)
    rows.update(celery_task_id=task_id, enqueued_at=Now(), updated_at=Now())
    rows.filter(status=RunStatus.DISPATCHING).update(status=RunStatus.ENQUEUED)
    run.refresh_from_db()
    log.info(log_events.TASKRUN_DISPATCHED, job=run.job, dispatch_key=run.dispatch_key, source=run.source)
    return Dispatched(run=run, enqueued=True)


def _enqueue_failed(run: TaskRun, error: Exception) -> Dispatched:
    message = f"{type(error).__name__}: {error}"[:1000]
    TaskRun.objects.filter(pk=run.pk, status=RunStatus.DISPATCHING).update(
        status=RunStatus.ENQUEUE_FAILED, last_error=message, finished_at=Now(), updated_at=Now()
    )
    run.refresh_from_db()
    log.error(log_events.TASKRUN_ENQUEUE_FAILED, job=run.job, dispatch_key=run.dispatch_key, error=message)
    return Dispatched(run=run, failed=True)


def _redispatch(spec: ScheduleSpec, lost: list[TaskRun], wanted: Mapping[str, Any]) -> None:
    """Ask once more for runs that never started, unless this very request already does."""
    for params in {str(run.params): run.params for run in lost if run.params != dict(wanted)}.values():
        run, created = _open_run(spec, RunSource.BEAT, params, timezone.now(), None)
        if created:
            TaskRun.objects.filter(pk=run.pk).update(stats={"redispatched": True})
            _enqueue(spec, run)

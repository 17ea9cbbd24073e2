"""Doing one run of a scheduled job, with its row as ledger."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from zrg.jobs import registry
from zrg.jobs.contracts import RunContext, ScheduleSpec
from zrg.jobs.enums import WAITING_RUNS, RunStatus
from zrg.jobs.models import TaskRun
from zrg.jobs.rules.outcomes import error_text
from zrg.jobs.services.dispatching import skip_run
from zrg.jobs.services.execution import is_connection_error
from zrg.jobs.services.shutdown import is_shutting_down
from zrg.lib import log_events

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 30.0


class RunInterrupted(Exception):  # the database was away, not the job's fault
    """The run met a connection error and waits for another try of the same row."""


def run_task(task_run_id: UUID | str, *, may_retry: bool = False) -> TaskRun:
    """Do the requested run; returns the row as it stands afterwards.

    Starting is a compare-and-set: a message delivered twice runs once. A job that is already running
    makes this run SKIPPED. With `may_retry` a connection error puts the row back and raises
    RunInterrupted; any other failure ends it FAILED.
    """
    run = TaskRun.objects.get(pk=task_run_id)
    if not _start(run):
        return run
    spec = registry.schedule(run.job)
    ctx = _context(spec, run)
    with structlog.contextvars.bound_contextvars(correlation_id=ctx.correlation_id, task_run_id=str(run.pk)):
        log.info(log_events.TASKRUN_STARTED, job=run.job)
        began = time.monotonic()
        try:
            with _heartbeat(ctx.beat):
                spec.handler(ctx)
        except Exception as error:  # this is the edge: every failure becomes the row's state
            if may_retry and is_connection_error(error):
                connection.close()
                _back_to_waiting(run, error)
                raise RunInterrupted from error
            log.exception(log_events.TASKRUN_FINISHED, job=run.job, status=RunStatus.FAILED)
            _finish(run, RunStatus.FAILED, ctx, began, error_text(error))
        else:
            partial = ctx.out_of_time or ctx.problems
            _finish(
                run, RunStatus.PARTIAL if partial else RunStatus.SUCCEEDED, ctx, began, "; ".join(ctx.problems) or None
            )
            log.info(log_events.TASKRUN_FINISHED, job=run.job, status=run.status, **_counters(ctx.stats))
    return run


def run_nudged(job: str) -> dict[str, Any]:
    """Run the routine of a scheduled job because somebody nudged it: no row, any number at once."""
    spec = registry.schedule(job)
    ctx = RunContext(
        job=job,
        deadline=time.monotonic() + spec.budget_seconds,
        correlation_id=f"nudge:{job}",
        params=dict(spec.default_params),
        stopping=is_shutting_down,
    )
    spec.handler(ctx)
    return ctx.stats


def _start(run: TaskRun) -> bool:
    try:
        with transaction.atomic():
            started = TaskRun.objects.filter(pk=run.pk, status__in=WAITING_RUNS).update(
                status=RunStatus.RUNNING,
                attempt=F("attempt") + 1,
                started_at=Now(),
                heartbeat_at=Now(),
                updated_at=Now(),
            )
    except IntegrityError:
        skip_run(run, "already_running")
        return False
    run.refresh_from_db()
    return bool(started)


def _context(spec: ScheduleSpec, run: TaskRun) -> RunContext:
    params = {**spec.default_params, **run.params}
    seconds = params.get("timeBudgetMs", spec.budget_seconds * 1000) / 1000
    return RunContext(
        job=spec.name,
        deadline=time.monotonic() + seconds,
        correlation_id=str(run.correlation_id),
        params=params,
        task_run_id=run.pk,
        beat=lambda: _beat(run.pk),
        stopping=is_shutting_down,
    )


def _beat(run_id: UUID) -> None:
    TaskRun.objects.filter(pk=run_id, status=RunStatus.RUNNING).update(heartbeat_at=Now())


@contextmanager
def _heartbeat(beat: Callable[[], None]) -> Iterator[None]:
    """Beat every 30 s from a thread of its own until the block ends."""
    ended = threading.Event()

    def keep_beating() -> None:
        while not ended.wait(HEARTBEAT_SECONDS):
            try:
                beat()
            except Exception as error:  # the next beat may work; the stale time is 30 beats
                log.warning(log_events.HEARTBEAT_FAILED, error=error_text(error))
                connection.close()
        connection.close()

    thread = threading.Thread(target=keep_beating, name="run-heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=5)


def _finish(run: TaskRun, status: RunStatus, ctx: RunContext, began: float, error: str | None) -> None:
    changed = TaskRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(
        status=status,
        stats={**run.stats, **ctx.stats},
        last_error=error,
        finished_at=Now(),
        heartbeat_at=Now(),
        updated_at=Now(),
        duration_ms=round((time.monotonic() - began) * 1000),
    )
    run.refresh_from_db()
    if not changed:
        log.warning(log_events.TASKRUN_STALE, job=run.job, task_run_id=str(run.pk), ended=status)


def _back_to_waiting(run: TaskRun, error: Exception) -> None:
    TaskRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(
        status=RunStatus.ENQUEUED, last_error=error_text(error), updated_at=Now()
    )


def _counters(stats: dict[str, Any]) -> dict[str, Any]:
    return {f"stat_{name}": value for name, value in stats.items() if isinstance(value, (int, float, str))}

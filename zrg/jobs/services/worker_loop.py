"""One process that does what Celery's workers and beat do: for development and small installations."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from celery.schedules import crontab
from django.db import DatabaseError, InterfaceError, connection

from zrg.jobs import registry
from zrg.jobs.constants import EVENTS_QUEUE, QUEUES
from zrg.jobs.contracts import CronTime, ScheduleSpec
from zrg.jobs.enums import RunSource, RunStatus
from zrg.jobs.services import engine, heartbeats
from zrg.jobs.services.dispatching import dispatch_run
from zrg.jobs.services.nudges import keep_loop_known
from zrg.jobs.services.runs import run_task
from zrg.jobs.services.shutdown import GRACE_SECONDS, is_shutting_down
from zrg.lib import log_events

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.25
AFTER_FAILURE_SECONDS = 5.0


def run_worker_loop(
    *, with_schedules: bool = True, should_stop: Callable[[], bool] = is_shutting_down, concurrency: int | None = None
) -> None:
    """Drain both queues and run due schedules until `should_stop`; each in a thread of its own."""
    loops: list[Callable[[], object]] = [
        lambda: engine.drain_queue(EVENTS_QUEUE, concurrency=concurrency, should_stop=should_stop),
        lambda: engine.drain_queue("", concurrency=concurrency, should_stop=should_stop),
        _beater(with_schedules),
    ]
    if with_schedules:
        loops.append(_clock(should_stop))
    threads = [
        threading.Thread(target=_repeat, args=(loop, should_stop), name=f"loop-{number}", daemon=True)
        for number, loop in enumerate(loops)
    ]
    for thread in threads:
        thread.start()
    while not should_stop():
        time.sleep(LOOK_SECONDS)
    for thread in threads:
        thread.join(timeout=GRACE_SECONDS)


def is_due(spec: ScheduleSpec, now: datetime, before: datetime) -> bool:
    """Whether the schedule's cadence has a tick in (`before`, `now`]."""
    if isinstance(spec.cadence, timedelta):
        seconds = spec.cadence.total_seconds()
        return now.timestamp() // seconds > before.timestamp() // seconds
    if isinstance(spec.cadence, CronTime):
        return _next_tick(spec.cadence, before) <= now
    return False


def _next_tick(cadence: CronTime, after: datetime) -> datetime:
    schedule = crontab(minute=cadence.minute, hour=cadence.hour, day_of_week=cadence.day_of_week, nowfun=lambda: after)
    return after + schedule.remaining_estimate(after)


def _repeat(loop: Callable[[], object], should_stop: Callable[[], bool]) -> None:
    while not should_stop():
        try:
            loop()
        except (DatabaseError, InterfaceError) as error:
            log.error(log_events.DB_CIRCUIT_OPEN, error=type(error).__name__)
            connection.close()
            _pause(AFTER_FAILURE_SECONDS, should_stop)
        _pause(LOOK_SECONDS, should_stop)
    connection.close()


def _beater(with_schedules: bool) -> Callable[[], None]:
    names = [heartbeats.worker_name(queue) for queue in QUEUES] + ([heartbeats.BEAT] if with_schedules else [])
    beaten_at = float("-inf")

    def beat() -> None:
        nonlocal beaten_at
        keep_loop_known()
        if time.monotonic() - beaten_at >= heartbeats.INTERVAL_SECONDS:
            heartbeats.beat_now(names, "run_worker_loop")
            beaten_at = time.monotonic()

    return beat


def _clock(should_stop: Callable[[], bool]) -> Callable[[], None]:
    looked_at = datetime.now(UTC)

    def tick() -> None:
        nonlocal looked_at
        now = datetime.now(UTC)
        due = [spec for spec in registry.schedules() if is_due(spec, now, looked_at)]
        looked_at = now
        for spec in due:
            if should_stop():
                return
            # Here the queues are drained anyway.
            if spec.name != "background-jobs":
                _run(spec)

    return tick


def _run(spec: ScheduleSpec) -> None:
    answer = dispatch_run(spec.name, RunSource.BEAT, inline=True)
    if answer.run.status == RunStatus.DISPATCHING:
        run_task(answer.run.pk)


def _pause(seconds: float, should_stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not should_stop():
        time.sleep(min(LOOK_SECONDS, seconds))

"""The drain: claims due work in batches until nothing is due or its time is up.

Any number of drains may run at once, in any number of processes; what keeps them apart is in the
database. `drain` is the sweep of every minute, `drain_queue` what a nudge wakes.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings

from zrg.jobs.constants import EVENTS_QUEUE, JOBS_QUEUE
from zrg.jobs.services import queue_state
from zrg.jobs.services.coordinator import CircuitOpen, LaneRun, run_lane
from zrg.jobs.services.lanes import EventLane, JobLane, Lane, new_worker_id
from zrg.jobs.services.leases import release_stale_locks
from zrg.jobs.services.nudges import Watch, hand_over, is_watched, nudge_queue
from zrg.jobs.services.shutdown import is_shutting_down
from zrg.lib import log_events

log = structlog.get_logger(__name__)

NUDGE_BATCH = 20
# A nudged drain makes room this soon, so that scheduled runs get their turn at a busy worker.
NUDGE_BUDGET_SECONDS = 20.0
# Of this time a drain of jobs gives so much to a flood of inbound calls.
FLOOD_SHARE = 0.75
EVENT_RESERVE_SECONDS = 2.5
JOB_RESERVE_SECONDS = 7.5


@dataclass(slots=True, kw_only=True)
class DrainStats:
    """What one drain did; `as_dict` is what TaskRun keeps."""

    released: int = 0
    webhook_events: Counter[str] = field(default_factory=Counter)
    jobs: Counter[str] = field(default_factory=Counter)
    due: int = 0
    oldest_due_seconds: int = 0
    remaining_due: int = 0
    circuit_open: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The statistics as JSON."""
        events = ("claimed", "succeeded", "retried", "failed", "ignored")
        jobs = ("claimed", "succeeded", "retried", "failed", "rescheduled", "skipped")
        return {
            "released": self.released,
            "webhook_events": {name: self.webhook_events[name] for name in events},
            "jobs": {"due": self.due, **{name: self.jobs[name] for name in jobs}},
            "oldest_due_seconds": self.oldest_due_seconds,
            "remaining_due": self.remaining_due,
        }


def drain(
    time_budget_ms: int | None = None,
    *,
    concurrency: int | None = None,
    should_stop: Callable[[], bool] = is_shutting_down,
) -> DrainStats:
    """One sweep: stale locks, then inbound calls, then up to a limit of jobs.

    A failure of the inbound step never prevents the jobs. If work remains, the workers are nudged.
    """
    knobs = settings.JOB_SETTINGS
    budget = (time_budget_ms or knobs.job_time_budget_ms) / 1000
    count = knobs.concurrency if concurrency is None else concurrency
    began = time.monotonic()
    stats = DrainStats(released=sum(release_stale_locks().values()))
    events, jobs = EventLane(new_worker_id()), JobLane(new_worker_id())
    try:
        end = began + min(budget, knobs.event_time_budget_ms / 1000) - EVENT_RESERVE_SECONDS
        _run(stats, LaneRun(lane=events, deadline=end, batch=knobs.event_limit, concurrency=count, stop=should_stop))
    except Exception:
        log.exception(log_events.QUEUE_EVENTS_FAILED)
    stats.due = queue_state.jobs_due()
    end = began + budget - JOB_RESERVE_SECONDS
    sweep = LaneRun(
        lane=jobs, deadline=end, batch=NUDGE_BATCH, limit=knobs.job_limit, concurrency=count, stop=should_stop
    )
    if not stats.circuit_open:
        _run(stats, sweep)
    stats.webhook_events, stats.jobs = events.stats, jobs.stats
    stats.remaining_due, stats.oldest_due_seconds = queue_state.remaining_due()
    if stats.remaining_due:
        nudge_what_is_due()
    log.info(log_events.QUEUE_DRAIN, **stats.as_dict())
    return stats


def drain_queue(
    queue: str,
    *,
    budget_seconds: float | None = None,
    concurrency: int | None = None,
    should_stop: Callable[[], bool] = is_shutting_down,
    watching: bool = True,
) -> Counter[str]:
    """What a nudge wakes: work `queue` off in small batches until nothing is due.

    One drain per queue then goes on watching it for about two seconds, so that the rows of the next
    transactions are found at once and need no nudge. If time ends before the work, it nudges itself.
    An empty `queue` means the jobs of all queues. Without `watching` it ends with the last row.
    """
    knobs = settings.JOB_SETTINGS
    is_events = queue == EVENTS_QUEUE
    budget, began = NUDGE_BUDGET_SECONDS if budget_seconds is None else budget_seconds, time.monotonic()
    if queue == JOBS_QUEUE and queue_state.is_flooded():
        # Inbound calls first; what is left of the time is enough for jobs to go on.
        helping = began + budget * FLOOD_SHARE
        _let_events_pass(helping, knobs.concurrency if concurrency is None else concurrency, should_stop)
    lane: Lane = EventLane(new_worker_id()) if is_events else JobLane(new_worker_id(), queue)
    run = LaneRun(
        lane=lane,
        deadline=began + budget,
        batch=knobs.event_limit if is_events else NUDGE_BATCH,
        concurrency=knobs.concurrency if concurrency is None else concurrency,
        stop=should_stop,
        watch=Watch(queue) if watching and not is_watched(queue) else None,
    )
    stats = DrainStats()
    if not _run(stats, run) and queue and not should_stop():
        hand_over(queue)
    return lane.stats


def _let_events_pass(deadline: float, concurrency: int, should_stop: Callable[[], bool]) -> None:
    """In a flood the drain of jobs helps with inbound calls."""
    run = LaneRun(
        lane=EventLane(new_worker_id()),
        deadline=deadline,
        batch=settings.JOB_SETTINGS.event_limit,
        concurrency=concurrency,
        stop=should_stop,
    )
    _run(DrainStats(), run)


def nudge_what_is_due() -> None:
    """One nudge for each queue that has due rows."""
    for queue in queue_state.queues_with_due_work():
        nudge_queue(queue)


def _run(stats: DrainStats, run: LaneRun) -> bool:
    """Work one lane; True when it was left empty."""
    try:
        return run_lane(run)
    except CircuitOpen:
        stats.circuit_open = True
        log.error(log_events.DB_CIRCUIT_OPEN, queue=run.lane.queue)
        return True

"""Celery tasks: load ids, call one service. Arguments are ids and short strings."""

import random

from celery import Task, shared_task

from zrg.jobs import registry, worker
from zrg.jobs.constants import SCHEDULED_QUEUE
from zrg.jobs.enums import RunSource
from zrg.jobs.services import dispatching, engine, runs
from zrg.jobs.services.execution import HANDLER_SECONDS
from zrg.jobs.services.runs import RunInterrupted

__all__ = ["drain", "run_scheduled", "tick", "worker"]

# The longest routine a nudge runs.
DRAIN_BUDGET_SECONDS = 240
CONNECTION_RETRIES = 3


@shared_task(
    name="zrg.jobs.tasks.drain",
    soft_time_limit=DRAIN_BUDGET_SECONDS + HANDLER_SECONDS + 30,
    time_limit=DRAIN_BUDGET_SECONDS + HANDLER_SECONDS + 60,
)
def drain(queue: str) -> None:
    """What a nudge sends: drain a queue, or run the routine of the scheduled job of that name."""
    if registry.has_schedule(queue):
        runs.run_nudged(queue)
    else:
        engine.drain_queue(queue)


@shared_task(name="zrg.jobs.tasks.run_scheduled", bind=True, max_retries=CONNECTION_RETRIES)
def run_scheduled(self: Task, task_run_id: str) -> None:
    """Do one requested run; only connection errors are tried again, with the same row."""
    try:
        runs.run_task(task_run_id, may_retry=self.request.retries < CONNECTION_RETRIES)
    except RunInterrupted as error:
        countdown = 2 ** (self.request.retries + 1) + random.random()  # noqa: S311  # spreads retries
        raise self.retry(exc=error, countdown=countdown) from error


@shared_task(name="zrg.jobs.tasks.tick", queue=SCHEDULED_QUEUE)
def tick(job: str) -> None:
    """What beat sends every interval: ask for one run of this window."""
    if registry.has_schedule(job):
        dispatching.dispatch_run(job, RunSource.BEAT)

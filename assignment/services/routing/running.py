"""The loops behind the schedules: first pass, retries, locks, expiry, removal."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db import Error as DatabaseFault
from django.db import connection

from assignment import env, metrics
from assignment.contracts import BatchResult
from assignment.enums import RoutingCode, RoutingPath
from assignment.services.routing import database, faults
from assignment.services.routing.batch import retry_batch, route_batch
from assignment.services.routing.telling import RETRY_SCHEDULE
from zrg.jobs.services.nudges import nudge
from zrg.lib import log_events
from zrg.workspaces.context import dispatch, platform
from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.switches import is_switch_on

logger = structlog.get_logger(__name__)

FIRST_PASS = "lead-routing"  # noqa: S105  # the name of a schedule
LOCKS_PER_STEP = 1_000
EXPIRED_PER_STEP = 5_000
REMOVED_PER_STEP = 5_000

Stop = Callable[[], bool]
# Workspaces that cannot be served, with their errors.
Broken = dict[UUID, Exception]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A workspace with work, oldest first."""

    workspace_id: UUID
    first_pass: int
    due: int
    oldest: datetime


def workspaces_with_work() -> list[Waiting]:
    """Active workspaces with leads to route; ids and counts only."""
    with dispatch(), connection.cursor() as cursor:
        cursor.execute("SELECT workspace_id, first_pass, due, oldest FROM routing_workspaces_with_work()")
        return [
            Waiting(workspace_id=workspace, first_pass=first, due=due, oldest=oldest)
            for workspace, first, due, oldest in cursor.fetchall()
        ]


def run_first_pass(stop: Stop, *, only: UUID | None = None) -> BatchResult:
    """Route new leads, one batch per workspace in turn, until none is left or time is up.

    One workspace's import cannot starve another, nor can one that cannot be served: its error is raised after all
    others had their turn. When time ends first, the next run is woken.
    """
    total, broken = BatchResult(), Broken()
    while not is_switch_on(SwitchKey.ROUTING_DISABLED):
        waiting = [one for one in workspaces_with_work() if one.first_pass and only in (None, one.workspace_id)]
        moved = 0
        for one in waiting:
            if one.workspace_id in broken:
                continue
            if stop():
                nudge(FIRST_PASS)
                return total
            done = _served(broken, one.workspace_id, route_batch)
            total.add(done)
            moved += done.claimed - done.skipped
        if not moved:
            break
    _raise_first(broken)
    return total


def process_retry_queue(limit: int | None = None, *, stop: Stop = lambda: False) -> dict[str, Any]:
    """Route leads whose next attempt is due. With `limit` one pass of at most that many, else until none is left.

    Answers `{processed, succeeded, failed, deferred, errors}`.
    """
    total, broken = BatchResult(), Broken()
    left = limit
    while not (stop() or _retries_are_off()):
        before = total.claimed
        due = {
            one.workspace_id: one.due for one in workspaces_with_work() if one.due and one.workspace_id not in broken
        }
        # One batch per workspace in turn: many due attempts of one keep nobody waiting.
        while due:
            for workspace_id, number in list(due.items()):
                if stop() or left == 0 or _retries_are_off():
                    return _counted(total)
                size = retry_size(number) if left is None else min(left, retry_size(number))
                done = _served(broken, workspace_id, partial(retry_batch, limit=size))
                total.add(done)
                left = None if left is None else left - done.claimed
                due[workspace_id] -= done.claimed
                if due[workspace_id] <= 0 or done.claimed < size:
                    del due[workspace_id]
        if limit is not None or total.claimed == before:
            break
    _raise_first(broken)
    return _counted(total)


def _served(broken: Broken, workspace_id: UUID, work: Callable[[UUID], BatchResult]) -> BatchResult:
    """One batch of a workspace. What goes wrong there is remembered, unless the database is away altogether."""
    try:
        return work(workspace_id)
    except Exception as error:
        if isinstance(error, DatabaseFault) and not connection.is_usable():
            raise
        code = faults.code_of(error)
        metrics.ERRORS.labels(code=code).inc()
        logger.error(log_events.ROUTING_FAILED, source=str(workspace_id), code=code, error=faults.message_of(error))
        broken[workspace_id] = error
        return BatchResult()


def _raise_first(broken: Broken) -> None:
    for error in broken.values():
        raise error


def _counted(total: BatchResult) -> dict[str, Any]:
    return {
        "processed": total.claimed,
        "succeeded": sum(total.settled.values()),
        "failed": total.failed + total.retry,
        "deferred": total.deferred,
        "errors": [{"leadId": lead, "code": code} for lead, code in total.errors],
    }


def retry_size(due: int) -> int:
    """Leads per transaction of the retry queue: it follows the depth."""
    fixed = env.retry_batch_size()
    if fixed is not None:
        return fixed
    return 50 if due <= 50 else 100 if due <= 200 else 200


def cleanup_stale_locks() -> dict[str, int]:
    """Free locks whose holder did not come back."""
    age = timedelta(seconds=env.stale_lock_seconds())
    released = _until_short(lambda: database.call_integer("release_stale_routing_locks", age), LOCKS_PER_STEP)
    if released:
        metrics.count_outcome("released", RoutingPath.BATCH, times=released, code=RoutingCode.STALE_LOCK)
        logger.warning(log_events.ROUTING_STALE_RELEASED, count=released)
        nudge(RETRY_SCHEDULE)
    return {"released": released}


def mark_expired(stop: Stop = lambda: False) -> dict[str, int]:
    """End the wait of leads nobody took in time."""
    expired = _until_short(
        lambda: database.call_integer("mark_expired_leads", EXPIRED_PER_STEP), EXPIRED_PER_STEP, stop
    )
    if expired:
        metrics.count_outcome("expired", RoutingPath.BATCH, times=expired)
        logger.info(log_events.ROUTING_EXPIRED, count=expired)
    return {"expired": expired}


def purge_routing(stop: Stop = lambda: False) -> dict[str, int]:
    """Remove logs, closed rows of the queue and counters past their time."""
    removed = {"logs": 0, "queue": 0, "counters": 0}
    while not stop():
        with platform(), connection.cursor() as cursor:
            cursor.execute("SELECT logs, queue, counters FROM purge_routing(%s)", [REMOVED_PER_STEP])
            step = dict(zip(removed, cursor.fetchone(), strict=True))
        for name, count in step.items():
            removed[name] += count
        if max(step.values()) < REMOVED_PER_STEP:
            break
    return removed


def stop_after(seconds: float) -> Stop:
    """A question that is answered yes once this time has passed."""
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() >= deadline


def _retries_are_off() -> bool:
    return is_switch_on(SwitchKey.ROUTING_DISABLED) or is_switch_on(SwitchKey.ROUTING_RETRY_DISABLED)


def _until_short(step: Callable[[], int], size: int, stop: Stop = lambda: False) -> int:
    total = 0
    while not stop():
        with dispatch():
            done = step()
        total += done
        if done < size:
            break
    return total

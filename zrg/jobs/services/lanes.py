"""The two kinds of work a drain does, in one shape: claim, do, record, give back, keep alive."""

import os
import socket
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from zrg.jobs import registry
from zrg.jobs.constants import EVENTS_QUEUE
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import WebhookEvent
from zrg.jobs.rules.outcomes import Outcome
from zrg.jobs.services import claiming, leases
from zrg.jobs.services.claiming import ClaimedJob
from zrg.jobs.services.execution import Done, run_event, run_job
from zrg.jobs.services.nudges import nudge_queue


def new_worker_id() -> str:
    """A name for one drain, telling an operator where to look."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{uuid4().hex[:8]}"


class Lane(ABC):
    """One kind of work, bound to a worker. Counts what happens in `stats`."""

    table: leases.Table

    def __init__(self, worker_id: str, queue: str):
        self.worker_id = worker_id
        self.queue = queue
        self.stats: Counter[str] = Counter()
        self.held: dict[Hashable, Any] = {}

    @abstractmethod
    def _claim(self, limit: int) -> Sequence[Any]: ...

    @abstractmethod
    def _call(self, item: Any) -> Done: ...

    def claim(self, limit: int) -> list[tuple[Hashable, Callable[[], Done]]]:
        """Lease up to `limit` due rows and return what is to be called for each."""
        items = self._claim(limit)
        self.stats["claimed"] += len(items)
        self.held.update((item.id, item) for item in items)
        return [(item.id, self._caller(item)) for item in items]

    def record(self, ended: Sequence[tuple[Hashable, Done]]) -> None:
        """Write the outcomes of ended work in one statement and wake workers for what is to be retried."""
        finished = []
        for key, done in ended:
            self.stats[done.result] += 1
            if done.outcome is not None:
                finished.append(leases.Finished(self.held[key].id, self.held[key].attempts, done.outcome))
        if finished:
            leases.finish(self.table, self.worker_id, finished)
        for key, done in ended:
            item = self.held.pop(key)
            if done.outcome is not None and done.outcome.status == JobStatus.PENDING:
                nudge_queue(self._queue_of(item), run_at=_run_at(done.outcome))

    def give_back(self, keys: Sequence[Hashable]) -> None:
        """Return claims nobody began."""
        given = [self.held.pop(key) for key in keys]
        leases.give_back(self.table, self.worker_id, _leases_of(given))
        self.stats["claimed"] -= len(given)
        self.stats["skipped"] += len(given)

    def beat(self) -> None:
        """Renew the leases of everything still held."""
        leases.beat_leases(self.table, self.worker_id, _leases_of(list(self.held.values())))

    def _caller(self, item: Any) -> Callable[[], Done]:
        return lambda: self._call(item)

    def _queue_of(self, item: Any) -> str:
        return self.queue


class EventLane(Lane):
    """Inbound calls."""

    table = leases.EVENTS

    def __init__(self, worker_id: str):
        super().__init__(worker_id, EVENTS_QUEUE)

    def _claim(self, limit: int) -> Sequence[WebhookEvent]:
        return claiming.claim_events(limit, self.worker_id)

    def _call(self, item: WebhookEvent) -> Done:
        return run_event(item, self.worker_id)


class JobLane(Lane):
    """Jobs of one queue, or of all when `queue` is empty."""

    table = leases.JOBS

    def __init__(self, worker_id: str, queue: str = ""):
        super().__init__(worker_id, queue)
        self.types = registry.job_types(queue or None)

    def _claim(self, limit: int) -> Sequence[ClaimedJob]:
        return claiming.claim_jobs(limit, self.worker_id, types=self.types)

    def _call(self, item: ClaimedJob) -> Done:
        return run_job(item)

    def _queue_of(self, item: ClaimedJob) -> str:
        return registry.queue_of(item.type)


def _leases_of(items: Sequence[Any]) -> list[tuple[UUID, int]]:
    return [(item.id, item.attempts) for item in items]


def _run_at(outcome: Outcome) -> datetime:
    return outcome.run_at or datetime.now(UTC) + timedelta(seconds=outcome.delay_seconds)

"""Working one lane: claim, hand to threads, record in batches, keep leases alive, give back.

The coordinator never does slow work itself (unless it has no threads), so it can renew leases and
notice that it has to stop while handlers are busy.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from zrg.jobs.services.execution import CONNECTION_RETRY_SECONDS, Done, is_connection_error
from zrg.jobs.services.lanes import Lane
from zrg.jobs.services.nudges import COALESCE_SECONDS, Watch, nudge_queue
from zrg.jobs.services.pool import Batch, threads
from zrg.jobs.services.shutdown import GRACE_SECONDS, is_shutting_down

LEASE_BEAT_SECONDS = 60.0
# How often an idle or busy coordinator looks again.
POLL_SECONDS = 0.05
# A batch that ends within this is followed by a larger one.
QUICK_SECONDS = 0.25
CIRCUIT_LIMIT = 3

T = TypeVar("T")


class CircuitOpen(Exception):  # a state of the drain, reported as PARTIAL
    """The database was away three times in a row; the next minute tries again."""


@dataclass(slots=True, kw_only=True)
class LaneRun:
    """How long and how hard one lane is worked.

    `limit` bounds the rows of this run, `batch` those of one claim. With `watch` the coordinator goes
    on looking for a while after the last row (see nudges.Watch).
    """

    lane: Lane
    deadline: float
    batch: int
    limit: int | None = None
    concurrency: int = 0
    watch: Watch | None = None
    stop: Callable[[], bool] = is_shutting_down


def run_lane(run: LaneRun) -> bool:
    """Work the lane until nothing is due, the limit, the deadline or a stop.

    Returns whether it was left empty. Raises CircuitOpen when the database is away.
    """
    return _Coordinator(run).work()


class _Coordinator:
    def __init__(self, run: LaneRun):
        self.run, self.lane = run, run.lane
        self.pool, self.batch = threads(run.concurrency), Batch()
        # Slow work is claimed only as it can be begun, so that other workers get the rest; without
        # threads one at a time, so that stopping and leases stay exact.
        self.size = max(run.concurrency, 1)
        self.claimed = 0
        self.connection_failures = 0
        self.beaten_at = self.busy_at = time.monotonic()
        self.dropped_at: float | None = None
        self.looked_again = False

    def work(self) -> bool:
        try:
            while not self._must_stop():
                began = time.monotonic()
                found = self._claim()
                self._wait_and_record()
                if found:
                    self._adapt(time.monotonic() - began)
                elif self.batch.in_flight == 0 and not self._keep_watching():
                    return True
            return False
        finally:
            self._wind_up()

    def _must_stop(self) -> bool:
        done = self.run.limit is not None and self.claimed >= self.run.limit
        return done or self.run.stop() or time.monotonic() >= self.run.deadline

    def _claim(self) -> bool:
        """Fill the threads; True when something was found."""
        if self.batch.in_flight >= max(self.run.concurrency, 1):
            self._no_room()
            return False
        wanted = self.size if self.run.limit is None else min(self.size, self.run.limit - self.claimed)
        work = self._with_database(lambda: self.lane.claim(wanted))
        self.claimed += len(work)
        if not work:
            return False
        if len(work) == wanted and self.size == self.run.batch:
            self._no_room()
        self.busy_at, self.dropped_at, self.looked_again = time.monotonic(), None, False
        self.pool.submit(self.batch, work)
        return True

    def _no_room(self) -> None:
        # Others are needed: let nudges through, and wake one more worker.
        if self.run.watch is not None:
            self.run.watch.drop()
            if self.lane.queue:
                nudge_queue(self.lane.queue)

    def _wait_and_record(self) -> None:
        if self.batch.in_flight:
            self.batch.wait(POLL_SECONDS)
        ended = self.batch.take_finished()
        if ended:
            self._with_database(lambda: self.lane.record(ended))
            self._watch_connection(ended)
        if time.monotonic() - self.beaten_at >= LEASE_BEAT_SECONDS:
            self.beaten_at = time.monotonic()
            self._with_database(self.lane.beat)

    def _adapt(self, seconds: float) -> None:
        if self.run.concurrency == 0:
            return
        quick = self.batch.in_flight == 0 and seconds < QUICK_SECONDS
        self.size = min(self.size * 2, self.run.batch) if quick else min(self.run.concurrency, self.run.batch)

    def _keep_watching(self) -> bool:
        """With nothing to do: whether to look again after a short pause."""
        watch, now = self.run.watch, time.monotonic()
        if watch is None:
            return self._look_once_more()
        if now - self.busy_at < COALESCE_SECONDS:
            watch.keep()
        elif self.dropped_at is None:
            watch.drop()
            self.dropped_at = now
        elif now - self.dropped_at > COALESCE_SECONDS + POLL_SECONDS:
            return False
        time.sleep(POLL_SECONDS)
        return True

    def _look_once_more(self) -> bool:
        # What others held at this very moment is not there to be seen: one empty look proves nothing.
        if self.looked_again or self.run.concurrency == 0:
            return False
        self.looked_again = True
        time.sleep(POLL_SECONDS)
        return True

    def _watch_connection(self, ended: "list[tuple[object, Done]]") -> None:
        for _, done in ended:
            self.connection_failures = self.connection_failures + 1 if done.connection_failed else 0
            if self.connection_failures >= CIRCUIT_LIMIT:
                raise CircuitOpen

    def _with_database(self, work: Callable[[], T]) -> T:
        for pause in (*CONNECTION_RETRY_SECONDS, None):
            try:
                return work()
            except (OperationalError, InterfaceError) as error:
                if not is_connection_error(error) or connection.in_atomic_block:
                    raise
                connection.close()
                if pause is None:
                    raise CircuitOpen from error
                time.sleep(pause)
        raise AssertionError("unreachable")

    def _wind_up(self) -> None:
        """Give back what nobody began; let what is going on end, and record it."""
        if self.run.watch is not None:
            self.run.watch.drop()
        unstarted = self.batch.take_unstarted()
        if unstarted:
            self._with_database(lambda: self.lane.give_back(unstarted))
        patience: float | None = None
        while self.batch.in_flight:
            if self.run.stop():
                patience = patience or time.monotonic() + GRACE_SECONDS
                if time.monotonic() > patience:
                    return
            self._wait_and_record()
        self._wait_and_record()

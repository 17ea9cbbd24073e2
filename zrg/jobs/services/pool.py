"""Threads that do claimed work; they live as long as their process and keep their connections."""

import os
import queue
import threading
from collections.abc import Callable, Hashable

from django.db import connections

from zrg.jobs.services.execution import Done

IDLE_SECONDS = 30.0

Call = tuple[Hashable, Callable[[], Done]]


class Batch:
    """Work given to threads, and what came back. Belongs to one coordinator."""

    def __init__(self) -> None:
        self._todo: queue.SimpleQueue[Call] = queue.SimpleQueue()
        self._finished: list[tuple[Hashable, Done]] = []
        self._lock = threading.Lock()
        self._all_done = threading.Event()
        self.in_flight = 0

    def add(self, work: list[Call]) -> None:
        with self._lock:
            self.in_flight += len(work)
            self._all_done.clear()
        for call in work:
            self._todo.put(call)

    def take_finished(self) -> list[tuple[Hashable, Done]]:
        """What ended since the last call."""
        with self._lock:
            taken, self._finished = self._finished, []
        return taken

    def take_unstarted(self) -> list[Hashable]:
        """Withdraw what no thread has begun."""
        withdrawn: list[Hashable] = []
        while (call := self._next()) is not None:
            withdrawn.append(call[0])
        with self._lock:
            self.in_flight -= len(withdrawn)
        return withdrawn

    def wait(self, seconds: float) -> None:
        """Until everything ended, at most `seconds`."""
        self._all_done.wait(seconds)

    def work_off(self) -> None:
        """Do what is left to do, in the calling thread."""
        while (call := self._next()) is not None:
            done = call[1]()
            with self._lock:
                self._finished.append((call[0], done))
                self.in_flight -= 1
                if self.in_flight == 0:
                    self._all_done.set()

    def _next(self) -> Call | None:
        try:
            return self._todo.get_nowait()
        except queue.Empty:
            return None


class Threads:
    """A fixed number of threads that serve batches; with none, the coordinator works itself.

    A thread that has had nothing to do for a while gives its database connection back.
    """

    def __init__(self, count: int):
        self.count = count
        self._wake: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, name=f"jobs-{number}", daemon=True) for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, batch: Batch, work: list[Call]) -> None:
        """Add work to the batch and wake as many threads as can be of use."""
        batch.add(work)
        if self.count == 0:
            batch.work_off()
            return
        for _ in range(min(self.count, len(work))):
            self._wake.put(batch)

    def stop(self) -> None:
        """End the threads once they have finished what they do, and close their connections."""
        for _ in self._threads:
            self._wake.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while True:
            try:
                batch = self._wake.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                connections.close_all()
                batch = self._wake.get()
            if batch is None:
                connections.close_all()
                return
            batch.work_off()


def stop_threads() -> None:
    """End all threads of this process (tests; a worker just exits)."""
    with _lock:
        ended = [_pools.pop(key) for key in list(_pools) if key[0] == os.getpid()]
    for pool in ended:
        pool.stop()


_pools: dict[tuple[int, int], Threads] = {}
_lock = threading.Lock()


def threads(count: int) -> Threads:
    """The threads of this process (a forked child starts its own); 0 means the caller's thread."""
    key = (os.getpid(), count)
    with _lock:
        if key not in _pools:
            _pools[key] = Threads(count)
        return _pools[key]

"""Threads that do claimed work; they live as long as their process and keep their connections."""

import os
import queue
import threading
from collections.abc import Callable, Hashable

from zrg.jobs.services.execution import Done

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
    """A fixed number of threads that serve batches; with none, the coordinator works itself."""

    def __init__(self, count: int):
        self.count = count
        self._wake: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        for number in range(count):
            threading.Thread(target=self._serve, name=f"jobs-{number}", daemon=True).start()

    def submit(self, batch: Batch, work: list[Call]) -> None:
        """Add work to the batch and wake as many threads as can be of use."""
        batch.add(work)
        if self.count == 0:
            batch.work_off()
            return
        for _ in range(min(self.count, len(work))):
            self._wake.put(batch)

    def _serve(self) -> None:
        while True:
            self._wake.get().work_off()


_pools: dict[tuple[int, int], Threads] = {}
_lock = threading.Lock()


def threads(count: int) -> Threads:
    """The threads of this process (a forked child starts its own); 0 means the caller's thread."""
    key = (os.getpid(), count)
    with _lock:
        if key not in _pools:
            _pools[key] = Threads(count)
        return _pools[key]

import multiprocessing
import signal
import threading
import time
from dataclasses import dataclass, field

import pytest

from zrg.jobs.pool_watch import wait_for_loss, wait_for_others

pytestmark = pytest.mark.unit

EVERY = 0.02


@dataclass
class Work:
    """What a pool remembers of a task it gave to a process."""

    pid: int
    done: threading.Event = field(default_factory=threading.Event)

    def ready(self):
        return self.done.is_set()

    def worker_pids(self):
        return [self.pid]


@dataclass
class ToyPool:
    """The two attributes of a pool that are read: its processes and its unfinished tasks."""

    _pool: list
    _cache: dict = field(default_factory=dict)


@pytest.fixture
def pool():
    processes = [multiprocessing.get_context("fork").Process(target=signal.pause) for _ in range(2)]
    for process in processes:
        process.start()
    yield ToyPool(_pool=processes)
    for process in processes:
        process.kill()
        process.join()


@pytest.fixture
def watching(pool):
    """The watch in a thread, and what it returned once it ended."""
    ended, found = threading.Event(), []
    thread = threading.Thread(target=lambda: found.append(wait_for_loss(pool, ended, EVERY)))
    thread.start()
    yield ended, found, thread
    ended.set()
    thread.join(5)


def test_killed_process_is_noticed(pool, watching):
    _ended, found, thread = watching
    threading.Timer(5 * EVERY, pool._pool[0].kill).start()

    thread.join(10)

    assert found == [True]


def test_replaced_process_is_noticed(pool, watching):
    _ended, found, thread = watching
    threading.Timer(5 * EVERY, lambda: pool._pool.pop(0).kill()).start()

    thread.join(10)

    assert found == [True]


def test_worker_that_ends_is_no_loss(watching):
    ended, found, thread = watching

    ended.set()
    thread.join(5)

    assert found == [False]


def test_living_process_may_finish_its_work(pool):
    work = Work(pid=pool._pool[0].pid)
    pool._cache[1] = work
    threading.Timer(5 * EVERY, work.done.set).start()

    wait_for_others(pool, seconds=60)

    assert work.ready()


def test_work_of_a_dead_process_is_not_awaited(pool):
    pool._cache[1] = Work(pid=pool._pool[0].pid)
    pool._pool[0].kill()
    pool._pool[0].join()
    began_at = time.monotonic()

    wait_for_others(pool, seconds=60)

    assert time.monotonic() - began_at < 30

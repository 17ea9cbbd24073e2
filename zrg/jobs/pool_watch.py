"""Ends a worker whose pool lost a process, so that it is started anew.

Over a broker without an event loop (the file broker of small installations) the processes of a pool
take turns at one lock while they wait for work. One that is killed (kill -9, out of memory) may take
that lock with it: the others then wait for ever, while the parent goes on saying that all is well. With
Redis each process has a pipe of its own, and Celery replaces the lost one.
"""

import os
import threading
import time
from typing import Any

import structlog
from celery.concurrency.asynpool import AsynPool

from zrg.jobs.services.shutdown import GRACE_SECONDS, request_shutdown
from zrg.lib import log_events

log = structlog.get_logger(__name__)

CHECK_SECONDS = 0.5
EXIT_STATUS = 70


def begin_pool_watch(consumer: Any, ended: threading.Event) -> None:
    """Watch the pool of this worker until `ended`, in a thread of its own, if it needs watching."""
    pool = getattr(consumer.pool, "_pool", None)
    if isinstance(getattr(pool, "_pool", None), list) and not isinstance(pool, AsynPool):
        threading.Thread(target=_end_when_lost, args=(pool, ended), name="pool-watch", daemon=True).start()


def wait_for_loss(pool: Any, ended: threading.Event, every: float = CHECK_SECONDS) -> bool:
    """Return True once a process of the pool is gone that nobody asked to go; False when `ended` comes first."""
    known: set[int] = set()
    while not ended.wait(every):
        running = _pids(pool)
        if known - running:
            return True
        known = running
    return False


def wait_for_others(pool: Any, seconds: float = GRACE_SECONDS) -> None:
    """Wait until the processes that still work have given back what they hold, or the time is over."""
    deadline = time.monotonic() + seconds
    while _is_working(pool) and time.monotonic() < deadline:
        time.sleep(CHECK_SECONDS)


def _end_when_lost(pool: Any, ended: threading.Event) -> None:
    if not wait_for_loss(pool, ended):
        return
    log.error(log_events.WORKER_POOL_LOST)
    request_shutdown()
    wait_for_others(pool)
    # Not a polite end: that would wait for the lock, too. What is claimed is released as a stale lease.
    os._exit(EXIT_STATUS)


def _is_working(pool: Any) -> bool:
    running = _pids(pool)
    # A copy: the pool's own threads change it.
    return any(not task.ready() and set(task.worker_pids()) & running for task in list(pool._cache.values()))


def _pids(pool: Any) -> set[int]:
    return {process.pid for process in list(pool._pool) if process.is_alive()}

"""Waking workers: at most one message per second and queue, and every one of them may be lost.

A commit nudges its queue. Nudges are coalesced twice, inside the process and through the cache; what
is swallowed is seen by the drain that the first nudge woke, because that drain keeps watching the
queue longer than a nudge can be swallowed (see `Watch`).
"""

import math
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime

import structlog
from django.core.cache import cache

from zrg.jobs import registry
from zrg.jobs.services.broker import DRAIN_TASK, send
from zrg.lib import log_events

log = structlog.get_logger(__name__)

COALESCE_SECONDS = 1.0
# Jobs due later than this are found by the sweep of every minute.
COUNTDOWN_LIMIT_SECONDS = 900
EXPIRES_SECONDS = 60.0
WATCH_KEY_SECONDS = 5
LOOP_KEY = "zrg:worker-loop"
LOOP_KEY_SECONDS = 10

_lock = threading.Lock()
_last_tried: dict[str, float] = {}


def nudge_queue(queue: str, *, run_at: datetime | None = None) -> bool:
    """Wake a worker of `queue` now, or at `run_at` when that is at most 15 minutes ahead.

    Returns whether a message was sent. Never raises: the rows are committed, the next sweep finds them.
    """
    try:
        delay = (run_at - datetime.now(UTC)).total_seconds() if run_at else 0.0
        return _nudge_later(queue, delay) if delay > 0 else _nudge_now(queue)
    except Exception as error:  # cache and broker clients fail in many ways; none may matter
        log.warning(log_events.NUDGE_FAILED, queue=queue, error=f"{type(error).__name__}: {error}")
        return False


def hand_over(queue: str) -> bool:
    """Wake another drain because this one ends before its work does; not coalesced, nobody else knows."""
    try:
        _send(queue, 0.0)
    except Exception as error:  # broker clients fail in many ways; the sweep goes on
        log.warning(log_events.NUDGE_FAILED, queue=queue, error=f"{type(error).__name__}: {error}")
        return False
    return True


def keep_loop_known() -> None:
    """Say that a worker loop serves every queue by looking: for some seconds nobody needs to be nudged."""
    try:
        cache.set(LOOP_KEY, 1, LOOP_KEY_SECONDS)
    except Exception as error:  # nudges are then sent in vain
        log.warning(log_events.NUDGE_FAILED, queue="", error=f"{type(error).__name__}: {error}")


def nudge(name: str) -> bool:
    """Run the routine of the scheduled job `name` soon: no TaskRun, any number at once.

    Lets a lower app wake a higher one by name; a name nobody registered is nobody to wake.
    """
    return registry.has_schedule(name) and nudge_queue(name)


def is_watched(queue: str) -> bool:
    """Whether a drain with room to spare is looking at this queue; unknown counts as no."""
    try:
        return bool(cache.get(_watch_key(queue)))
    except Exception:  # without a cache nothing is coalesced
        return False


def forget_watches(queues: Iterable[str]) -> None:
    """Drop the promises of drains on these queues: one that was killed cannot keep its own."""
    try:
        cache.delete_many([key for queue in queues for key in (_watch_key(queue), _nudge_key(queue))])
    except Exception as error:  # they end by themselves within seconds
        log.warning(log_events.NUDGE_FAILED, queue="", error=f"{type(error).__name__}: {error}")


class Watch:
    """A drain's promise to look at its queue again, so that others need not nudge.

    `keep` (re)makes the promise for a few seconds. After `drop` the drain must look once more, no
    earlier than COALESCE_SECONDS later: until then a process may still trust the promise.
    """

    def __init__(self, queue: str):
        self.queue = queue
        self._kept_at: float | None = None

    def keep(self) -> None:
        """Promise (at most one cache write per second)."""
        now = time.monotonic()
        if self._kept_at is None or now - self._kept_at >= 1.0:
            self._write(True)
            self._kept_at = now

    def drop(self) -> None:
        """End the promise: there is no room left, or the drain is about to end."""
        if self._kept_at is not None:
            self._write(False)
            self._kept_at = None

    def _write(self, kept: bool) -> None:
        try:
            if kept:
                cache.set(_watch_key(self.queue), 1, WATCH_KEY_SECONDS)
            else:
                cache.delete(_watch_key(self.queue))
        except Exception as error:  # without a cache nothing is coalesced
            log.warning(log_events.NUDGE_FAILED, queue=self.queue, error=f"{type(error).__name__}: {error}")


def _nudge_now(queue: str) -> bool:
    if _tried_just_now(queue):
        return False
    # Looked up before it is added: the database cache answers a taken key with an error in the server's log.
    key = _nudge_key(queue)
    if cache.get_many([_watch_key(queue), LOOP_KEY, key]) or not cache.add(key, 1, COALESCE_SECONDS):
        return False
    _send(queue, 0.0)
    return True


def _nudge_later(queue: str, delay: float) -> bool:
    if delay > COUNTDOWN_LIMIT_SECONDS:
        return False
    # One message per second of due time serves all jobs of that second.
    second = math.ceil(time.time() + delay)
    key = f"{_nudge_key(queue)}:{second}"
    if cache.get_many([LOOP_KEY, key]) or not cache.add(key, 1, delay + 5):
        return False
    _send(queue, second - time.time())
    return True


def _send(queue: str, countdown: float) -> None:
    name = registry.schedule(queue).queue if registry.has_schedule(queue) else queue
    send(DRAIN_TASK, queue, queue=name, countdown=countdown, expires=countdown + EXPIRES_SECONDS)


def _tried_just_now(queue: str) -> bool:
    now = time.monotonic()
    with _lock:
        if now - _last_tried.get(queue, -math.inf) < COALESCE_SECONDS:
            return True
        _last_tried[queue] = now
        return False


def _nudge_key(queue: str) -> str:
    return f"zrg:nudge:{queue}"


def _watch_key(queue: str) -> str:
    return f"zrg:watch:{queue}"

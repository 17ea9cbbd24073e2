"""Saying a thing once per hour and process, however often it happens."""

import threading
import time

HOUR_SECONDS = 3600.0
MOST_THINGS = 10_000

_said: dict[tuple[object, ...], float] = {}
_lock = threading.Lock()


def first_this_hour(*what: object) -> bool:
    """True the first time within an hour for these values."""
    now = time.monotonic()
    with _lock:
        if now - _said.get(what, -HOUR_SECONDS) < HOUR_SECONDS:
            return False
        if len(_said) >= MOST_THINGS:
            _said.clear()
        _said[what] = now
    return True

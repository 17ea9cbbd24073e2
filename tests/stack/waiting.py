"""Waiting for another process, with an end."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

_POLL_SECONDS = 0.05


def wait_for(probe: Callable[[], Value], seconds: float = 30) -> Value:
    """Return the first true answer of the probe; fail after the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = probe()
        if answer:
            return answer
        time.sleep(_POLL_SECONDS)
    raise AssertionError(f"nothing came within {seconds} s")

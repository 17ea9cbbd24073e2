"""When calls to a provider stop, and when one may try again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from integrations.enums import CircuitState

CONSECUTIVE_FAILURES = 5
WINDOW = 20
WINDOW_FAILURES = 10
FIRST_OPEN_SECONDS = 60
LONGEST_OPEN_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """State of one circuit; `recent` are the last results, newest last, `1` for a failure."""

    state: str = CircuitState.CLOSED
    failures: int = 0
    recent: str = ""
    open_seconds: int = 0
    opened_at: datetime | None = None
    next_try_at: datetime | None = None


CLOSED = Circuit()


def after_result(circuit: Circuit, *, failed: bool, now: datetime) -> Circuit:
    """The circuit after one call: it opens after 5 failures in a row or 10 of the last 20, for 60 s,
    doubling up to 15 min while probes fail; one good probe closes it.
    """
    if not failed:
        return Circuit(recent=(circuit.recent + "0")[-WINDOW:]) if circuit.state == CircuitState.CLOSED else CLOSED
    counted = replace(circuit, failures=circuit.failures + 1, recent=(circuit.recent + "1")[-WINDOW:])
    if circuit.state != CircuitState.CLOSED:
        return _opened(counted, min(max(circuit.open_seconds * 2, FIRST_OPEN_SECONDS), LONGEST_OPEN_SECONDS), now)
    full = len(counted.recent) == WINDOW
    if counted.failures >= CONSECUTIVE_FAILURES or (full and counted.recent.count("1") >= WINDOW_FAILURES):
        return _opened(counted, FIRST_OPEN_SECONDS, now)
    return counted


def closed_until(circuit: Circuit, now: datetime) -> datetime | None:
    """The moment before which no call may be made; None when one may be made (perhaps as a probe)."""
    if circuit.state == CircuitState.CLOSED or circuit.next_try_at is None or circuit.next_try_at <= now:
        return None
    return circuit.next_try_at


def _opened(circuit: Circuit, seconds: int, now: datetime) -> Circuit:
    return replace(
        circuit,
        state=CircuitState.OPEN,
        open_seconds=seconds,
        opened_at=now,
        next_try_at=now + timedelta(seconds=seconds),
    )

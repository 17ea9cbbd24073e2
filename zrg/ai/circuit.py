"""Not calling a provider that is down: after five outages in a row nobody calls for a while (13 R9).

Per process and address. The pause doubles from one to fifteen minutes; then one call tries. An outage is
a connection error, a 5xx answer or a timeout that had time enough; what the provider refuses is none.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

OUTAGES_IN_A_ROW = 5
FIRST_PAUSE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 900.0
FAIR_TIMEOUT_SECONDS = 20.0
"""A shorter timeout says more about the caller's deadline than about the provider."""
PROBE_SECONDS = 120.0
"""A probe that never reported back is given up after this."""


@dataclass(slots=True)
class _State:
    outages: int = 0
    pause: float = FIRST_PAUSE_SECONDS
    open_until: float = 0.0
    probing: bool = False


class Circuit:
    """The state of one provider's addresses; `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._states: dict[str, _State] = {}

    def may_call(self, address: str) -> bool:
        """Whether to call now. The first question after a pause gets the probe, others wait for its outcome."""
        with self._lock:
            state = self._states.get(address)
            if state is None or not state.open_until:
                return True
            now = self._clock()
            if now < state.open_until:
                return False
            state.open_until, state.probing = now + PROBE_SECONDS, True
            return True

    def succeeded(self, address: str) -> None:
        """The provider answered, be it with a refusal."""
        with self._lock:
            self._states.pop(address, None)

    def failed(self, address: str) -> bool:
        """One outage more; whether the circuit opened (again) by it."""
        with self._lock:
            state = self._states.setdefault(address, _State())
            if state.open_until and not state.probing:
                return False  # calls that were on their way when it opened
            state.outages += 1
            if state.probing:
                state.pause = min(state.pause * 2, LONGEST_PAUSE_SECONDS)
            elif state.outages < OUTAGES_IN_A_ROW:
                return False
            state.open_until, state.probing = self._clock() + state.pause, False
            return True


circuit = Circuit()

"""How long a failed job waits before its next attempt."""

import math

BACKOFF_CAP_SECONDS = 900
FIRST_EXPONENT = 1
LAST_EXPONENT = 10


def backoff_seconds(attempt: float, jitter: float) -> float:
    """Seconds until the attempt after `attempt` (counted from 1): 2, 4, 8 … 512, then 900.

    `jitter` is a fraction of a second in [0, 1), drawn by the caller, so that this stays pure; it
    spreads jobs that failed together and never lifts the wait above the cap.
    """
    exponent = math.floor(min(max(attempt, FIRST_EXPONENT), LAST_EXPONENT))
    seconds: float = 2**exponent + jitter
    return min(BACKOFF_CAP_SECONDS, seconds)

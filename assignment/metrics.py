"""Counters and durations of assignment and routing in this process; gauges come from the tables."""

from functools import cache

from prometheus_client import Counter, Histogram

from assignment.enums import SETTLEMENTS

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_WAITS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600)

SETTLED = Counter("zrg_routing_settled_total", "Leads that ended a routing cycle", ["result", "path"])
ATTEMPTS = Counter("zrg_routing_attempts_total", "Attempts by what became of them", ["outcome"])
ERRORS = Counter("zrg_routing_errors_total", "Failures by code", ["code"])
LOCKS = Counter("zrg_routing_lock_total", "Locks asked for", ["outcome"])
LOCK_TIMEOUTS = Counter("zrg_routing_lock_timeouts_total", "Statements that waited too long for a lock")
RETRY_INSERTS = Counter("zrg_routing_retry_inserts_total", "Attempts planned in the retry queue")
SECONDS = Histogram("zrg_routing_seconds", "Duration of routing", ["path", "stage"], buckets=_SECONDS)
TIME_TO_ROUTE = Histogram("zrg_routing_time_to_route_seconds", "From creation to the first settlement", buckets=_WAITS)
BATCH_LEADS = Histogram("zrg_routing_batch_leads", "Leads per batch", buckets=(1, 10, 50, 100, 200, 500, 1000, 2000))

ASSIGNMENTS = Counter("zrg_assignments_total", "Leads given to a setter", ["source"])
ASSIGNMENT_SKIPPED = Counter("zrg_assignment_skipped_total", "Leads the rotation left alone", ["reason"])
ASSIGNMENT_LOCK_SECONDS = Histogram("zrg_assignment_lock_seconds", "Wait for the rotation", buckets=_SECONDS)


def count_outcome(result: str, path: str, *, times: int = 1, code: str | None = None) -> None:
    """One attempt that ended with `result`, or several."""
    if result in SETTLEMENTS:
        SETTLED.labels(result=result, path=path).inc(times)
        ATTEMPTS.labels(outcome="settled").inc(times)
        return
    if result in ("failed", "expired"):
        SETTLED.labels(result=result, path=path).inc(times)
    if result in ("retry", "deferred", "failed", "released"):
        ATTEMPTS.labels(outcome=result).inc(times)
    if result in ("retry", "deferred"):
        RETRY_INSERTS.inc(times)
    if code and result != "deferred":
        ERRORS.labels(code=code).inc(times)


def observe(path: str, stage: str, seconds: float) -> None:
    """How long a part of routing took."""
    _stage(path, stage).observe(seconds)


@cache
def _stage(path: str, stage: str) -> Histogram:
    """Finding a child by its labels costs more than counting."""
    return SECONDS.labels(path=path, stage=stage)

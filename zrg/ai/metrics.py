"""Counters of model calls; labels are keys and codes, never ids."""

from decimal import Decimal

from prometheus_client import Counter

CALLS = Counter("zrg_ai_calls_total", "Attempts of model calls", ["prompt", "model", "result"])
COST = Counter("zrg_ai_cost_usd_total", "Cost of model calls in USD (calls of unknown price count 0)", ["model"])
LOST = Counter("zrg_ai_statistics_lost_total", "Attempts whose statistics could not be written")


def count_call(prompt: str, model: str, result: str, cost_usd: Decimal | None) -> None:
    """One finished attempt; `result` is `success` or the error code."""
    CALLS.labels(prompt=prompt, model=model, result=result).inc()
    if cost_usd:
        COST.labels(model=model).inc(float(cost_usd))


def count_lost() -> None:
    """One attempt nobody will see in the statistics."""
    LOST.inc()

"""What the figures are held against: ratios of one run on one machine, and floors of the contract. Pure."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assignment.benchmark.clock import Cost

# A ratio that scatters more than this share of itself proves nothing either way.
WIDEST_SPREAD = 0.25
MANY_CORES = 4

Verdict = Literal["met", "missed", "unsure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A ratio that must be reached, and the one aimed at; `at_most` where less is better."""

    what: str
    must: float
    aim: float
    at_most: bool = False


def targets(cores: int | None = None) -> dict[str, Target]:
    """By their numbers in the specification of lead routing; workers cannot help each other on few cores."""
    many = (cores or os.cpu_count() or 1) >= MANY_CORES
    return {
        "P1": Target(what="FUNC / BARE, 1 client", must=0.45, aim=0.55),
        "P1 x4": Target(what="FUNC / BARE, 4 clients", must=0.35, aim=0.45),
        "P2": Target(what="route_lead / FUNC, 1 worker", must=0.65, aim=0.85),
        "P3": Target(what="route_lead / FUNC, 4 workers", must=0.60 if many else 0.40, aim=0.80),
        "P4": Target(what="batch / BARE", must=5, aim=8),
        "P5": Target(what="batch / route_lead", must=15, aim=20),
        "P6": Target(what="batch / SQLBATCH", must=0.80, aim=0.90),
        "P7": Target(what="batch with 4 workers / 1 worker", must=2.0 if many else 1.25, aim=2.8),
        "P8": Target(what="p95 of route_lead, 4 workers / 1 worker", must=3.0, aim=2.0, at_most=True),
        "P9": Target(what="p95 with 4 workers / 2,000 ms", must=1 / 50, aim=1 / 100, at_most=True),
        "P10": Target(what="duplicates / plain, batch", must=0.75, aim=0.9),
        "P11": Target(what="retries / first pass, batch", must=0.6, aim=0.8),
        "P12": Target(what="capped / uncapped, batch", must=0.6, aim=0.8),
        "P13": Target(what="claim p95, full table / 10,000 rows", must=1.5, aim=1.1, at_most=True),
        "P14": Target(what="evaluation / batch, 20 rules", must=0.05, aim=0.03, at_most=True),
        "P14 x200": Target(what="evaluation / batch, 200 rules", must=0.30, aim=0.15, at_most=True),
        "P15": Target(what="batch with row security / without", must=0.9, aim=0.97),
        "P16": Target(what="inserted and routed / plain INSERT", must=0.35, aim=0.5),
        "S2": Target(what="spike: seconds until 95 in 100 are settled", must=5, aim=2, at_most=True),
    }


# Least leads per second, most milliseconds at p95, least share settled.
FLOORS = {
    "sequential": (50, 500, 0.99),
    "concurrent": (100, 1_500, 0.98),
    "duplicates": (80, 300, 1.0),
    "retry": (150, 800, 0.95),
}


def ratio_of(ratios: Sequence[float]) -> dict[str, float]:
    """The middle of interleaved repetitions, and how far they scatter as a share of it."""
    ordered = sorted(ratios)
    middle = ordered[len(ordered) // 2]
    return {"value": round(middle, 3), "spread": round((ordered[-1] - ordered[0]) / middle, 2) if middle else 0.0}


def cost_ratio(ratios: Sequence[Cost]) -> dict[str, float]:
    """The same on the clock, which is judged, and in processor time, which neighbours change little."""
    busy = ratio_of([one.processor for one in ratios])
    return ratio_of([one.clock for one in ratios]) | {
        "processor_value": busy["value"],
        "processor_spread": busy["spread"],
    }


def judge(number: str, figure: Mapping[str, float]) -> Verdict:
    """What one figure proves."""
    if figure["spread"] > WIDEST_SPREAD:
        return "unsure"
    target = targets()[number]
    reached = figure["value"] <= target.must if target.at_most else figure["value"] >= target.must
    return "met" if reached else "missed"


def floors_of(scenario: str, figures: Mapping[str, Any]) -> dict[str, bool]:
    """Which of the contract's floors a scenario stands on."""
    if scenario not in FLOORS:
        return {}
    rate, p95, success = FLOORS[scenario]
    found = {"leads_per_second": figures["leads_per_second"] >= rate, "success": figures["success"] >= success}
    return found | ({"p95_ms": figures["p95_ms"] <= p95} if "p95_ms" in figures else {})


def fell_behind(number: str, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
    """A figure worse than in an earlier run by more than scatter explains."""
    worse = before["value"] / now["value"] if not targets()[number].at_most else now["value"] / before["value"]
    return worse > 1 + WIDEST_SPREAD

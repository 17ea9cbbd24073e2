"""What figures of auto-send are made of (06 R20): pure counting over the newest judged drafts."""

from collections.abc import Iterable
from dataclasses import dataclass

STEP = 0.05
CANDIDATES = (*(round(0.5 + STEP * number, 2) for number in range(10)), 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One judged draft and what became of it."""

    confidence: float
    edited: bool = False
    rejected: bool = False
    opted_out: bool = False
    is_known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many confidences lie in [start, start + 0.05); 1.0 belongs to the last one."""

    start: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRow:
    """What a threshold would have sent, and how many of these a person then edited, rejected, or whose lead opted out
    within seven days. `known`: those whose end is known.
    """

    threshold: float
    would_send: int
    known: int
    edited: int
    rejected: int
    opted_out: int


def histogram(confidences: Iterable[float]) -> tuple[Bar, ...]:
    """Twenty bars from 0 to 1."""
    counts = [0] * 20
    for confidence in confidences:
        counts[min(19, max(0, int(confidence * 20 + 1e-9)))] += 1
    return tuple(Bar(start=round(number * STEP, 2), count=count) for number, count in enumerate(counts))


def threshold_table(judged: Iterable[Judged], candidates: Iterable[float] = CANDIDATES) -> tuple[ThresholdRow, ...]:
    """One row for each candidate, the lowest first."""
    rows = list(judged)
    return tuple(_row(threshold, [one for one in rows if one.confidence >= threshold]) for threshold in candidates)


def _row(threshold: float, above: list[Judged]) -> ThresholdRow:
    return ThresholdRow(
        threshold=threshold,
        would_send=len(above),
        known=sum(one.is_known for one in above),
        edited=sum(one.edited for one in above),
        rejected=sum(one.rejected for one in above),
        opted_out=sum(one.opted_out for one in above),
    )

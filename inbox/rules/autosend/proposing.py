"""Which threshold the figures of a campaign speak for (06 R21): pure, proposes and changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from inbox.rules.autosend.figures import Judged, ThresholdRow, threshold_table

LEAST_KNOWN = 200
"""Drafts with a known end below which nothing is proposed."""
MOST_CHANGED, MOST_OPTED_OUT = 0.05, 0.005
"""Shares of what would have been sent: edited or rejected, and opted out (06 R21)."""
CANDIDATES = tuple(number / 100 for number in range(50, 100))
STEP = 0.05
"""The furthest a proposal goes at once."""
TOLERANCE = 1e-9

TOO_FEW, LOWER, RAISE, KEEP = "too_few", "lower", "raise", "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`reason` is too_few, lower, raise or keep; `new` is None unless it is another threshold than `old`.

    `before` and `after` count what the old and the new threshold would have sent of the `known` drafts.
    """

    reason: str
    known: int
    old: float
    before: ThresholdRow
    new: float | None = None
    after: ThresholdRow | None = None


def suggest_threshold(judged: Sequence[Judged], threshold: float) -> Suggestion:
    """The lowest threshold within one step that keeps to the target, with all between it and today's keeping to it too.

    When today's misses the target: the nearest higher one that keeps to it, else the whole step up.
    """
    known = [one for one in judged if one.is_known]
    today = threshold_table(known, [threshold])[0]
    if len(known) < LEAST_KNOWN:
        return Suggestion(reason=TOO_FEW, known=len(known), old=threshold, before=today)
    lower = threshold_table(known, _within(threshold, -1))
    higher = threshold_table(known, _within(threshold, 1))
    found = _first_that_holds(higher) if _misses(today) else _last_that_holds(lower)
    if found is None:
        return Suggestion(reason=KEEP, known=len(known), old=threshold, before=today)
    return Suggestion(
        reason=LOWER if found.threshold < threshold else RAISE,
        known=len(known),
        old=threshold,
        before=today,
        new=found.threshold,
        after=found,
    )


def _within(threshold: float, direction: int) -> list[float]:
    """Candidates beside this threshold, the nearest first."""
    away = ((one, (one - threshold) * direction) for one in CANDIDATES[::direction])
    return [one for one, distance in away if TOLERANCE < distance <= STEP + TOLERANCE]


def _misses(row: ThresholdRow) -> bool:
    changed = row.edited + row.rejected
    return changed > MOST_CHANGED * row.known or row.opted_out > MOST_OPTED_OUT * row.known


def _first_that_holds(rows: Sequence[ThresholdRow]) -> ThresholdRow | None:
    return next((row for row in rows if row.known and not _misses(row)), rows[-1] if rows else None)


def _last_that_holds(rows: Sequence[ThresholdRow]) -> ThresholdRow | None:
    found: ThresholdRow | None = None
    for row in rows:
        if _misses(row):
            break
        found = row if row.known else found
    return found

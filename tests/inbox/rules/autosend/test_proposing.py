"""The rule of threshold proposals, row by row."""

import pytest

from inbox.rules.autosend.figures import Judged
from inbox.rules.autosend.proposing import suggest_threshold

pytestmark = pytest.mark.unit


def drafts(number: int, confidence: float, **values: bool) -> list[Judged]:
    return [Judged(**{"confidence": confidence, "is_known": True, **values}) for _ in range(number)]


GOOD = drafts(200, 0.995)
CASES = {
    "199 known": (drafts(199, 0.95), 0.9, "too_few", None),
    "open ones do not count": (drafts(199, 0.95) + drafts(50, 0.95, is_known=False), 0.9, "too_few", None),
    "good far below: one step": (drafts(200, 0.6), 0.65, "lower", 0.6),
    "nothing in reach speaks for less": (GOOD, 0.6, "lower", 0.55),
    "never below one half": (GOOD, 0.52, "lower", 0.5),
    "at the lowest": (GOOD, 0.5, "keep", None),
    "edits just within 5 %": (drafts(190, 0.86) + drafts(10, 0.86, edited=True), 0.9, "lower", 0.85),
    "edits just above 5 %": (drafts(190, 0.93) + drafts(11, 0.86, edited=True), 0.9, "lower", 0.87),
    "edited and rejected add up": (
        drafts(190, 0.93) + drafts(6, 0.86, edited=True) + drafts(5, 0.86, rejected=True),
        0.9,
        "lower",
        0.87,
    ),
    "one opt-out in 200": (drafts(199, 0.93) + drafts(1, 0.86, opted_out=True), 0.9, "lower", 0.85),
    "one opt-out in 199": (drafts(198, 0.93) + drafts(1, 0.86, opted_out=True) + drafts(1, 0.6), 0.9, "lower", 0.87),
    "a good stretch behind a bad one is not jumped to": (
        drafts(200, 0.95) + drafts(20, 0.88, edited=True) + drafts(999, 0.86),
        0.9,
        "lower",
        0.89,
    ),
    "today misses: the nearest that holds": (GOOD + drafts(20, 0.92, rejected=True), 0.9, "raise", 0.93),
    "today misses, none in reach holds: the whole step": (drafts(200, 0.99, edited=True), 0.8, "raise", 0.85),
    "never above 0.99": (drafts(200, 0.995, edited=True), 0.97, "raise", 0.99),
    "at the highest": (drafts(200, 0.995, edited=True), 0.99, "keep", None),
    "between two hundredths": (GOOD, 0.875, "lower", 0.83),
    "none would be sent near today's": (drafts(200, 0.6), 0.9, "keep", None),
}


@pytest.mark.parametrize(("judged", "today", "reason", "new"), CASES.values(), ids=CASES)
def test_what_the_figures_speak_for(judged: list[Judged], today: float, reason: str, new: float | None) -> None:
    found = suggest_threshold(judged, today)

    assert (found.reason, found.old, found.new) == (reason, today, new)


def test_it_tells_what_both_thresholds_would_have_sent():
    found = suggest_threshold(GOOD + drafts(1, 0.87, edited=True, opted_out=True), 0.9)

    assert found.after is not None
    assert (found.known, found.before.would_send, found.after.would_send) == (201, 200, 201)
    assert (found.after.threshold, found.after.edited, found.after.opted_out) == (0.85, 1, 1)

"""Grading replayed answers: what is risky, what passes, what counts as worse, what ends a build."""

from datetime import timedelta

import pytest

from inbox.rules.replay import (
    Grade,
    Marks,
    average,
    blend,
    compare,
    exit_code,
    is_unreached,
    objective_score,
    quality_failure,
    read_marks,
    selection_score,
    wants_second_look,
)

pytestmark = pytest.mark.unit

GOOD = Grade(passed=True, blended=90.0, judged=True)
BAD = Grade(passed=False, blended=40.0, judged=True)
SILENT = Grade(passed=None, failure="judge_error")
DEAD = Grade(passed=None, failure="infra_error")


def test_prices_cadence_tags_and_recency_make_a_reply_risky():
    now, old = timedelta(0), timedelta(days=45)

    assert selection_score("Thanks, sounds good", tag="Interested", age=old) == 0.0
    assert selection_score("What does it cost?", tag="Interested", age=old) == 3.0
    assert selection_score("Is the pricing $450 per month?", tag="Information Requested", age=now) == 11.0
    assert selection_score("Let's talk", tag="Meeting Requested", age=timedelta(days=15)) == 2.5


def test_marks_are_clamped_and_averaged():
    first = read_marks(
        {"pricing_cadence": 140, "facts": -3, "safety": 80, "quality": 60, "issues": ["wrong_tone", "wrong_tone"]}
    )
    second = Marks(pricing_cadence=50, facts=50, safety=50, quality=50, issues=("too_long",))

    assert first == Marks(pricing_cadence=100, facts=0, safety=80, quality=60, issues=("wrong_tone",))
    assert average(first, second) == Marks(
        pricing_cadence=75, facts=25, safety=65, quality=55, issues=("too_long", "wrong_tone")
    )
    assert average(first, second).score == 55.0


def test_the_judge_counts_six_of_ten():
    assert blend(50.0, 100.0) == 70.0
    assert [wants_second_look(score) for score in (39.9, 40.0, 62.0, 80.0, 80.1)] == [False, True, True, True, False]
    assert objective_score((), (), held=False) == 100.0
    assert objective_score(("verification_failed",), ("slot_mismatch",), held=True) == 40.0
    assert objective_score(("fallback_draft", "overseer_failed"), ("a", "b"), held=False) == 0.0


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        (None, GOOD, "new"),
        (DEAD, GOOD, "new"),
        (GOOD, DEAD, ""),
        (GOOD, BAD, "regressed"),
        (BAD, GOOD, "improved"),
        (GOOD, Grade(passed=True, blended=81.0), "unchanged"),
        (GOOD, Grade(passed=True, blended=80.0), "regressed"),
        (BAD, Grade(passed=False, blended=55.0), "improved"),
    ],
)
def test_change_against_the_baseline(before, now, change):
    assert compare(before, now) == change


@pytest.mark.parametrize(
    ("grades", "regressions", "allowed", "code"),
    [
        ([GOOD, BAD], 0, 0, 0),
        ([GOOD, Grade(passed=False, critical=True, failure="draft_quality_error", judged=True)], 0, 0, 1),
        ([GOOD, BAD], 1, 0, 1),
        ([GOOD, BAD], 1, 1, 0),
        ([GOOD] * 4 + [SILENT], 0, 0, 0),
        ([GOOD] * 3 + [SILENT], 0, 0, 1),
        ([GOOD] + [DEAD] * 5, 0, 0, 0),
        ([DEAD, DEAD], 0, 0, 2),
        ([], 0, 0, 2),
    ],
)
def test_exit_code(grades, regressions, allowed, code):
    assert exit_code(grades, regressions=regressions, max_regressions=allowed) == code


def test_kinds_of_failure():
    assert is_unreached(["timeout", "schema_violation"])
    assert not is_unreached(["schema_violation", "incomplete_output"])
    assert quality_failure(passed=True, would_send=True) == ""
    assert quality_failure(passed=False, would_send=True) == "decision_error"
    assert quality_failure(passed=False, would_send=False) == "draft_quality_error"

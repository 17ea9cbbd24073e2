"""A verifier corrects; it does not write another text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.verification import RewriteLimits, change_ratio, changed_chars, discard_reason, line_change

pytestmark = pytest.mark.unit

LIMITS = RewriteLimits()
DRAFT = "Hi Dana,\n\n" + "The plan costs what we wrote. " * 20 + "\n\nDoes that help?\n\nPriya"


@pytest.mark.parametrize(
    ("final", "changed", "why"),
    [
        (DRAFT, False, ""),
        (DRAFT.replace("\n", "\r\n") + "  ", False, ""),
        (DRAFT.replace("Does that help?", "Is that of help?"), True, ""),
        (DRAFT, True, "changed_disagrees"),
        (DRAFT.replace("Dana", "Dora"), False, "changed_disagrees"),
        ("  \n", True, "blank"),
        ("x" * 6_001, True, "too_long"),
        ("Something else was written here. " * 22, True, "rewritten"),
        (DRAFT + "More and more. " * 70, True, "rewritten"),
    ],
)
def test_only_small_corrections_are_taken(final, changed, why):
    assert discard_reason(DRAFT, final, changed, LIMITS) == why


def test_many_changed_lines_are_another_text():
    draft = "\n".join(f"Line {number}" for number in range(6))
    final = "\n".join(f"Row {number}" if number < 4 else f"Line {number}" for number in range(6))

    assert line_change(draft, final) == (pytest.approx(4 / 6), 4)
    assert discard_reason(draft, final, True, LIMITS) == "rewritten"


def test_short_texts_may_change_wholly_below_three_lines():
    assert discard_reason("Yes.", "No, sorry.", True, LIMITS) == ""


@given(st.text(max_size=80), st.text(max_size=80))
def test_figures_keep_their_bounds(before, after):
    assert 0.0 <= change_ratio(before, after) <= 1.0
    assert changed_chars(before, after) <= len(before) + len(after)
    assert (changed_chars(before, after) == 0) == (before == after)
    assert discard_reason(before, before, False, LIMITS) in ("", "blank")

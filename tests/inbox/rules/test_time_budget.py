"""Sharing the time for one draft."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.time_budget import MAX_RESERVE, reserve_of, share_time

pytestmark = pytest.mark.unit


def test_everything_on_in_ninety_seconds():
    budget = share_time(90.0, signature=True, verification=True, gate=True)

    assert (budget.context_ends, budget.signature_ends) == (10.0, 19.0)
    assert budget.strategy_ends == pytest.approx(19.0 + 0.4 * 48.5)
    assert (budget.generation_ends, budget.verification_ends, budget.gate_ends) == (67.5, 78.75, 90.0)


def test_without_checks_nothing_is_kept_back():
    budget = share_time(120.0, strategy=False)

    assert (budget.strategy_ends, budget.generation_ends, budget.gate_ends) == (10.0, 120.0, 120.0)


@pytest.mark.parametrize(
    ("total", "reserve"), [(10.0, 8.0), (90.0, 22.5), (600.0, MAX_RESERVE), (3.0, 3.0), (-1.0, 0.0)]
)
def test_reserve_is_a_quarter_within_bounds(total, reserve):
    assert reserve_of(total) == reserve


@given(st.floats(-10, 1000), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_steps_follow_one_another_within_the_time(total, strategy, signature, verification, gate):
    budget = share_time(total, strategy=strategy, signature=signature, verification=verification, gate=gate)
    ends = [
        budget.context_ends,
        budget.signature_ends,
        budget.strategy_ends,
        budget.generation_ends,
        budget.verification_ends,
        budget.gate_ends,
    ]

    assert ends == pytest.approx(sorted(ends))
    assert ends[0] >= 0
    assert ends[-1] == max(total, 0.0)

"""Sharing the time for one draft."""

import pytest

from inbox.rules.time_budget import share_time

pytestmark = pytest.mark.unit


def test_strategy_gets_two_fifths_and_generation_the_rest():
    budget = share_time(90.0)

    assert (budget.strategy_ends, budget.generation_ends) == (36.0, 90.0)


def test_reserves_come_first():
    assert share_time(90.0, reserve_seconds=22.5).strategy_ends == pytest.approx(27.0)


@pytest.mark.parametrize(("total", "strategy"), [(9.9, True), (90.0, False)])
def test_a_step_without_enough_time_is_skipped(total, strategy):
    assert share_time(total, strategy=strategy).strategy_ends is None

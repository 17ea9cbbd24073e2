"""Ratios of the routing benchmark: middles, scatter, verdicts, comparison with an earlier run."""

import pytest

from assignment.benchmark.clock import Cost
from assignment.benchmark.targets import cost_ratio, fell_behind, floors_of, judge, ratio_of, targets


def test_a_ratio_is_the_middle_and_its_scatter_a_share_of_it():
    assert ratio_of([0.9, 1.0, 1.2, 0.8, 1.1]) == {"value": 1.0, "spread": 0.4}


def test_costs_are_compared_on_the_clock_and_in_processor_time():
    found = cost_ratio([Cost(clock=0.5, processor=0.8)] * 5)

    assert found == {"value": 0.5, "spread": 0.0, "processor_value": 0.8, "processor_spread": 0.0}


@pytest.mark.parametrize(
    ("number", "value", "spread", "verdict"),
    [
        ("P6", 0.80, 0.25, "met"),
        ("P6", 0.79, 0.0, "missed"),
        ("P6", 0.95, 0.26, "unsure"),
        ("P6", 0.10, 0.26, "unsure"),
        ("P13", 1.5, 0.1, "met"),
        ("P13", 1.6, 0.1, "missed"),
    ],
)
def test_what_scatters_neither_passes_nor_fails(number, value, spread, verdict):
    assert judge(number, {"value": value, "spread": spread}) == verdict


def test_workers_need_less_of_each_other_on_few_cores():
    assert (targets(2)["P3"].must, targets(4)["P3"].must) == (0.40, 0.60)
    assert (targets(2)["P7"].must, targets(4)["P7"].must) == (1.25, 2.0)


@pytest.mark.parametrize(
    ("number", "before", "now", "behind"),
    [("P6", 0.9, 0.7, True), ("P6", 0.9, 0.75, False), ("P13", 1.0, 1.3, True), ("P13", 1.0, 0.5, False)],
)
def test_an_earlier_run_is_missed_by_more_than_scatter(number, before, now, behind):
    assert fell_behind(number, {"value": before}, {"value": now}) is behind


def test_floors_of_the_contract():
    figures = {"leads_per_second": 60, "p95_ms": 501, "success": 1.0}

    assert floors_of("sequential", figures) == {"leads_per_second": True, "success": True, "p95_ms": False}
    assert floors_of("hammer", figures) == {}

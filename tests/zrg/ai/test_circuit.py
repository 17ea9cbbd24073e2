"""A provider that is down is left alone, and asked again by one call."""

import pytest

from zrg.ai.circuit import Circuit

pytestmark = pytest.mark.unit


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Circuit:
    circuit = Circuit(clock)
    assert [circuit.failed("a") for _ in range(5)] == [False] * 4 + [True]
    return circuit


def test_five_outages_in_a_row_open_it_for_a_minute():
    clock = Clock()
    circuit = opened(clock)

    assert (circuit.may_call("a"), circuit.may_call("b")) == (False, True)
    clock.now = 60.0
    assert [circuit.may_call("a"), circuit.may_call("a")] == [True, False]
    circuit.succeeded("a")
    assert [circuit.may_call("a"), circuit.failed("a")] == [True, False]


def test_an_answer_in_between_starts_the_count_anew():
    circuit = Circuit(Clock())
    for _ in range(4):
        circuit.failed("a")
    circuit.succeeded("a")

    assert [circuit.failed("a") for _ in range(4)] == [False] * 4


def test_each_failed_probe_doubles_the_pause_up_to_fifteen_minutes():
    clock = Clock()
    circuit = opened(clock)
    clock.now = 60.0
    assert circuit.may_call("a")
    pauses = []
    for _ in range(6):
        assert circuit.failed("a")
        began = clock.now
        while not circuit.may_call("a"):
            clock.now += 30
        pauses.append(clock.now - began)

    assert pauses == [120, 240, 480, 900, 900, 900]


def test_calls_under_way_when_it_opens_do_not_prolong_it():
    clock = Clock()
    circuit = opened(clock)

    assert [circuit.failed("a") for _ in range(8)] == [False] * 8
    clock.now = 60.0
    assert circuit.may_call("a")


def test_a_probe_without_outcome_is_given_up():
    clock = Clock()
    circuit = opened(clock)
    clock.now = 60.0
    assert circuit.may_call("a")

    clock.now = 179.0
    assert not circuit.may_call("a")
    clock.now = 180.0
    assert circuit.may_call("a")

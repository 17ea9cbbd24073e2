from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.rules.circuit import CLOSED, Circuit, after_result, closed_until

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def after(results: str, start: Circuit = CLOSED) -> Circuit:
    circuit = start
    for result in results:
        circuit = after_result(circuit, failed=result == "x", now=NOW)
    return circuit


@pytest.mark.parametrize(
    ("results", "state"),
    [
        ("", "closed"),
        ("xxxx", "closed"),
        ("xxxxx", "open"),
        ("xxxx.xxxx", "closed"),
        ("x." * 9 + "x.", "closed"),
        ("x." * 10 + "x", "open"),
        ("xxx." * 4, "closed"),
        ("xxx." * 5 + "x", "open"),
        ("xxxxx.", "closed"),
    ],
)
def test_when_a_circuit_opens(results: str, state: str) -> None:
    assert after(results).state == state


def test_open_time_doubles_up_to_a_quarter_of_an_hour() -> None:
    circuit, seconds = after("xxxxx"), []
    for _ in range(6):
        seconds.append(circuit.open_seconds)
        circuit = after_result(circuit, failed=True, now=NOW)

    assert seconds == [60, 120, 240, 480, 900, 900]


def test_calls_wait_until_the_circuit_may_be_probed() -> None:
    circuit = after("xxxxx")

    assert closed_until(circuit, NOW) == NOW + timedelta(seconds=60)
    assert closed_until(circuit, NOW + timedelta(seconds=60)) is None
    assert closed_until(CLOSED, NOW) is None


@given(st.text(alphabet="x.", max_size=80))
def test_success_always_closes(results: str) -> None:
    assert after(results + ".").state == "closed"

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.jobs.rules.backoff import backoff_seconds

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 64), (7, 128), (8, 256), (9, 512), (10, 900), (11, 900), (500, 900)],
)
def test_backoff_doubles_and_stops_at_the_cap(attempt, seconds):
    assert backoff_seconds(attempt, 0) == seconds


@pytest.mark.parametrize("attempt", [0, -1, -1000, 0.9, 1.99, float("-inf")])
def test_backoff_below_the_first_attempt_counts_as_the_first(attempt):
    assert backoff_seconds(attempt, 0) == 2


def test_backoff_floors_a_fractional_attempt():
    assert backoff_seconds(3.9, 0) == 8


def test_backoff_of_an_endless_attempt_is_the_cap():
    assert backoff_seconds(float("inf"), 0) == 900


def test_backoff_adds_the_jitter_in_seconds():
    assert backoff_seconds(4, 0.25) == 16.25


@given(st.integers(-50, 5000), st.floats(0, 1, exclude_max=True))
def test_backoff_stays_between_first_wait_and_cap(attempt, jitter):
    seconds = backoff_seconds(attempt, jitter)

    assert 2 <= seconds <= 900
    assert seconds <= backoff_seconds(attempt + 1, jitter)

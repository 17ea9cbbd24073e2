"""Processes that collide, and counts that come out exactly. `ROUTING_HAMMER_ATTEMPTS` says how many attempts."""

import os

import pytest

from assignment.benchmark import counting
from assignment.benchmark.scenarios import Options

pytestmark = pytest.mark.integration

ATTEMPTS = int(os.environ.get("ROUTING_HAMMER_ATTEMPTS", "400"))
LEADS = max(ATTEMPTS // 4, 100) + 3
OPTIONS = Options(count=LEADS, attempts=ATTEMPTS, workers=int(os.environ.get("ROUTING_HAMMER_WORKERS", "8")))


def test_every_lead_lands_where_its_hash_and_the_weights_say(committed_db):
    found = counting.weights(OPTIONS)

    assert (found["leads"], found["misplaced"]) == (LEADS, 0)
    assert (found["double_routes"], found["violations"]) == (0, [])
    assert sum(found["counts"].values()) == LEADS


def test_hard_11a_places_of_a_sequence_get_equal_shares_whoever_comes_first(committed_db):
    found = counting.rotation(OPTIONS)

    whole, rest = divmod(LEADS, 5)
    assert found["places"] == {place: whole + (place < rest) for place in range(5)}
    assert found["events"] == LEADS
    assert found["met"]

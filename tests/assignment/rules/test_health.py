"""Figures judged: the seven alerts and the states."""

import pytest

from assignment.rules.routing.health import SUMS, add_up, expiry_message, find_alerts, judge

pytestmark = pytest.mark.unit


def row(**values):
    return dict.fromkeys(SUMS, 0) | {"oldest_due_seconds": 0, "p95_ms_1h": None, "unroutable": {}} | values


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({}, []),
        ({"settled_15m": 17, "failed_15m": 3}, ["A1"]),
        ({"settled_15m": 16, "failed_15m": 3}, []),
        ({"settled_15m": 18, "failed_15m": 2}, []),
        ({"due": 501, "due_10m": 501}, ["A2"]),
        ({"due": 501, "due_10m": 500}, []),
        ({"lock_timeouts_5m": 11}, ["A3"]),
        ({"retries_30m": 51, "attempts_30m": 1_000}, ["A4"]),
        ({"retries_30m": 51, "attempts_30m": 1_100}, []),
        ({"stale_locks": 11, "stale_locks_5m": 11}, ["A5"]),
        ({"stale_locks": 11, "stale_locks_5m": 10}, []),
        ({"settled_1h": 50, "duplicates_1h": 11}, ["A6"]),
        ({"settled_1h": 49, "duplicates_1h": 11}, []),
    ],
)
def test_alerts(values, codes):
    assert [alert.code for alert in find_alerts(add_up([row(**values)]))] == codes


@pytest.mark.parametrize(
    ("values", "status", "reasons"),
    [
        ({}, "healthy", []),
        ({"due": 50}, "healthy", []),
        ({"due": 51}, "degraded", ["queue_depth"]),
        ({"due": 501}, "critical", ["queue_critical"]),
        ({"settled_15m": 5, "failed_15m": 1}, "degraded", ["failure_rate"]),
        ({"settled_15m": 50, "failed_15m": 20}, "critical", ["failure_spike"]),
        ({"stale_locks": 11}, "degraded", ["stale_locks"]),
    ],
)
def test_states(values, status, reasons):
    found = judge(add_up([row(**values)]))

    assert (found["status"], found["reasons"]) == (status, reasons)


def test_a_broken_promise_is_critical_and_asks_to_go_back():
    found = judge(add_up([row()]), violations=1)

    assert (found["status"], found["rollbackRecommended"]) == ("critical", True)


def test_workspaces_add_up():
    total = add_up([row(due=30, unroutable={"x": 1}), row(due=40, unroutable={"x": 2, "y": 1})])

    assert (total["due"], total["worst_due"], total["unroutable"]) == (70, 40, {"x": 3, "y": 1})


def test_expired_leads_are_told_once_a_day():
    assert expiry_message([row()]) is None
    few = expiry_message([row(workspace_id="a", expired_24h=3)], {"a": "Acme"})
    message = expiry_message(
        [row(workspace_id="a", expired_24h=3), row(workspace_id="b", expired_24h=101)], {"a": "Acme", "b": "Beta"}
    )
    assert few is not None
    assert message is not None
    assert few.text == "3 leads expired in 24 hours: Acme 3."
    assert message.text == "104 leads expired in 24 hours: Beta 101, Acme 3. More than usual."

"""Asking GoHighLevel whether a connection works, and the pace of each location."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from integrations.ghl.client import SPEC, check
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.clients import Account
from integrations.services.inspection import CHECKS, check_connection
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.factories.integrations import API_KEY
from tests.integrations.ghl.conftest import calls
from tests.integrations.ghl.payloads import LOCATION
from tests.support.client import no_context
from tests.support.simulator import RunningSimulator


def connected(**values: Any) -> Connection:
    values = {"external_account_id": LOCATION, "secrets": {"private_key": API_KEY}, **values}
    return ConnectionFactory(workspace=WorkspaceFactory(), provider="GHL", **values)


def asked(connection: Connection) -> ProviderResult:
    with no_context():
        return check(connection.workspace_id)


def test_check_lists_the_calendars(db: None, simulator: RunningSimulator) -> None:
    connection = connected()

    result = asked(connection)

    assert (result.ok, CHECKS["GHL"]) == (True, check)
    assert [(call["method"], call["path"], call["query"]) for call in calls(simulator)] == [
        ("GET", "/calendars/", {"locationId": LOCATION})
    ]
    connection.refresh_from_db()
    assert connection.status == "CONNECTED"


def test_refused_key_disconnects(db: None, simulator: RunningSimulator) -> None:
    simulator.state.ghl.add_key("pit-other-location", "anotherLocation00001")
    foreign = connected(secrets={"private_key": "pit-other-location"})
    wrong = connected(secrets={"private_key": "pit-wrong"}, external_account_id="anotherLocation00001")

    results = [asked(wrong), asked(foreign)]

    assert [(result.outcome, result.status, result.code) for result in results] == [
        ("failed", 401, "auth_failed"),
        ("failed", 403, "auth_failed"),
    ]
    foreign.refresh_from_db()
    assert foreign.status == "DISCONNECTED"


@pytest.mark.parametrize("values", [{"external_account_id": None}, {"secrets": {}}])
def test_incomplete_connection_calls_nobody(db: None, simulator: RunningSimulator, values: dict[str, Any]) -> None:
    result = asked(connected(**values))

    assert (result.outcome, result.code) == ("failed", "not_configured")
    assert calls(simulator) == []


def test_pace_is_kept_per_location(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GHL_REQUESTS_PER_10S", "2")
    here, there = (
        SPEC.throttle(Account(connection=connected(external_account_id=location), secrets={}))
        for location in (LOCATION, "anotherLocation00001")
    )
    assert here is not None
    assert there is not None

    with time_machine.travel(datetime(2026, 3, 5, 16, 41, 12, tzinfo=UTC), tick=False):
        waits = [here.wait(), here.wait(), here.wait(), there.wait()]

    assert waits == [0, 0, 8, 0]


def test_providers_without_a_check_say_so(db: None) -> None:
    connection = ConnectionFactory(workspace=WorkspaceFactory(), provider="LEAD_PUSH", secrets={})

    assert check_connection(connection).code == "not_configured"

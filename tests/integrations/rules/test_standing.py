"""How a connection stands, in words."""

import pytest

from integrations.enums import Code, ConnectionStatus
from integrations.rules.standing import standing, trouble

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("state", "label", "tone"),
    [
        ({"in_use": False}, "Not connected", "quiet"),
        ({"readable": False}, "Disconnected", "bad"),
        ({"complete": False}, "Incomplete", "warn"),
        ({"status": "UNKNOWN"}, "Not tested yet", "quiet"),
        ({"status": "CONNECTED"}, "Connected", "good"),
        ({"status": "DEGRADED"}, "Unreliable", "warn"),
        ({"status": "DISCONNECTED"}, "Disconnected", "bad"),
    ],
)
def test_states(state: dict[str, object], label: str, tone: str) -> None:
    usual = {"in_use": True, "complete": True, "readable": True, "status": "CONNECTED"}

    found = standing("SmartLead", **{**usual, **state})  # type: ignore[arg-type]

    assert (found.label, found.tone) == (label, tone)
    assert found.sentence.endswith(".")


@pytest.mark.parametrize("status", ConnectionStatus.values)
def test_every_status_has_words(status: str) -> None:
    assert standing("SmartLead", in_use=True, complete=True, readable=True, status=status).label


@pytest.mark.parametrize("code", [*Code.values, "something_new"])
def test_every_trouble_is_said_with_its_reason(code: str) -> None:
    said = trouble("SmartLead", code, "Plan expired.")

    assert said.endswith(".")
    assert ".." not in said
    assert "SmartLead" in said or "Plan expired" in said or "host" in said or "LinkedIn" in said


def test_trouble_without_a_reason() -> None:
    assert trouble("SmartLead", "bad_request", " ") == "SmartLead answered: no reason given."

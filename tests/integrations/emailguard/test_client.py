"""Mailbox look-ups over HTTP: only a clear "invalid" counts."""

import pytest

from integrations.emailguard.client import is_clearly_invalid, says_invalid
from integrations.emailguard.simulator import DEMO_API_KEY
from tests.support.simulator import RunningSimulator

DANA = "dana@northfork.example"


@pytest.fixture
def guarded(simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> RunningSimulator:
    monkeypatch.setenv("EMAILGUARD_API_KEY", DEMO_API_KEY)
    return simulator


@pytest.mark.unit
@pytest.mark.parametrize(
    ("body", "invalid"),
    [
        ({"data": {"status": "invalid"}}, True),
        ({"verdict": " INVALID "}, True),
        ({"result": "invalid"}, True),
        ({"data": {"status": "valid"}}, False),
        ({"data": {"status": "risky"}}, False),
        ({"data": {"status": "not invalid"}}, False),
        ({"message": "The email is invalid"}, False),
        ({"data": {"host": "Google"}}, False),
        ({"valid": False}, False),
        ({}, False),
        ([], False),
        (None, False),
        ("invalid", False),
    ],
)
def test_what_counts_as_invalid(body: object, invalid: bool) -> None:
    assert says_invalid(body) is invalid


@pytest.mark.django_db
def test_an_address_is_asked_about_once(guarded: RunningSimulator) -> None:
    guarded.state.emailguard.invalid.add(DANA)

    assert (is_clearly_invalid(DANA), is_clearly_invalid(" Dana@Northfork.example ")) == (True, True)
    assert (is_clearly_invalid("kim@northfork.example"), is_clearly_invalid("kim@northfork.example")) == (False, False)

    assert [entry["json"] for entry in guarded.requests("emailguard")] == [
        {"email": DANA},
        {"email": "kim@northfork.example"},
    ]


@pytest.mark.django_db
def test_without_a_key_nobody_is_asked(simulator: RunningSimulator) -> None:
    simulator.state.emailguard.invalid.add(DANA)

    assert is_clearly_invalid(DANA) is False
    assert simulator.requests("emailguard") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "respond",
    [
        {"status": 400, "body": {"status": "invalid"}},
        {"status": 401, "body": {"message": "Unauthenticated."}},
        {"status": 404, "body": {}},
        {"status": 422, "body": {"message": "The email field is invalid"}},
        {"status": 429, "body": {}},
        {"status": 500, "body": {"status": "invalid"}},
        {"status": 200, "body": "<html>invalid</html>"},
        {"status": 200, "body": {"data": {"unknown": 1}}},
        {"close": "before"},
        {"close": "after"},
    ],
)
def test_hard_02_mailbox_check_fails_open(guarded: RunningSimulator, respond: dict[str, object]) -> None:
    guarded.state.emailguard.invalid.add(DANA)
    guarded.script("emailguard", **respond)

    assert is_clearly_invalid(DANA) is False


@pytest.mark.django_db
def test_hard_02_mailbox_check_fails_open_on_a_timeout(
    guarded: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.emailguard.client.TIMEOUT_SECONDS", 0.2)
    guarded.state.emailguard.invalid.add(DANA)
    guarded.script("emailguard", delay_ms=600)

    assert is_clearly_invalid(DANA) is False


@pytest.mark.django_db
def test_an_error_is_not_remembered(guarded: RunningSimulator) -> None:
    guarded.state.emailguard.invalid.add(DANA)
    guarded.script("emailguard", status=500, body={})

    assert (is_clearly_invalid(DANA), is_clearly_invalid(DANA)) == (False, True)

"""Sending through Resend, over real HTTP."""

from typing import Any

import pytest

from integrations.models import Connection
from integrations.resend.client import SPEC, ResendClient, check
from integrations.resend.simulator import DEMO_API_KEY
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.support.simulator import RunningSimulator

OPS = "ops@northwind.example"


def refused(status: int, name: str, message: str = "no", **more: Any) -> dict[str, Any]:
    return {"status": status, "body": {"statusCode": status, "name": name, "message": message}, **more}


@pytest.fixture(autouse=True)
def _no_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESEND_REQUESTS_PER_S", "1000")


def connect(from_email: str = "Northwind <alerts@northwind.example>", **secrets: str) -> Connection:
    return ConnectionFactory(
        workspace=WorkspaceFactory(), provider="RESEND", secrets=secrets, config={"from_email": from_email}
    )


@pytest.fixture
def own(db: None) -> Connection:
    """A workspace with key and address of its own."""
    return connect(api_key=DEMO_API_KEY)


def mail(
    client: ResendClient, *, key: str = "key-1", to: tuple[str, ...] = ("ops@northwind.example",)
) -> ProviderResult:
    return client.send_email(to=to, subject="Call Requested", text="Lead: Lead One", idempotency_key=key)


def test_mail_is_sent_as_documented(own: Connection, simulator: RunningSimulator) -> None:
    result = mail(get_client(own.workspace_id, SPEC))

    (sent,) = simulator.state.resend.emails
    assert (result.outcome, result.data) == ("ok", sent["id"])
    (call,) = simulator.requests("resend")
    assert call["json"] == {
        "from": "Northwind <alerts@northwind.example>",
        "to": ["ops@northwind.example"],
        "subject": "Call Requested",
        "text": "Lead: Lead One",
    }
    assert call["headers"]["authorization"] == f"Bearer {DEMO_API_KEY}"
    assert call["headers"]["idempotency-key"] == "key-1"


def test_same_key_is_one_mail(own: Connection, simulator: RunningSimulator) -> None:
    client = get_client(own.workspace_id, SPEC)
    simulator.script("resend", "/emails", close="after")

    first, second = mail(client), mail(client)

    assert (first.outcome, first.code) == ("unknown", "network")
    assert (second.outcome, len(simulator.state.resend.emails)) == ("ok", 1)


def test_long_key_is_hashed(own: Connection, simulator: RunningSimulator) -> None:
    mail(get_client(own.workspace_id, SPEC), key="k" * 256)
    mail(get_client(own.workspace_id, SPEC), key="k" * 257)

    keys = [call["headers"]["idempotency-key"] for call in simulator.requests("resend")]
    assert keys[0] == "k" * 256
    assert (keys[1][:2], len(keys[1])) == ("h:", 66)


def test_key_and_address_are_independent(
    db: None, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESEND_API_KEY", f"{DEMO_API_KEY}\n")
    monkeypatch.setenv("RESEND_FROM_EMAIL", "ZRG <platform@zrg.example>")
    only_address, only_key, neither = connect("own@northwind.example"), connect("", api_key=DEMO_API_KEY), connect("")

    for connection in (only_address, only_key, neither):
        assert mail(get_client(connection.workspace_id, SPEC), key=str(connection.pk)).ok
    assert mail(get_client(WorkspaceFactory().pk, SPEC), key="none").ok
    assert mail(get_client(None, SPEC), key="platform").ok

    assert [sent["from"] for sent in simulator.state.resend.emails] == [
        "own@northwind.example",
        *["ZRG <platform@zrg.example>"] * 4,
    ]


def test_what_is_missing_is_named(db: None, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESEND_FROM_EMAIL", "platform@zrg.example")
    no_key = mail(get_client(None, SPEC))
    monkeypatch.setenv("RESEND_FROM_EMAIL", "")
    monkeypatch.setenv("RESEND_API_KEY", DEMO_API_KEY)
    no_sender = mail(get_client(None, SPEC))

    assert (no_key.code, no_key.message) == ("not_configured", "RESEND_API_KEY not configured")
    assert (no_sender.code, no_sender.message) == ("not_configured", "no sender address is configured")
    assert simulator.requests("resend") == []


def test_more_than_fifty_people_are_refused_here(own: Connection, simulator: RunningSimulator) -> None:
    many = tuple(f"p{number}@x.example" for number in range(51))

    assert mail(get_client(own.workspace_id, SPEC), to=many).code == "bad_request"
    assert simulator.requests("resend") == []


@pytest.mark.parametrize(
    ("respond", "outcome", "code"),
    [
        (refused(400, "validation_error"), "failed", "bad_request"),
        (refused(401, "missing_api_key"), "failed", "auth_failed"),
        (refused(401, "validation_error", "API key is invalid"), "failed", "auth_failed"),
        (refused(403, "invalid_api_key"), "failed", "auth_failed"),
        (refused(403, "validation_error", "The domain is not verified"), "failed", "sender_invalid"),
        (refused(409, "invalid_idempotent_request"), "failed", "conflict"),
        (refused(422, "validation_error"), "failed", "unprocessable"),
        (refused(429, "rate_limit_exceeded", headers={"Retry-After": "3"}), "failed", "rate_limited"),
        ({"status": 500, "body": {}}, "unknown", "provider_5xx"),
        ({"status": 200, "body": "gateway"}, "unknown", "invalid_response"),
        ({"close": "before"}, "unknown", "network"),
    ],
)
def test_outcomes(
    own: Connection, simulator: RunningSimulator, respond: dict[str, Any], outcome: str, code: str
) -> None:
    simulator.script("resend", "/emails", **respond)

    result = mail(get_client(own.workspace_id, SPEC))

    assert (result.outcome, result.code) == (outcome, code)
    assert simulator.state.resend.emails == []
    assert len(simulator.requests("resend")) == 1


def test_unverified_domain_leaves_the_connection_alone(own: Connection, simulator: RunningSimulator) -> None:
    simulator.state.resend.unverified.add("northwind.example")

    result = mail(get_client(own.workspace_id, SPEC))

    own.refresh_from_db()
    assert (result.code, own.status) == ("sender_invalid", "UNKNOWN")
    assert "northwind.example domain is not verified" in result.message


def test_lost_key_disconnects(own: Connection, simulator: RunningSimulator) -> None:
    simulator.state.resend.keys.clear()

    mail(get_client(own.workspace_id, SPEC))

    own.refresh_from_db()
    assert (own.status, own.last_error_code) == ("DISCONNECTED", "auth_failed")


def test_check_accepts_a_key_that_may_only_send(own: Connection, simulator: RunningSimulator) -> None:
    assert check(own.workspace_id).ok
    simulator.state.resend.sending_only.add(DEMO_API_KEY)
    assert check(own.workspace_id).ok
    simulator.state.resend.keys.clear()
    assert check(own.workspace_id).code == "auth_failed"

"""Calls to Unipile: what is sent, what errors mean, what they say about the connection."""

from typing import Any

import pytest

from integrations.models import Connection
from integrations.services.clients import get_client
from integrations.services.inspection import check_connection
from integrations.unipile.answers import explain, profile
from integrations.unipile.client import SPEC, UnipileClient
from integrations.unipile.owner import known_owner
from integrations.unipile.simulator import OWNER_ID
from integrations.unipile.types import ChatStarted, InmailBalance
from tests.integrations.unipile.payloads import ACCOUNT
from tests.support.simulator import RunningSimulator


@pytest.fixture
def client(northfork_linkedin: Connection, simulator: RunningSimulator) -> UnipileClient:
    simulator.state.unipile.add_account(ACCOUNT)
    return get_client(northfork_linkedin.workspace_id, SPEC)


def test_profile_as_documented(client: UnipileClient, simulator: RunningSimulator) -> None:
    simulator.state.unipile.person("dana-reyes", distance="FIRST_DEGREE", open_profile=True)

    result = client.get_profile("dana-reyes")

    (call,) = simulator.requests("unipile")
    assert (call["method"], call["path"], call["query"]) == (
        "GET",
        "/api/v1/users/dana-reyes",
        {"account_id": ACCOUNT},
    )
    assert call["headers"]["x-api-key"]
    assert (result.data.public_id, result.data.first_name, result.data.state, result.data.is_open) == (
        "dana-reyes",
        "Dana",
        "connected",
        True,
    )


@pytest.mark.parametrize(
    ("facts", "state", "is_open"),
    [
        ({"network_distance": "DISTANCE_1"}, "connected", False),
        ({"network_distance": "FIRST_DEGREE"}, "connected", False),
        ({"network_distance": "SELF"}, "connected", False),
        ({"specifics": {"network_distance": "DISTANCE_1"}}, "connected", False),
        ({"network_distance": "SECOND_DEGREE", "is_relationship": True}, "connected", False),
        ({"network_distance": "SECOND_DEGREE"}, "not_connected", False),
        ({"network_distance": "DISTANCE_2", "invitation": {"type": "SENT", "status": "PENDING"}}, "pending", False),
        ({"invitation": {"type": "RECEIVED", "status": "PENDING"}}, "not_connected", False),
        ({"invitation": {"type": "SENT", "status": "WITHDRAWN"}}, "not_connected", False),
        ({"pending_invitation": True}, "pending", False),
        ({"specifics": {"pending_invitation": {"status": "PENDING"}}}, "pending", False),
        ({"pending_invitation": False, "invitation": {}}, "not_connected", False),
        ({"is_open_profile": True}, "not_connected", True),
        ({"open_profile": True}, "not_connected", True),
        ({"specifics": {"open_profile": True}}, "not_connected", True),
    ],
)
def test_connection_is_read_in_any_shape(facts: dict[str, Any], state: str, is_open: bool) -> None:
    read = profile({"provider_id": "ACoAAB1cdEfGhIjKlMnOp", **facts})

    assert (read.state, read.is_open) == (state, is_open)


def test_message_and_invitation_as_documented(client: UnipileClient, simulator: RunningSimulator) -> None:
    dana = simulator.state.unipile.person("dana-reyes", distance="FIRST_DEGREE")["provider_id"]
    kim = simulator.state.unipile.person("kim")["provider_id"]

    sent = client.start_chat(dana, "Hello")
    by_inmail = client.start_chat(dana, "Hello", inmail_subject="Quick question")
    invited = client.invite(kim, "Hello")

    bodies = [entry["json"] for entry in simulator.requests("unipile", method="POST")]
    assert (sent.data, by_inmail.ok, invited.ok) == (
        ChatStarted(chat_id=f"chat_{dana[-8:]}", message_id="urn_00001"),
        True,
        True,
    )
    assert bodies == [
        {"account_id": ACCOUNT, "attendees_ids": [dana], "text": "Hello"},
        {
            "account_id": ACCOUNT,
            "attendees_ids": [dana],
            "text": "Hello",
            "subject": "Quick question",
            "linkedin": {"inmail": True},
        },
        {"account_id": ACCOUNT, "provider_id": kim, "message": "Hello"},
    ]
    assert client.get_inmail_balance().data == InmailBalance(premium=4)


def test_ids_cannot_reach_another_route(client: UnipileClient, simulator: RunningSimulator) -> None:
    client.get_profile("../chats?x=1")

    assert simulator.requests("unipile")[0]["path"] == "/api/v1/users/..%2Fchats%3Fx%3D1"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, {"type": "errors/disconnected_account", "title": "Disconnected account"}, "linkedin_disconnected"),
        (403, {"type": "errors/disconnected_account"}, "linkedin_disconnected"),
        (401, {"type": "errors/x", "detail": "Please reconnect the account"}, "linkedin_disconnected"),
        (401, {"type": "errors/x", "detail": "The account was DISCONNECTED"}, "linkedin_disconnected"),
        (401, {"type": "errors/invalid_credentials", "title": "Unauthorized"}, "auth_failed"),
        (403, {"type": "errors/account_restricted"}, "auth_failed"),
        (403, {"type": "errors/feature_not_subscribed"}, "payment_required"),
        (403, {"type": "errors/resource_access_restricted"}, "unprocessable"),
        (422, {"type": "errors/recipient_cannot_be_reached"}, "linkedin_unreachable"),
        (422, {"title": "This person cannot be reached"}, "linkedin_unreachable"),
        (422, {"detail": "Recipient is not reachable"}, "linkedin_unreachable"),
        (422, {"type": "errors/insufficient_credits"}, "payment_required"),
        (422, {"detail": "InMail balance is empty"}, "payment_required"),
        (402, {"title": "Payment required"}, "payment_required"),
        (422, {"type": "errors/already_invited_recently"}, "conflict"),
        (422, {"type": "errors/no_connection_with_recipient"}, "unprocessable"),
        (404, {"type": "errors/resource_not_found"}, "not_found"),
        (400, None, "bad_request"),
        (429, "slow down", "rate_limited"),
    ],
)
def test_errors_have_one_meaning_each(status: int, body: Any, code: str) -> None:
    found, said = explain(status, body)

    assert found == code
    assert said


# --- configuration and health ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("UNIPILE_DSN", "UNIPILE_DSN not configured"),
        ("UNIPILE_API_KEY", "UNIPILE_API_KEY not configured"),
    ],
)
def test_missing_environment_is_named(
    northfork_linkedin: Connection,
    simulator: RunningSimulator,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    message: str,
) -> None:
    monkeypatch.setenv(name, " \n")

    result = get_client(northfork_linkedin.workspace_id, SPEC).get_profile("dana-reyes")

    assert (result.outcome, result.code, result.message) == ("failed", "not_configured", message)
    assert simulator.requests("unipile") == []


def test_workspace_without_account_makes_no_call(
    granite_linkedin: Connection,
    simulator: RunningSimulator,
) -> None:
    Connection.objects.update(is_active=False)

    result = get_client(granite_linkedin.workspace_id, SPEC).get_profile("dana-reyes")

    assert (result.code, result.message) == ("not_configured", "Unipile is not connected")
    assert simulator.requests("unipile") == []


def test_address_may_come_without_scheme(northfork_linkedin: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNIPILE_DSN", "api8.unipile.example:13851/")
    monkeypatch.setenv("UNIPILE_API_KEY", "unip-key-0001")

    client = get_client(northfork_linkedin.workspace_id, SPEC)

    assert client._transport.base_url == "https://api8.unipile.example:13851/api/v1"


def test_hard_02_one_unreachable_person_is_not_the_account(
    client: UnipileClient,
    northfork_linkedin: Connection,
    simulator: RunningSimulator,
) -> None:
    dana = simulator.state.unipile.person("dana-reyes", distance="FIRST_DEGREE", reachable=False)
    client.get_profile("dana-reyes")

    result = client.start_chat(dana["provider_id"], "Hello")

    northfork_linkedin.refresh_from_db()
    assert (result.outcome, result.code) == ("failed", "linkedin_unreachable")
    assert (northfork_linkedin.status, northfork_linkedin.last_error_code) == ("CONNECTED", None)


def test_lost_account_disconnects(
    client: UnipileClient,
    northfork_linkedin: Connection,
    granite_linkedin: Connection,
    simulator: RunningSimulator,
) -> None:
    simulator.state.unipile.accounts[ACCOUNT] = False

    result = client.get_profile("dana-reyes")

    northfork_linkedin.refresh_from_db()
    granite_linkedin.refresh_from_db()
    assert (result.outcome, result.code) == ("failed", "linkedin_disconnected")
    assert (northfork_linkedin.status, northfork_linkedin.last_error_code) == (
        "DISCONNECTED",
        "linkedin_disconnected",
    )
    assert granite_linkedin.status == "UNKNOWN"


def test_wrong_key_gets_the_providers_own_answer(
    northfork_linkedin: Connection,
    simulator: RunningSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UNIPILE_API_KEY", "somebody-elses-key")

    result = check_connection(northfork_linkedin)

    northfork_linkedin.refresh_from_db()
    assert (result.code, result.status, northfork_linkedin.status) == ("auth_failed", 401, "DISCONNECTED")


def test_check_proves_key_and_account_and_learns_whose_it_is(
    client: UnipileClient, northfork_linkedin: Connection
) -> None:
    assert check_connection(northfork_linkedin).ok

    northfork_linkedin.refresh_from_db()
    assert northfork_linkedin.status == "CONNECTED"
    assert known_owner(northfork_linkedin.workspace_id, ACCOUNT) == OWNER_ID


def test_account_the_server_does_not_know(northfork_linkedin: Connection, simulator: RunningSimulator) -> None:
    assert check_connection(northfork_linkedin).code == "not_found"
    assert known_owner(northfork_linkedin.workspace_id, ACCOUNT) is None

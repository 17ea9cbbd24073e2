"""Every fault of every provider a message leaves by has one end state, and none sends it twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.models import Message
from inbox.services.channels.base import SendResult
from integrations.models import Connection
from leads.models import Lead
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.factories.integrations import API_KEY
from tests.factories.leads import LeadFactory
from tests.inbox.services.conftest import send_to
from tests.inbox.services.test_sending_smartlead_instantly import thread_at
from tests.integrations.ghl.payloads import LOCATION
from tests.integrations.unipile.payloads import ACCOUNT, CANONICAL
from tests.support.drain import drain

pytestmark = pytest.mark.django_db

PHONE = "+14155552671"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a message leaves: `path` of the call that sends it, `address` and `timeout` the provider's settings."""

    channel: str
    path: str
    address: str
    timeout: str
    lead: Callable[[Any, Any], Lead]


def _replied(provider: str) -> Callable[[Any, Any], Lead]:
    return lambda simulator, request: thread_at(provider).lead


def _texted(simulator: Any, request: Any) -> Lead:
    workspace = WorkspaceFactory()
    ConnectionFactory(
        workspace=workspace, provider="GHL", external_account_id=LOCATION, secrets={"private_key": API_KEY}
    )
    contact = simulator.state.ghl.add_contact(location_id=LOCATION, email="dana@northfork.example", phone=PHONE)
    return LeadFactory(workspace=workspace, email="dana@northfork.example", phone=PHONE, ghl_contact_id=contact["id"])


def _linked(simulator: Any, request: Any) -> Lead:
    simulator.state.unipile.add_account(ACCOUNT)
    simulator.state.unipile.person("dana-reyes", distance="FIRST_DEGREE")
    workspace = WorkspaceFactory()
    ConnectionFactory(workspace=workspace, provider="UNIPILE", external_account_id=ACCOUNT, secrets={})
    return LeadFactory(workspace=workspace, linkedin_url=CANONICAL)


WAYS = {
    "emailbison": Way(
        channel="email",
        path="/api/replies/*/reply",
        address="EMAILBISON_BASE_URL",
        timeout="EMAILBISON_TIMEOUT_MS",
        lead=lambda simulator, request: request.getfixturevalue("thread").lead,
    ),
    "smartlead": Way(
        channel="email",
        path="/api/v1/campaigns/*/reply-email-thread",
        address="SMARTLEAD_API_BASE",
        timeout="SMARTLEAD_TIMEOUT_MS",
        lead=_replied("smartlead"),
    ),
    "instantly": Way(
        channel="email",
        path="/api/v2/emails/reply",
        address="INSTANTLY_API_BASE",
        timeout="INSTANTLY_TIMEOUT_MS",
        lead=_replied("instantly"),
    ),
    "ghl": Way(
        channel="sms",
        path="/conversations/messages",
        address="GHL_API_BASE",
        timeout="GHL_FETCH_TIMEOUT_MS",
        lead=_texted,
    ),
    "unipile": Way(
        channel="linkedin", path="/api/v1/chats", address="UNIPILE_DSN", timeout="UNIPILE_TIMEOUT_MS", lead=_linked
    ),
}
# The others have no call that tells what was sent.
WITH_HISTORY = {"emailbison", "ghl"}
# What the provider does, then: state and code of the message, what ordering it again does.
FAULTS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "rate": (
        {"status": 429, "headers": {"Retry-After": "60"}, "body": {"message": "wait"}},
        "failed",
        "rate_limited",
        "sent",
    ),
    "refused": ({"status": 400, "body": {"message": "no"}}, "failed", "bad_request", "sent"),
    "unpaid": ({"status": 402, "body": {"message": "no credits"}}, "failed", "payment_required", "sent"),
    "down": ({"status": 503, "body": "down"}, "unknown", "provider_5xx", "outcome_unknown"),
    "broken": ({"status": 500, "body": {}}, "unknown", "provider_5xx", "outcome_unknown"),
    "redirect": (
        {"status": 302, "headers": {"Location": "/"}, "body": {}},
        "unknown",
        "invalid_response",
        "outcome_unknown",
    ),
    "page": ({"status": 200, "body": "<html>gateway</html>"}, "unknown", "invalid_response", "outcome_unknown"),
    "cut-before": ({"close": "before"}, "unknown", "network", "outcome_unknown"),
    "cut-after": ({"close": "after"}, "unknown", "network", "outcome_unknown"),
    "slow-before": ({"close": "before", "delay_ms": 1_300}, "unknown", "timeout", "outcome_unknown"),
    "slow-after": ({"delay_ms": 1_300}, "unknown", "timeout", "outcome_unknown"),
}


@pytest.fixture(params=WAYS)
def provider(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def lead(provider: str, simulator: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Lead:
    made = WAYS[provider].lead(simulator, request)
    monkeypatch.setenv(WAYS[provider].timeout, "1000")
    return made


def send(lead: Lead, provider: str) -> SendResult:
    """Order the same message; `mine` below is its row."""
    return send_to(lead, channel=WAYS[provider].channel, body="Tuesday at 3?")


def mine() -> tuple[str, str | None]:
    message = Message.objects.outbound().get(send_key="manual:1:part:0")
    return message.delivery_status, message.delivery_error_code


@pytest.mark.parametrize("fault", FAULTS)
def test_hard_02_unknown_never_retried_by_any_channel(lead: Lead, provider: str, simulator: Any, fault: str) -> None:
    respond, status, code, again = FAULTS[fault]
    simulator.script(provider, WAYS[provider].path, method="POST", **respond)

    first = send(lead, provider)
    state = mine()
    second = send(lead, provider)

    assert (first.status, first.code) == state == (status, code)
    # That its script was taken shows that the call arrived: a slow one is in the journal when it ends.
    assert simulator.state.scripts.waiting() == []
    assert (second.code or second.status) == again
    assert mine()[0] == ("sent" if again == "sent" else "unknown")
    calls = simulator.requests(provider, WAYS[provider].path, "POST")
    assert len(calls) <= (2 if again == "sent" else 1)
    assert Connection.objects.get().status != "DISCONNECTED"


@pytest.mark.parametrize(("close", "arrived"), [("after", True), ("before", False)])
def test_unknown_is_settled_by_the_history_where_there_is_one(
    lead: Lead, provider: str, simulator: Any, close: str, arrived: bool
) -> None:
    simulator.script(provider, WAYS[provider].path, method="POST", close=close)
    send(lead, provider)

    drain(until=timezone.now() + timedelta(minutes=5))

    found = arrived and provider in WITH_HISTORY
    assert mine()[0] == ("sent" if found else "unknown")
    assert len(simulator.requests(provider, WAYS[provider].path, "POST")) == 1


def test_lost_credential_fails_and_disconnects(lead: Lead, provider: str, simulator: Any) -> None:
    simulator.script(provider, WAYS[provider].path, method="POST", status=401, body={"message": "Unauthorized"})

    first = send(lead, provider)

    assert (first.status, first.code) == mine() == ("failed", "auth_failed")
    assert Connection.objects.get().status == "DISCONNECTED"
    assert len(simulator.requests(provider, WAYS[provider].path, "POST")) == 1


def test_provider_that_is_not_there_is_a_definite_failure(
    lead: Lead, provider: str, simulator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setenv(WAYS[provider].address, "http://127.0.0.1:9")
        first = send(lead, provider)
        state = mine()

    second = send(lead, provider)

    assert (first.status, first.code) == state == ("failed", "network")
    assert (second.status, mine()[0]) == ("sent", "sent")
    assert len(simulator.requests(provider, WAYS[provider].path, "POST")) == 1

"""The way to a member: which calls are made, in which order, and where it ends."""

from typing import Any

import pytest

from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.unipile.client import SPEC
from integrations.unipile.simulator import Person
from integrations.unipile.types import Delivery
from integrations.unipile.waterfall import send_linkedin
from tests.integrations.unipile.payloads import ACCOUNT
from tests.support.simulator import RunningSimulator

CHATS, INVITE = "/api/v1/chats", "/api/v1/users/invite"
NO_CREDIT = {"status": 422, "type": "errors/insufficient_credits", "title": "Insufficient credits"}


class Way:
    """One member, one account, and what was asked of the provider."""

    def __init__(self, connection: Connection, running: RunningSimulator):
        self._connection = connection
        self._running = running

    def person(self, **values: Any) -> Person:
        return self._running.state.unipile.person("dana-reyes", **values)

    def fails(self, path: str, **respond: Any) -> None:
        self._running.script("unipile", path, method="POST", **respond)

    def send(self, text: str = "Hello", **values: Any) -> ProviderResult:
        client = get_client(self._connection.workspace_id, SPEC)
        return send_linkedin(client, person="dana-reyes", text=text, **values)

    @property
    def calls(self) -> list[str]:
        return [f"{one['method']} {one['path'].removeprefix('/api/v1')}" for one in self._running.requests("unipile")]

    @property
    def posted(self) -> list[dict[str, Any]]:
        return [one["json"] for one in self._running.requests("unipile", method="POST")]


LOOK = "GET /users/dana-reyes"


@pytest.fixture
def way(northfork_linkedin: Connection, simulator: RunningSimulator) -> Way:
    simulator.state.unipile.add_account(ACCOUNT)
    return Way(northfork_linkedin, simulator)


def test_connected_gets_a_message(way: Way) -> None:
    dana = way.person(distance="FIRST_DEGREE", open_profile=True)

    result = way.send("x" * 1_000, allow_inmail=True)

    assert way.calls == [LOOK, "POST /chats"]
    assert result.ok
    assert result.data == Delivery(
        id="urn_00001",
        chat_id=f"chat_{dana['provider_id'][-8:]}",
        kind="dm",
        state="connected",
        member_id=dana["provider_id"],
    )
    assert way.posted[0]["text"] == "x" * 1_000


def test_pending_invitation_ends_it(way: Way) -> None:
    way.person(invitation={"type": "SENT", "status": "PENDING"}, open_profile=True)

    result = way.send(allow_inmail=True)

    assert (result.outcome, result.code, result.message) == ("failed", "conflict", "Connection request is pending")
    assert (way.calls, result.data.state, result.data.kind) == ([LOOK], "pending", None)


def test_stranger_gets_an_invitation_with_the_text(way: Way) -> None:
    dana = way.person()

    result = way.send("x" * 300)

    assert way.calls == [LOOK, "POST /users/invite"]
    assert (result.ok, result.data.kind, result.data.state, result.data.id) == (
        True,
        "connection_request",
        "pending",
        None,
    )
    assert way.posted == [{"account_id": ACCOUNT, "provider_id": dana["provider_id"], "message": "x" * 300}]


def test_note_is_never_cut(way: Way) -> None:
    way.person()

    result = way.send("x" * 301)

    assert (result.outcome, result.code, result.message) == ("failed", "bad_request", "note too long")
    assert way.calls == [LOOK]


def test_open_profile_gets_an_inmail_where_a_person_ordered_it(way: Way) -> None:
    way.person(open_profile=True)

    result = way.send("x" * 1_000, allow_inmail=True)

    assert way.calls == [LOOK, "POST /chats"]
    assert (result.ok, result.data.kind, result.data.subject, result.data.id) == (
        True,
        "inmail",
        "Quick question",
        "urn_00001",
    )
    assert (way.posted[0]["subject"], way.posted[0]["linkedin"]) == ("Quick question", {"inmail": True})


def test_inmail_takes_the_subject_given(way: Way) -> None:
    way.person(open_profile=True)

    way.send(allow_inmail=True, subject="About Tuesday")

    assert way.posted[0]["subject"] == "About Tuesday"


def test_no_inmail_unless_allowed(way: Way) -> None:
    way.person(open_profile=True)

    assert way.send().data.kind == "connection_request"
    assert way.calls == [LOOK, "POST /users/invite"]


@pytest.mark.parametrize(
    "refused",
    [
        {"status": 402, "body": {"status": 402, "title": "Payment required"}},
        {"status": 422, "body": NO_CREDIT},
        {"status": 422, "body": {"status": 422, "type": "errors/x", "detail": "Your InMail balance is used up"}},
        {"status": 403, "body": {"status": 403, "type": "errors/feature_not_subscribed"}},
    ],
)
def test_unpaid_inmail_becomes_an_invitation(way: Way, refused: dict[str, Any]) -> None:
    way.person(open_profile=True)
    way.fails(CHATS, **refused)

    result = way.send(allow_inmail=True)

    assert way.calls == [LOOK, "POST /chats", "POST /users/invite"]
    assert (result.ok, result.data.kind, result.data.subject) == (True, "connection_request", None)


def test_used_up_credits_at_the_provider(way: Way, simulator: RunningSimulator) -> None:
    way.person(open_profile=True)
    simulator.state.unipile.balance["premium"] = 0

    assert way.send(allow_inmail=True).data.kind == "connection_request"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (422, {"type": "errors/recipient_cannot_be_reached"}, "linkedin_unreachable"),
        (422, {"type": "errors/not_allowed_inmail"}, "unprocessable"),
        (429, {"title": "Too many requests"}, "rate_limited"),
        (401, {"type": "errors/disconnected_account"}, "linkedin_disconnected"),
    ],
)
def test_inmail_refused_for_another_reason_ends_it(way: Way, status: int, body: dict[str, Any], code: str) -> None:
    way.person(open_profile=True)
    way.fails(CHATS, status=status, body=body, times=9, headers={"Retry-After": "60"})

    result = way.send(allow_inmail=True)

    assert (result.outcome, result.code) == ("failed", code)
    assert way.calls == [LOOK, "POST /chats"]


def test_stop_that_came_between_forbids_the_second_way(way: Way) -> None:
    way.person(open_profile=True)
    way.fails(CHATS, status=402, body={})

    result = way.send(allow_inmail=True, may_go_on=lambda: False)

    assert (result.outcome, result.code) == ("failed", "payment_required")
    assert way.calls == [LOOK, "POST /chats"]


UNKNOWN = [{"close": "after"}, {"close": "before"}, {"status": 500, "body": {}}, {"status": 200, "body": "broken"}]


@pytest.mark.parametrize("respond", UNKNOWN)
@pytest.mark.parametrize(
    ("stage", "person", "calls"),
    [
        (CHATS, {"distance": "FIRST_DEGREE"}, [LOOK, "POST /chats"]),
        (CHATS, {"open_profile": True}, [LOOK, "POST /chats"]),
        (INVITE, {}, [LOOK, "POST /users/invite"]),
    ],
)
def test_hard_02_waterfall_stops_on_unknown(
    way: Way, respond: dict[str, Any], stage: str, person: dict[str, Any], calls: list[str]
) -> None:
    way.person(**person)
    way.fails(stage, **respond)

    result = way.send(allow_inmail=True)

    assert result.outcome == "unknown"
    assert way.calls == calls
    assert result.data.kind == {"/api/v1/chats": "dm" if "distance" in person else "inmail"}.get(
        stage, "connection_request"
    )


def test_hard_02_unknown_after_an_unpaid_inmail_ends_it(way: Way) -> None:
    way.person(open_profile=True)
    way.fails(CHATS, status=402, body={})
    way.fails(INVITE, close="after")

    result = way.send(allow_inmail=True)

    assert (result.outcome, result.data.kind) == ("unknown", "connection_request")
    assert way.calls == [LOOK, "POST /chats", "POST /users/invite"]


def test_profile_that_cannot_be_read_ends_it(way: Way, simulator: RunningSimulator) -> None:
    simulator.script("unipile", "/api/v1/users/*", status=500, body={}, times=3)

    result = way.send()

    assert (result.outcome, result.code, result.data) == ("failed", "provider_5xx", Delivery())
    assert way.calls == [LOOK]


def test_member_who_does_not_exist(way: Way) -> None:
    way.person(exists=False)

    assert (way.send().code, way.calls) == ("not_found", [LOOK])


def test_invitation_the_provider_had_already(way: Way) -> None:
    way.person()
    way.fails(INVITE, status=422, body={"type": "errors/already_invited_recently", "title": "Already invited"})

    result = way.send()

    assert (result.outcome, result.code, result.data.state) == ("failed", "conflict", "pending")

"""POST /api/webhooks/calendly/<workspace>: order of checks, answers, what is kept."""

import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse

from integrations import registry
from integrations.calendly.signature import sign
from integrations.contracts import BookingChange
from integrations.models import Connection
from integrations.services.processing import process
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.integrations.calendly.conftest import SIGNING_KEY
from tests.support.client import ZrgClient
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.models import Workspace

EVENT = "https://api.calendly.com/scheduled_events/EV1"
INVITEE = f"{EVENT}/invitees/IN1"
CREATED_AT = "2026-03-05T17:02:00.000000Z"


def envelope(**values: Any) -> dict[str, Any]:
    payload = {"uri": INVITEE, "email": "dana@northfork.example", "name": "Dana Reyes", "event": EVENT}
    return {"event": "invitee.created", "created_at": CREATED_AT, "payload": payload, **values}


def post(
    client: ZrgClient, workspace: Any, payload: Any, *, key: str | None = SIGNING_KEY, age: int = 0
) -> HttpResponse:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    timestamp = str(int(time.time()) - age)
    headers = {"calendly-webhook-signature": f"t={timestamp},v1={sign(key, timestamp, body)}"} if key else {}
    return client.post(f"/api/webhooks/calendly/{workspace}", body, content_type="application/json", headers=headers)


@pytest.fixture
def received() -> Iterator[list[BookingChange]]:
    """What the receiver of bookings is given, whichever app registers it."""
    found: list[BookingChange] = []
    registered = registry._receivers.pop(BookingChange, None)

    def note(change: BookingChange) -> str:
        found.append(change)
        return "processed"

    registry.register_receiver(BookingChange, note)
    try:
        yield found
    finally:
        del registry._receivers[BookingChange]
        if registered:
            registry._receivers[BookingChange] = registered


def test_signed_call_is_kept(subscribed: Connection, client: ZrgClient) -> None:
    response = post(client, subscribed.workspace_id, envelope())

    event = WebhookEvent.objects.get()
    assert (response.status_code, response.json()) == (202, {"ok": True})
    assert (event.workspace_id, event.connection_id) == (subscribed.workspace_id, subscribed.pk)
    assert event.dedupe_key == f"calendly:{subscribed.workspace_id}:invitee.created:{INVITEE}:{CREATED_AT}"
    assert (event.provider, event.event_type, event.priority) == ("CALENDLY", "invitee.created", 10)
    assert (event.status, event.verified, event.lead_email) == (EventStatus.PENDING, True, "dana@northfork.example")
    assert event.payload == envelope()


def test_same_call_again_is_a_duplicate(subscribed: Connection, client: ZrgClient) -> None:
    post(client, subscribed.workspace_id, envelope())

    again = post(client, subscribed.workspace_id, envelope())

    assert (again.status_code, again.json()) == (200, {"ok": True, "duplicate": True})
    assert WebhookEvent.objects.get().redelivered_count == 1


def test_every_change_of_one_booking_is_an_event(subscribed: Connection, client: ZrgClient) -> None:
    no_show = {"event": "invitee_no_show.created", "created_at": CREATED_AT, "payload": {"invitee": INVITEE}}
    nested = {"invitee": {"uri": f"{EVENT}/invitees/IN2", "email": "lee@harbor.example"}}
    for call in (
        envelope(),
        envelope(event="invitee.canceled"),
        envelope(created_at="2026-03-05T17:03:00.000000Z"),
        no_show,
        envelope(payload=nested),
    ):
        assert post(client, subscribed.workspace_id, call).status_code == 202

    head = f"calendly:{subscribed.workspace_id}"
    assert sorted(WebhookEvent.objects.values_list("dedupe_key", flat=True)) == sorted(
        [
            f"{head}:invitee.created:{INVITEE}:{CREATED_AT}",
            f"{head}:invitee.canceled:{INVITEE}:{CREATED_AT}",
            f"{head}:invitee.created:{INVITEE}:2026-03-05T17:03:00.000000Z",
            f"{head}:invitee_no_show.created:{INVITEE}:{CREATED_AT}",
            f"{head}:invitee.created:{EVENT}/invitees/IN2:{CREATED_AT}",
        ]
    )


@pytest.mark.parametrize("missing", ["event", "created_at", "payload"])
def test_call_without_a_part_of_its_key_goes_by_its_body(
    subscribed: Connection, client: ZrgClient, missing: str
) -> None:
    call = {name: value for name, value in envelope().items() if name != missing}

    answers = [post(client, subscribed.workspace_id, call).status_code for _ in range(2)]

    assert answers == [202, 200]
    assert WebhookEvent.objects.get().dedupe_key.startswith(f"calendly:{subscribed.workspace_id}:sha256:")


def test_two_workspaces_keep_the_same_call_apart(subscribed: Connection, client: ZrgClient) -> None:
    other = ConnectionFactory(
        workspace=WorkspaceFactory(),
        provider="CALENDLY",
        secrets={"access_token": "calendly-token-2", "webhook_signing_key": SIGNING_KEY},
    )

    assert [post(client, one.workspace_id, envelope()).status_code for one in (subscribed, other)] == [202, 202]


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"key": None}, "missing_signature"),
        ({"key": "another-key-of-somebody-else"}, "signature_mismatch"),
        ({"age": 301}, "timestamp_out_of_tolerance"),
    ],
)
def test_call_that_proves_nothing_is_refused(
    subscribed: Connection, client: ZrgClient, how: dict[str, Any], reason: str
) -> None:
    response = post(client, subscribed.workspace_id, envelope(), **how)

    assert (response.status_code, response.json()) == (401, {"error": "Unauthorized", "reason": reason})
    assert not WebhookEvent.objects.exists()


def test_key_of_the_environment_stands_in(
    connected: Connection, client: ZrgClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALENDLY_WEBHOOK_SIGNING_KEY", " whsec_shared\n")

    refused = post(client, connected.workspace_id, envelope(), key=None)
    accepted = post(client, connected.workspace_id, envelope(), key="whsec_shared")

    assert (refused.status_code, accepted.status_code) == (401, 202)
    assert WebhookEvent.objects.get().verified is True


def test_order_of_checks(subscribed: Connection, client: ZrgClient) -> None:
    too_large = post(client, uuid4(), b"x" * (256 * 1024 + 1), key=None)
    nobody = post(client, uuid4(), b"{", key=None)
    no_uuid = post(client, "northfork", b"{", key=None)
    unsigned = post(client, subscribed.workspace_id, b"{", key=None)
    no_json = post(client, subscribed.workspace_id, b"{")
    no_object = post(client, subscribed.workspace_id, b"[1]")

    assert (too_large.status_code, too_large.json()) == (413, {"error": "Payload too large"})
    assert (nobody.status_code, nobody.json()) == (404, {"error": "Unknown workspace"})
    assert (no_uuid.status_code, no_uuid.json()) == (404, {"error": "Unknown workspace"})
    assert unsigned.status_code == 401
    assert (no_json.status_code, no_json.json()) == (400, {"error": "Invalid JSON"})
    assert no_object.status_code == 400
    assert not WebhookEvent.objects.exists()


def test_body_at_the_limit_is_read(subscribed: Connection, client: ZrgClient) -> None:
    empty = len(json.dumps(envelope(filler="")))
    filled = envelope(filler="x" * (256 * 1024 - empty))

    assert post(client, subscribed.workspace_id, filled).status_code == 202


def test_disabled_connection_is_ignored(subscribed: Connection, client: ZrgClient) -> None:
    Connection.objects.filter(pk=subscribed.pk).update(is_active=False, secrets="")

    response = post(client, subscribed.workspace_id, envelope(), key=None)

    assert (response.status_code, response.json()["reason"]) == (200, "connection_inactive")
    assert not WebhookEvent.objects.exists()


def test_get_answers_and_other_methods_are_refused(subscribed: Connection, client: ZrgClient) -> None:
    url = f"/api/webhooks/calendly/{subscribed.workspace_id}"

    assert (client.get(url).status_code, client.get(url).json()["ok"]) == (200, True)
    assert client.put(url).status_code == 405


def test_signed_call_reaches_the_receiver_as_verified(
    subscribed: Connection, client: ZrgClient, received: list[BookingChange]
) -> None:
    post(client, subscribed.workspace_id, envelope())

    outcome = process(WebhookEvent.objects.get())

    assert outcome == "processed"
    assert [(one.verified, one.event_type, one.envelope) for one in received] == [(True, "invitee.created", envelope())]


def test_hard_02_unsigned_calendly_is_a_hint(
    connected: Connection,
    acme: Workspace,
    subscribed: Connection,
    client: ZrgClient,
    received: list[BookingChange],
) -> None:
    """Without a key a call is kept as unverified and says so to its receiver; where nobody could ask Calendly
    it reaches no receiver at all; and whoever has a key takes nothing unsigned.
    """
    answers = [
        post(client, workspace_id, envelope(), key=None).status_code
        for workspace_id in (connected.workspace_id, acme.pk, subscribed.workspace_id)
    ]

    events = {event.workspace_id: event for event in WebhookEvent.objects.all()}
    assert answers == [202, 202, 401]
    assert {workspace_id: event.verified for workspace_id, event in events.items()} == {
        connected.workspace_id: False,
        acme.pk: False,
    }
    assert process(events[acme.pk]) == "ignored:unverifiable"
    assert received == []
    assert process(events[connected.workspace_id]) == "processed"
    assert [(one.workspace_id, one.verified) for one in received] == [(connected.workspace_id, False)]


def test_unsigned_call_does_not_prove_the_connection_works(connected: Connection, client: ZrgClient) -> None:
    post(client, connected.workspace_id, envelope(), key=None)

    connected.refresh_from_db()
    assert (connected.status, connected.last_ok_at) == ("UNKNOWN", None)
    assert connected.last_webhook_at is not None

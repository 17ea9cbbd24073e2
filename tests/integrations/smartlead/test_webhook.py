"""POST /api/webhooks/smartlead: order of checks, secret, keys, answers."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from integrations.models import Connection
from tests.integrations.smartlead.payloads import PATH, REPLY, SECRET, SENT, STATS_ID, UNSUBSCRIBED, call, without
from tests.support.client import ZrgClient
from zrg.jobs.models import WebhookEvent
from zrg.lib.hashing import sha

AUTHORIZED = {"authorization": f"Bearer {SECRET}"}


def post(client: ZrgClient, payload: Any, named: object, headers: dict[str, str] | None = None) -> HttpResponse:
    path = f"{PATH}?clientId={named}" if named is not None else PATH
    return client.post(
        path, payload, content_type="application/json", headers=AUTHORIZED if headers is None else headers
    )


def refused(response: HttpResponse) -> tuple[int, dict[str, Any]]:
    assert not WebhookEvent.objects.exists()
    return response.status_code, response.json()


def key_of(client: ZrgClient, connection: Connection, payload: dict[str, Any]) -> str:
    """The part of the stored key behind provider, workspace and type."""
    assert post(client, payload, connection.workspace_id).json()["queued"] is True
    key = WebhookEvent.objects.order_by("-created_at").values_list("dedupe_key", flat=True)[0]
    return key.removeprefix(f"smartlead:{connection.workspace_id}:{payload['event_type']}:")


def test_reply_is_kept_and_answered(harbor: Connection, client: ZrgClient) -> None:
    response = post(client, call(), harbor.workspace_id)

    event = WebhookEvent.objects.get()
    assert (response.status_code, response.json()) == (
        200,
        {"success": True, "queued": True, "event_id": str(event.pk), "event_type": "EMAIL_REPLY"},
    )
    assert (event.workspace_id, event.connection_id, event.priority) == (harbor.workspace_id, harbor.pk, 10)
    assert (event.lead_email, event.sender_email, event.campaign_id) == (
        "dana@northfork.example",
        "priya@outbound.example",
        "88410",
    )
    assert event.payload == call()


def test_redelivery_is_deduped(harbor: Connection, client: ZrgClient) -> None:
    post(client, call(), harbor.workspace_id)

    second = post(client, call(), harbor.workspace_id).json()

    assert (second["queued"], second["deduped"]) == (False, True)
    assert WebhookEvent.objects.get().redelivered_count == 1


def test_get_describes_the_endpoint(db: None, client: ZrgClient) -> None:
    assert client.get(PATH).json() == {"status": "ok", "endpoint": "smartlead"}


# --- order of checks: size, clientId, workspace, provider, JSON, secret, event, fields -------------------


def test_too_large_before_everything(db: None, client: ZrgClient, settings: Settings) -> None:
    settings.WEBHOOK_MAX_BODY_BYTES = 10

    assert refused(post(client, call(), None)) == (413, {"error": "Payload too large"})


@pytest.mark.parametrize("named", [None, "", "  "])
def test_client_id_is_demanded_before_the_body_is_read(harbor: Connection, client: ZrgClient, named: Any) -> None:
    assert refused(post(client, "{", named, {})) == (400, {"error": "Missing clientId"})


@pytest.mark.parametrize("named", [uuid4(), "not-a-uuid", "00000000", "é"])
def test_unknown_workspace(harbor: Connection, client: ZrgClient, named: Any) -> None:
    assert refused(post(client, "{", named, {})) == (404, {"error": "Client not found"})


def test_workspace_of_another_provider_is_ignored(northfork: Connection, client: ZrgClient) -> None:
    answer = refused(post(client, "{", northfork.workspace_id, {}))

    assert answer == (200, {"success": True, "ignored": True, "reason": "provider_mismatch"})


def test_inactive_connection_is_ignored(harbor: Connection, client: ZrgClient) -> None:
    Connection.objects.filter(pk=harbor.pk).update(is_active=False, secrets="")

    assert refused(post(client, call(), harbor.workspace_id))[1]["reason"] == "provider_mismatch"


@pytest.mark.parametrize("body", ["", "{", "[1]", "null", b"\xff\xfe{}"])
def test_json_is_read_before_the_secret(harbor: Connection, client: ZrgClient, body: Any) -> None:
    answer = refused(post(client, body, harbor.workspace_id, {}))

    assert answer == (400, {"error": "Invalid JSON payload"})


@pytest.mark.parametrize(
    ("headers", "in_body"),
    [
        ({}, None),
        ({"authorization": "Bearer wrong"}, None),
        ({"authorization": f"Basic {SECRET}"}, None),
        ({"x-smartlead-secret": SECRET[:-1]}, None),
        ({"x-instantly-secret": SECRET}, None),
        ({}, "wrong"),
        ({}, ["slhook-71c3e5a9d2b84f06a1c7e3d5"]),
    ],
)
def test_wrong_secret(harbor: Connection, client: ZrgClient, headers: dict[str, str], in_body: Any) -> None:
    payload = call(event_type="NOBODY_KNOWS", secret_key=in_body)

    assert refused(post(client, payload, harbor.workspace_id, headers)) == (401, {"error": "Unauthorized"})


@pytest.mark.parametrize(
    ("headers", "in_body"),
    [
        (AUTHORIZED, None),
        ({"authorization": f"bearer  {SECRET} "}, None),
        ({"x-smartlead-secret": f" {SECRET} "}, None),
        ({}, f"{SECRET}\n"),
        ({"authorization": "Bearer of something else"}, SECRET),
    ],
)
def test_secret_in_each_place(harbor: Connection, client: ZrgClient, headers: dict[str, str], in_body: Any) -> None:
    response = post(client, call(secret_key=in_body), harbor.workspace_id, headers)

    assert response.json()["queued"] is True


def test_no_secret_configured_lets_nobody_in(harbor: Connection, client: ZrgClient) -> None:
    Connection.objects.filter(pk=harbor.pk).update(secrets="")

    for payload in (call(), call(secret_key="")):
        assert refused(post(client, payload, harbor.workspace_id)) == (401, {"error": "Unauthorized"})


def test_unreadable_credential_asks_to_come_back(harbor: Connection, client: ZrgClient) -> None:
    Connection.objects.filter(pk=harbor.pk).update(secrets="gAAAA-lost")

    response = post(client, call(), harbor.workspace_id)

    harbor.refresh_from_db()
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert (harbor.status, harbor.last_error_code) == ("DISCONNECTED", "auth_failed")
    assert not WebhookEvent.objects.exists()


def test_hard_02_secret_not_in_raw(harbor: Connection, client: ZrgClient) -> None:
    post(client, call(secret_key=SECRET), harbor.workspace_id, {})

    event = WebhookEvent.objects.get()
    assert event.payload == call()
    assert SECRET not in json.dumps([str(value) for value in vars(event).values()])


@pytest.mark.parametrize("kind", ["EMAIL_OPEN", "EMAIL_BOUNCE", "email_reply", None, 7, "", {}])
def test_events_nobody_processes_are_ignored(harbor: Connection, client: ZrgClient, kind: Any) -> None:
    status, body = refused(post(client, call(event_type=kind), harbor.workspace_id))

    assert (status, body["ignored"], body["reason"]) == (200, True, "unknown_event_type")


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (without(REPLY, "campaign_id"), "Missing campaign_id or stats_id"),
        (without(REPLY, "stats_id"), "Missing campaign_id or stats_id"),
        (call(stats_id=True), "Missing campaign_id or stats_id"),
        (call(campaign_id=1.5), "Missing campaign_id or stats_id"),
        (without(REPLY, "lead_correspondence", "sl_lead_email", "from_email"), "Missing lead email"),
        (without(SENT, "campaign_id"), "Missing campaign_id"),
        (without(SENT, "sl_lead_email", "to_email"), "Missing lead email"),
        (without(UNSUBSCRIBED, "sl_lead_email"), "Missing lead email"),
        (call(without(UNSUBSCRIBED, "sl_lead_email"), from_email="a@b.example"), "Missing lead email"),
    ],
)
def test_missing_fields(harbor: Connection, client: ZrgClient, payload: dict[str, Any], error: str) -> None:
    assert refused(post(client, payload, harbor.workspace_id)) == (400, {"error": error})


# --- keys --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "ref"),
    [
        (REPLY, f"88410:{STATS_ID}:<CAF77@mail.example>"),
        (without(REPLY, "reply_message"), f"88410:{STATS_ID}:2026-03-05T16:41:03.000Z"),
        (call(without(REPLY, "reply_message"), event_timestamp=1772728863), f"88410:{STATS_ID}:1772728863"),
        (
            call(without(REPLY, "reply_message", "event_timestamp"), time_replied="2026-03-05"),
            f"88410:{STATS_ID}:2026-03-05",
        ),
        (
            call(without(REPLY, "reply_message", "event_timestamp"), message_id="<m>", reply_body="Yes"),
            f"88410:{STATS_ID}:{sha('<m>Yes')[:16]}",
        ),
        (SENT, f"88410:{STATS_ID}:1"),
        (call(without(SENT, "stats_id", "sequence_number"), message_id="<m>"), "88410:<m>:-"),
        (
            without(SENT, "stats_id", "sent_message"),
            "88410:2026-03-04T14:02:00.000Z:dana@northfork.example:1",
        ),
        (UNSUBSCRIBED, "88410:dana@northfork.example"),
        (without(UNSUBSCRIBED, "campaign_id"), "-:dana@northfork.example"),
    ],
)
def test_reference(harbor: Connection, client: ZrgClient, payload: dict[str, Any], ref: str) -> None:
    assert key_of(client, harbor, payload) == ref


def test_two_sends_of_one_second_are_two_events(harbor: Connection, client: ZrgClient) -> None:
    bare = without(SENT, "stats_id", "sent_message", "sequence_number")
    for address in ("dana@northfork.example", "lee@harbor.example"):
        post(client, call(bare, sl_lead_email=address, to_email=address), harbor.workspace_id)

    assert WebhookEvent.objects.count() == 2


def test_hard_02_dedupe_key_has_workspace(harbor: Connection, client: ZrgClient) -> None:
    post(client, call(), harbor.workspace_id)

    key = WebhookEvent.objects.get().dedupe_key
    assert key == f"smartlead:{harbor.workspace_id}:EMAIL_REPLY:88410:{STATS_ID}:<CAF77@mail.example>"

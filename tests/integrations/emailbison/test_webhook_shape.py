"""POST /api/webhooks/email: bodies, fields and the reference that knows a repeat."""

import json
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from integrations.models import Connection
from tests.integrations.emailbison.payloads import LEAD, REPLY, URL, call, post
from tests.support.client import ZrgClient
from zrg.jobs.models import WebhookEvent


@pytest.mark.parametrize("body", ["", "{", "[1]", '"text"', "null", "NaN", '{"a": NaN}', b"\xff\xfe{}"])
def test_bodies_that_are_no_json_object(northfork: Connection, client: ZrgClient, body: str | bytes) -> None:
    response = post(client, body)

    assert (response.status_code, response.json()) == (400, {"error": "Invalid JSON payload"})
    assert not WebhookEvent.objects.exists()


def test_body_over_the_limit(northfork: Connection, client: ZrgClient, settings: Settings) -> None:
    settings.WEBHOOK_MAX_BODY_BYTES = 2_000

    response = post(client, call(reply={**REPLY, "text_body": "x" * 2_000}))

    assert (response.status_code, response.json()) == (413, {"error": "Payload too large"})
    assert not WebhookEvent.objects.exists()


def test_content_type_is_ignored(northfork: Connection, client: ZrgClient) -> None:
    response = client.post(URL, json.dumps(call()), content_type="application/x-www-form-urlencoded")

    assert response.json()["queued"] is True


def test_nul_and_lone_surrogates_are_dropped(northfork: Connection, client: ZrgClient) -> None:
    body = json.dumps(call()).replace("Tuesday works.", "Tues\\u0000day\\ud800 works.")

    assert post(client, body).status_code == 200

    assert WebhookEvent.objects.get().payload["data"]["reply"]["text_body"] == "Tuesday works."


def test_nul_in_keys_is_dropped(northfork: Connection, client: ZrgClient) -> None:
    body = json.dumps(call()).replace('"reply"', '"re\\u0000ply"')

    assert post(client, body).status_code == 200
    assert WebhookEvent.objects.get().payload["data"]["reply"]["id"] == 771204


def test_nesting_deeper_than_64_is_refused(northfork: Connection, client: ZrgClient) -> None:
    payload = call()
    payload["data"]["extra"] = json.loads("[" * 63 + "]" * 63)
    deep = call()
    deep["data"]["extra"] = json.loads("[" * 62 + "]" * 62)

    assert post(client, payload).status_code == 400
    assert post(client, deep).status_code == 200


def test_extreme_nesting_is_refused(northfork: Connection, client: ZrgClient) -> None:
    assert post(client, '{"a":' * 100_000).status_code == 400


def test_duplicate_keys_last_wins(northfork: Connection, client: ZrgClient) -> None:
    body = json.dumps(call()).replace('"id": 771204', '"id": 1, "id": 771204')

    post(client, body)

    assert WebhookEvent.objects.get().dedupe_key.endswith("reply:771204")


@pytest.mark.parametrize(
    ("event_type", "data", "error"),
    [
        ("LEAD_REPLIED", {"reply": None}, "Missing reply.id"),
        ("LEAD_REPLIED", {"reply": {**REPLY, "id": True}}, "Missing reply.id"),
        ("LEAD_REPLIED", {"reply": {**REPLY, "id": 1.5}}, "Missing reply.id"),
        ("LEAD_REPLIED", {"reply": {**REPLY, "id": [1]}}, "Missing reply.id"),
        ("LEAD_REPLIED", {"lead": None, "reply": {**REPLY, "from_email_address": " "}}, "Missing from email"),
        ("LEAD_INTERESTED", {"reply": {}}, "Missing reply.id"),
        ("LEAD_INTERESTED", {"lead": None, "reply": {"id": 3}}, "Missing from email"),
        ("UNTRACKED_REPLY_RECEIVED", {"reply": {"from_email_address": "a@b.example"}}, "Missing reply.id"),
        ("UNTRACKED_REPLY_RECEIVED", {"reply": {"id": 3}}, "Missing from_email_address"),
        ("EMAIL_SENT", {"scheduled_email": {}}, "Missing scheduled_email.id"),
        ("EMAIL_SENT", {"lead": {"id": 5}}, "Missing lead email"),
        ("EMAIL_OPENED", {"lead": {}}, "Missing lead email"),
        ("EMAIL_BOUNCED", {"lead": {"id": 5}}, "Missing lead email"),
        ("LEAD_UNSUBSCRIBED", {"lead": None}, "Missing lead email"),
    ],
)
def test_missing_fields(
    northfork: Connection, client: ZrgClient, event_type: str, data: dict[str, Any], error: str
) -> None:
    response = post(client, call(event_type, **data))

    assert (response.status_code, response.json()) == (400, {"error": error})
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("kind", [None, "", " ", 7, {}])
def test_missing_event_type(northfork: Connection, client: ZrgClient, kind: Any) -> None:
    response = post(client, call(event={"type": kind}))

    assert (response.status_code, response.json()) == (400, {"error": "Missing event type"})


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_missing_data(northfork: Connection, client: ZrgClient, data: Any) -> None:
    response = post(client, {**call(), "data": data})

    assert (response.status_code, response.json()) == (400, {"error": "Missing data"})


def test_unknown_event_type_is_ignored(northfork: Connection, client: ZrgClient) -> None:
    response = post(client, call("LEAD_FELL_ASLEEP"))

    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "ignored": True,
        "reason": "unknown_event_type",
        "event_type": "LEAD_FELL_ASLEEP",
    }
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    ("event_type", "data", "ref", "priority"),
    [
        ("LEAD_REPLIED", {}, "reply:771204", 10),
        ("LEAD_INTERESTED", {"reply": {**REPLY, "id": "771204"}}, "reply:771204", 10),
        ("UNTRACKED_REPLY_RECEIVED", {"lead": None}, "reply:771204", 10),
        ("EMAIL_SENT", {}, "scheduled:910007", 50),
        ("EMAIL_OPENED", {}, "ce:88123", 90),
        ("EMAIL_OPENED", {"campaign_event": {"created_at": "t1"}}, "sched:910007:t1", 90),
        ("EMAIL_BOUNCED", {}, "ce:88123", 10),
        ("EMAIL_BOUNCED", {"campaign_event": None}, "reply:771204", 10),
        ("EMAIL_BOUNCED", {"campaign_event": None, "reply": None}, "sched:910007", 10),
        ("LEAD_UNSUBSCRIBED", {}, "lead:55021:88123", 10),
        ("LEAD_UNSUBSCRIBED", {"campaign_event": None}, "lead:55021:402", 10),
        (
            "LEAD_UNSUBSCRIBED",
            {"campaign_event": None, "campaign": None, "lead": {**LEAD, "id": None}},
            "lead:dana@northfork.example:-",
            10,
        ),
        ("MANUAL_EMAIL_SENT", {}, "scheduled:910007", 50),
        ("EMAIL_ACCOUNT_DISCONNECTED", {}, "ce:88123", 50),
    ],
)
def test_reference_and_priority(
    northfork: Connection, client: ZrgClient, event_type: str, data: dict[str, Any], ref: str, priority: int
) -> None:
    assert post(client, call(event_type, **data)).status_code == 200

    event = WebhookEvent.objects.get()
    assert event.dedupe_key == f"emailbison:{northfork.workspace_id}:{event_type}:{ref}"
    assert event.priority == priority


def test_reference_of_an_opening_without_ids_is_the_payload(northfork: Connection, client: ZrgClient) -> None:
    bare = call("EMAIL_OPENED", campaign_event=None, scheduled_email=None)

    post(client, bare)
    post(client, json.dumps(bare, indent=2, sort_keys=True))

    ref = WebhookEvent.objects.get().dedupe_key.rsplit(":", 1)[1]
    assert len(ref) == 32


def test_long_reference_is_hashed(northfork: Connection, client: ZrgClient) -> None:
    post(client, call("LEAD_UNSUBSCRIBED", lead={"email": "a" * 300 + "@northfork.example"}))

    key = WebhookEvent.objects.get().dedupe_key
    assert len(key) <= 255
    assert ":LEAD_UNSUBSCRIBED:h:" in key

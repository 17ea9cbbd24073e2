"""POST /api/webhooks/instantly: order of checks, secret, both spellings, keys, answers."""

from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from integrations.models import Connection
from tests.integrations.instantly.payloads import (
    BOUNCED,
    CAMPAIGN_ID,
    EMAIL_ID,
    OLDER_REPLY,
    PATH,
    REPLY,
    SECRET,
    SENT,
    UNSUBSCRIBED,
    call,
    without,
)
from tests.support.client import ZrgClient
from zrg.jobs.models import WebhookEvent
from zrg.lib.hashing import sha

AUTHORIZED = {"authorization": f"Bearer {SECRET}"}
MISSING_FOR_REPLY = "Missing contact_email, email_id, or email_account"


def post(client: ZrgClient, payload: Any, named: object, headers: dict[str, str] | None = None) -> HttpResponse:
    path = f"{PATH}?clientId={named}" if named is not None else PATH
    return client.post(
        path, payload, content_type="application/json", headers=AUTHORIZED if headers is None else headers
    )


def refused(response: HttpResponse) -> tuple[int, dict[str, Any]]:
    assert not WebhookEvent.objects.exists()
    return response.status_code, response.json()


def test_reply_is_kept_and_answered(pine: Connection, client: ZrgClient) -> None:
    response = post(client, call(), pine.workspace_id)

    event = WebhookEvent.objects.get()
    assert (response.status_code, response.json()) == (
        200,
        {"success": True, "queued": True, "event_id": str(event.pk), "event_type": "reply_received"},
    )
    assert (event.workspace_id, event.connection_id, event.priority) == (pine.workspace_id, pine.pk, 10)
    assert (event.lead_email, event.sender_email, event.campaign_id) == (
        "dana@northfork.example",
        "priya@outbound.example",
        CAMPAIGN_ID,
    )
    assert event.payload == call()


def test_redelivery_is_deduped(pine: Connection, client: ZrgClient) -> None:
    post(client, call(), pine.workspace_id)

    second = post(client, call(), pine.workspace_id).json()

    assert (second["queued"], second["deduped"]) == (False, True)
    assert WebhookEvent.objects.get().redelivered_count == 1


def test_get_describes_the_endpoint(db: None, client: ZrgClient) -> None:
    assert client.get(PATH).json() == {"status": "ok", "endpoint": "instantly"}


# --- order of checks: size, clientId, workspace, provider, secret, JSON, event, fields -------------------


def test_too_large_before_everything(db: None, client: ZrgClient, settings: Settings) -> None:
    settings.WEBHOOK_MAX_BODY_BYTES = 10

    assert refused(post(client, call(), None)) == (413, {"error": "Payload too large"})


@pytest.mark.parametrize("named", [None, "", " "])
def test_client_id_is_demanded(pine: Connection, client: ZrgClient, named: Any) -> None:
    assert refused(post(client, "{", named, {})) == (400, {"error": "Missing clientId"})


@pytest.mark.parametrize("named", [uuid4(), "not-a-uuid"])
def test_unknown_workspace(pine: Connection, client: ZrgClient, named: Any) -> None:
    assert refused(post(client, "{", named, {})) == (404, {"error": "Client not found"})


def test_workspace_of_another_provider_is_ignored(harbor: Connection, client: ZrgClient) -> None:
    answer = refused(post(client, call(), harbor.workspace_id, {}))

    assert answer == (200, {"success": True, "ignored": True, "reason": "provider_mismatch"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"x-instantly-secret": SECRET + "x"},
        {"x-smartlead-secret": SECRET},
    ],
)
def test_secret_is_checked_before_the_body_is_read(
    pine: Connection, client: ZrgClient, headers: dict[str, str]
) -> None:
    for body in ("{", call(secret_key=SECRET)):
        assert refused(post(client, body, pine.workspace_id, headers)) == (401, {"error": "Unauthorized"})


@pytest.mark.parametrize("headers", [AUTHORIZED, {"x-instantly-secret": f"{SECRET} "}])
def test_secret_in_each_place(pine: Connection, client: ZrgClient, headers: dict[str, str]) -> None:
    assert post(client, call(), pine.workspace_id, headers).json()["queued"] is True


def test_no_secret_configured_lets_nobody_in(pine: Connection, client: ZrgClient) -> None:
    Connection.objects.filter(pk=pine.pk).update(secrets="")

    assert refused(post(client, call(), pine.workspace_id)) == (401, {"error": "Unauthorized"})


def test_unreadable_credential_asks_to_come_back(pine: Connection, client: ZrgClient) -> None:
    Connection.objects.filter(pk=pine.pk).update(secrets="gAAAA-lost")

    response = post(client, call(), pine.workspace_id)

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[1]", "null"])
def test_bodies_that_are_no_json_object(pine: Connection, client: ZrgClient, body: str) -> None:
    assert refused(post(client, body, pine.workspace_id)) == (400, {"error": "Invalid JSON payload"})


@pytest.mark.parametrize("kind", ["email_opened", "lead_interested", None, 7, []])
def test_events_nobody_processes_are_ignored(pine: Connection, client: ZrgClient, kind: Any) -> None:
    status, body = refused(post(client, call(event_type=kind), pine.workspace_id))

    assert (status, body["ignored"], body["reason"]) == (200, True, "unknown_event_type")


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (without(REPLY, "lead_email"), MISSING_FOR_REPLY),
        (without(REPLY, "email_id"), MISSING_FOR_REPLY),
        (without(REPLY, "email_account"), MISSING_FOR_REPLY),
        (call(without(REPLY, "email_account"), event_type="auto_reply_received"), MISSING_FOR_REPLY),
        (without(SENT, "lead_email"), "Missing contact_email or email_id"),
        (without(SENT, "email_id"), "Missing contact_email or email_id"),
        (without(UNSUBSCRIBED, "lead_email"), "Missing contact_email"),
        (call(without(UNSUBSCRIBED, "lead_email"), event_type="unsubscribed"), "Missing contact_email"),
        (without(BOUNCED, "lead_email"), "Missing contact_email"),
    ],
)
def test_missing_fields(pine: Connection, client: ZrgClient, payload: dict[str, Any], error: str) -> None:
    assert refused(post(client, payload, pine.workspace_id)) == (400, {"error": error})


# --- keys --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "kind", "ref"),
    [
        (REPLY, "reply_received", f"{EMAIL_ID}:2026-03-05T16:41:03.000Z"),
        (OLDER_REPLY, "reply_received", f"{EMAIL_ID}:1772728863"),
        (without(REPLY, "timestamp"), "reply_received", f"{EMAIL_ID}:{sha('Tuesday works.')[:16]}"),
        (call(event_type="auto_reply_received"), "auto_reply_received", f"{EMAIL_ID}:2026-03-05T16:41:03.000Z"),
        (SENT, "email_sent", "01953a77-0a2d-7c11-9b1e-7f0a2c3d4e50"),
        (UNSUBSCRIBED, "lead_unsubscribed", f"{CAMPAIGN_ID}:dana@northfork.example"),
        (
            call(without(UNSUBSCRIBED, "campaign_id"), event_type="unsubscribed"),
            "unsubscribed",
            "-:dana@northfork.example",
        ),
        (BOUNCED, "email_bounced", "01953a77-0a2d-7c11-9b1e-7f0a2c3d4e50:2026-03-05T17:00:00.000Z"),
        (without(BOUNCED, "email_id", "timestamp"), "email_bounced", "dana@northfork.example:-"),
    ],
)
def test_reference(pine: Connection, client: ZrgClient, payload: dict[str, Any], kind: str, ref: str) -> None:
    assert post(client, payload, pine.workspace_id).json()["event_type"] == kind

    assert WebhookEvent.objects.get().dedupe_key == f"instantly:{pine.workspace_id}:{kind}:{ref}"


def test_current_spelling_wins(pine: Connection, client: ZrgClient) -> None:
    post(client, call(type="email_sent", contact_email="other@northfork.example"), pine.workspace_id)

    event = WebhookEvent.objects.get()
    assert (event.event_type, event.lead_email) == ("reply_received", "dana@northfork.example")

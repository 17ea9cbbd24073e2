"""POST /api/webhooks/linkedin: secret, account, order of checks, keys, answers."""

import json
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings
from time_machine import TimeMachineFixture

from integrations.models import Connection
from integrations.services.webhook_urls import webhook_url
from tests.integrations.unipile.payloads import (
    CANONICAL,
    DANA,
    SECRET,
    URL,
    account_status,
    echoed,
    received,
    relation,
    relayed,
    relayed_relation,
)
from tests.support.client import ZrgClient
from zrg.jobs.models import WebhookEvent


def post(client: ZrgClient, payload: Any, *, secret: str = SECRET, **headers: str) -> HttpResponse:
    shown = {"x-unipile-secret": secret} if secret else {}
    return client.post(URL, payload, content_type="application/json", headers={**shown, **headers})


def test_message_is_kept_and_answered(northfork_linkedin: Connection, client: ZrgClient) -> None:
    response = post(client, received())

    event = WebhookEvent.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "queued": True,
        "event_id": str(event.pk),
        "event_type": "message_received",
    }
    assert event.workspace_id == northfork_linkedin.workspace_id
    assert event.dedupe_key == f"unipile:{event.workspace_id}:message_received:msg:urn_9xA1"
    assert (event.priority, event.provider_lead_id, event.connection_id) == (10, DANA, northfork_linkedin.pk)
    assert event.payload == received()


def test_redelivery_is_deduped(northfork_linkedin: Connection, client: ZrgClient) -> None:
    first = post(client, received()).json()

    second = post(client, received()).json()

    assert (second["deduped"], second["event_id"]) == (True, first["event_id"])
    assert WebhookEvent.objects.get().redelivered_count == 1


def test_get_describes_the_endpoint(db: None, client: ZrgClient) -> None:
    assert client.get(URL).json() == {"status": "ok", "endpoint": "linkedin"}
    assert client.put(URL).status_code == 405


# --- secret ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["x-unipile-secret", "Unipile-Auth"])
def test_secret_may_come_in_two_headers(northfork_linkedin: Connection, client: ZrgClient, header: str) -> None:
    assert post(client, received(), secret="", **{header: f" {SECRET} "}).status_code == 200


@pytest.mark.parametrize("given", ["", "wrong", SECRET[:-1], f"{SECRET}x"])
def test_wrong_secret(northfork_linkedin: Connection, client: ZrgClient, given: str) -> None:
    response = post(client, received(), secret=given)

    assert (response.status_code, response.json()) == (401, {"error": "Unauthorized"})
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("given", ["", " ", "anything"])
@pytest.mark.parametrize("stored", ["", "  "])
def test_hard_02_unset_secret_never_opens(
    northfork_linkedin: Connection, client: ZrgClient, monkeypatch: pytest.MonkeyPatch, given: str, stored: str
) -> None:
    monkeypatch.setenv("UNIPILE_WEBHOOK_SECRET", stored)

    response = post(client, received(), secret="", **{"x-unipile-secret": given})

    assert response.status_code == 401
    assert not WebhookEvent.objects.exists()


def test_unset_secret_opens_in_development_only(
    northfork_linkedin: Connection, client: ZrgClient, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.delenv("UNIPILE_WEBHOOK_SECRET")
    settings.DEBUG = True

    assert post(client, received(), secret="").status_code == 200


def test_stored_secret_counts_in_development_too(
    northfork_linkedin: Connection, client: ZrgClient, settings: Settings
) -> None:
    settings.DEBUG = True

    assert post(client, received(), secret="").status_code == 401


def test_secret_is_checked_before_the_body(northfork_linkedin: Connection, client: ZrgClient) -> None:
    assert post(client, "{", secret="wrong").status_code == 401
    assert post(client, "{").json() == {"error": "Invalid JSON payload"}


# --- account and shape -----------------------------------------------------------------------------------


@pytest.mark.parametrize("account", [None, "", "  ", True, [], {}])
def test_missing_account(northfork_linkedin: Connection, client: ZrgClient, account: Any) -> None:
    payload = {**received(), "account_id": account}

    response = post(client, payload)

    assert (response.status_code, response.json()) == (400, {"error": "Missing account_id"})


def test_account_nobody_has_ends_the_redeliveries(northfork_linkedin: Connection, client: ZrgClient) -> None:
    response = post(client, received(account_id="nobody"))

    assert (response.status_code, response.json()) == (
        200,
        {"success": True, "ignored": True, "reason": "unknown_account", "event_type": "message_received"},
    )
    assert not WebhookEvent.objects.exists()


def test_inactive_connection(northfork_linkedin: Connection, client: ZrgClient) -> None:
    Connection.objects.update(is_active=False)

    assert post(client, received()).json()["reason"] == "connection_inactive"
    assert not WebhookEvent.objects.exists()


def test_account_names_the_workspace(
    northfork_linkedin: Connection, granite_linkedin: Connection, client: ZrgClient
) -> None:
    post(client, received())
    post(client, received(account_id="zz91"))

    keys = sorted(WebhookEvent.objects.values_list("dedupe_key", flat=True))
    owners = (northfork_linkedin, granite_linkedin)
    assert keys == sorted(f"unipile:{one.workspace_id}:message_received:msg:urn_9xA1" for one in owners)


def test_body_over_the_limit(northfork_linkedin: Connection, client: ZrgClient, settings: Settings) -> None:
    settings.WEBHOOK_MAX_BODY_BYTES = 2_000

    response = post(client, received(message="x" * 2_000))

    assert (response.status_code, response.json()) == (413, {"error": "Payload too large"})
    assert not WebhookEvent.objects.exists()


def test_nul_and_lone_surrogates_are_dropped(northfork_linkedin: Connection, client: ZrgClient) -> None:
    body = json.dumps(received(message="Thanks@@")).replace("@@", "\\u0000\\ud800")

    assert post(client, body).status_code == 200

    assert WebhookEvent.objects.get().payload["message"] == "Thanks"


@pytest.mark.parametrize("event", [None, " ", 7])
def test_missing_event_type(northfork_linkedin: Connection, client: ZrgClient, event: Any) -> None:
    assert post(client, {**received(), "event": event}).json() == {"error": "Missing event type"}


def test_unknown_event_is_ignored(northfork_linkedin: Connection, client: ZrgClient) -> None:
    assert post(client, received(event="message_reaction")).json()["reason"] == "unknown_event_type"


@pytest.mark.parametrize(
    "payload",
    [
        received(message_id=""),
        received(message_id={}),
        echoed(message_id=""),
        relayed(id=""),
        relayed("message.sent", id=""),
        {"event": "message.received", "account_id": "kP2nQ8xR"},
    ],
)
def test_missing_message_id(northfork_linkedin: Connection, client: ZrgClient, payload: dict[str, Any]) -> None:
    response = post(client, payload)

    assert (response.status_code, response.json()) == (400, {"error": "Missing message id"})


@pytest.mark.parametrize(
    "payload",
    [
        relation(user_provider_id="", user_profile_url="", user_public_identifier=""),
        relayed_relation(linkedin_member_id="", linkedin_url="https://linkedin.com/company/northfork"),
        relayed_relation("connection.received", linkedin_member_id="", linkedin_url=""),
    ],
)
def test_missing_person(northfork_linkedin: Connection, client: ZrgClient, payload: dict[str, Any]) -> None:
    assert post(client, payload).json() == {"error": "Missing provider id"}


@pytest.mark.parametrize(
    ("payload", "ref", "priority"),
    [
        (relayed(), "message.received:msg:urn_9xA1", 10),
        (received(message_id=77), "message_received:msg:77", 10),
        (echoed(), "message_received:msg:urn_own1", 50),
        (relayed("message.sent"), "message.sent:msg:urn_9xA1", 50),
        (relation(), f"new_relation:rel:{DANA}", 10),
        (relation(user_provider_id=None), f"new_relation:rel:{CANONICAL}", 10),
        (relation(user_provider_id=None, user_profile_url=None), f"new_relation:rel:{CANONICAL}", 10),
        (relayed_relation(), f"connection.accepted:rel:{DANA}", 10),
        (relayed_relation(linkedin_member_id=None), f"connection.accepted:rel:{CANONICAL}", 10),
        # an opaque slug is an id, not an address
        (
            relayed_relation(linkedin_member_id=None, linkedin_url=f"https://linkedin.com/in/{DANA}"),
            f"connection.accepted:rel:{DANA}",
            10,
        ),
        (relayed_relation("connection.received"), f"connection.received:rel:{DANA}", 50),
    ],
)
def test_keys(
    northfork_linkedin: Connection, client: ZrgClient, payload: dict[str, Any], ref: str, priority: int
) -> None:
    post(client, payload)

    event = WebhookEvent.objects.get()
    assert (event.dedupe_key, event.priority) == (f"unipile:{event.workspace_id}:{ref}", priority)


def test_status_is_told_apart_by_the_minute(
    northfork_linkedin: Connection, client: ZrgClient, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to("2026-03-05T16:41:59+00:00", tick=False)
    first = post(client, account_status()).json()
    again = post(client, account_status()).json()
    other = post(client, account_status("OK")).json()
    time_machine.shift(60)
    later = post(client, account_status()).json()

    assert [one["queued"] for one in (first, again, other, later)] == [True, False, True, True]


def test_profile_view_is_known_by_its_content(northfork_linkedin: Connection, client: ZrgClient) -> None:
    seen = {"event": "profile.viewed", "account_id": "kP2nQ8xR", "viewer": {"name": "Dana Reyes"}}

    answers = [post(client, one).json() for one in (seen, seen, {**seen, "viewer": {"name": "Kim"}})]

    assert [one["queued"] for one in answers] == [True, False, True]


# --- health and cost -------------------------------------------------------------------------------------


def test_signed_call_marks_the_connection_working(northfork_linkedin: Connection, client: ZrgClient) -> None:
    post(client, received())

    northfork_linkedin.refresh_from_db()
    assert (northfork_linkedin.status, northfork_linkedin.last_webhook_at is None) == ("CONNECTED", False)


def test_hard_02_no_work_on_request_path(northfork_linkedin: Connection, client: ZrgClient) -> None:
    """Kept, not worked on: route, workspace with connection, insert."""
    post(client, account_status())

    with CaptureQueriesContext(connections["default"]) as queries:
        post(client, received())

    read = [query["sql"] for query in queries if "set_config" not in query["sql"]]
    assert [statement.split("FROM", 1)[1].split()[0].split("(")[0] for statement in read] == [
        "integrations_webhookroute",
        "zrg_webhook_target",
        "zrg_store_event",
    ]


def test_address_to_paste_names_no_workspace(northfork_linkedin: Connection) -> None:
    assert webhook_url("UNIPILE", northfork_linkedin.workspace_id) == f"http://testserver{URL}"

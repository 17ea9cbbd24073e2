"""POST /api/webhooks/email: order of checks, workspace, secret, answers."""

import json
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from integrations.models import Connection, WebhookRoute
from integrations.services.secrets import seal
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.integrations.conftest import GRANITE_SECRET
from tests.integrations.emailbison.payloads import HOST, LEAD, REPLY, SCHEDULED, URL, call
from tests.support.client import ZrgClient
from tests.support.database import database_urls
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.context import platform, tenant

GRANITE_HOST = "https://mail.granite.example"


def post(client: ZrgClient, payload: Any, path: str = URL, **headers: str) -> HttpResponse:
    body = payload if isinstance(payload, (bytes, str)) else json.dumps(payload)
    return client.post(path, body, content_type="application/json", headers=headers)


def test_reply_is_kept_and_answered(northfork: Connection, client: ZrgClient) -> None:
    response = post(client, call())

    event = WebhookEvent.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "queued": True,
        "event_id": str(event.pk),
        "event_type": "LEAD_REPLIED",
    }
    assert event.workspace_id == northfork.workspace_id
    assert event.connection_id == northfork.pk
    assert event.dedupe_key == f"emailbison:{northfork.workspace_id}:LEAD_REPLIED:reply:771204"
    assert (event.priority, event.status, event.provider_lead_id) == (10, EventStatus.PENDING, "55021")
    assert (event.lead_email, event.sender_email_id, event.campaign_id) == ("dana@northfork.example", "67", "402")
    assert event.payload == call()


def test_redelivery_is_deduped(northfork: Connection, client: ZrgClient) -> None:
    first = post(client, call()).json()

    second = post(client, call())

    assert second.status_code == 200
    assert second.json() == {
        "success": True,
        "queued": False,
        "deduped": True,
        "event_id": first["event_id"],
        "event_type": "LEAD_REPLIED",
    }
    assert WebhookEvent.objects.get().redelivered_count == 1


def test_hard_02_dedupe_key_has_workspace(northfork: Connection, granite: Connection, client: ZrgClient) -> None:
    post(client, call())
    post(client, call(event={"instance_url": GRANITE_HOST}), **{"x-emailbison-secret": GRANITE_SECRET})

    keys = sorted(WebhookEvent.objects.values_list("dedupe_key", flat=True))
    assert keys == sorted(f"emailbison:{one.workspace_id}:LEAD_REPLIED:reply:771204" for one in (northfork, granite))


def test_get_describes_the_endpoint(db: None, client: ZrgClient) -> None:
    response = client.get(URL)

    assert (response.status_code, response.json()) == (200, {"status": "ok", "endpoint": "email"})


@pytest.mark.parametrize("method", ["put", "patch", "delete", "head", "options"])
def test_other_methods_are_refused(db: None, client: ZrgClient, method: str) -> None:
    assert getattr(client, method)(URL).status_code == 405


# --- shape -------------------------------------------------------------------------------------------


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


# --- workspace ---------------------------------------------------------------------------------------


def test_host_decides_between_equal_account_ids(northfork: Connection, granite: Connection, client: ZrgClient) -> None:
    response = post(client, call(event={"instance_url": GRANITE_HOST}), **{"x-emailbison-secret": GRANITE_SECRET})

    assert response.status_code == 200
    assert WebhookEvent.objects.get().workspace_id == granite.workspace_id


def test_hosts_are_compared_without_case_and_port_free(northfork: Connection, client: ZrgClient) -> None:
    response = post(client, call(event={"instance_url": f"HTTPS://{HOST.upper()}/api", "workspace_name": None}))

    assert response.json()["queued"] is True


@pytest.mark.parametrize("url", [None, "", "https://unheard-of.example"])
def test_account_alone_when_the_host_is_unknown(northfork: Connection, client: ZrgClient, url: str | None) -> None:
    response = post(client, call(event={"instance_url": url, "workspace_name": "nobody"}))

    assert response.json()["queued"] is True


def test_account_on_another_known_host_is_not_accepted(northfork: Connection, client: ZrgClient) -> None:
    ConnectionFactory(workspace=WorkspaceFactory(), external_account_id="91", host="mail.granite.example")

    response = post(client, call(event={"instance_url": GRANITE_HOST, "workspace_name": "nobody"}))

    assert response.status_code == 404


def test_ambiguous_account_without_host_is_kept_unrouted(
    northfork: Connection, granite: Connection, client: ZrgClient
) -> None:
    response = post(client, call(event={"instance_url": None, "workspace_name": "nobody"}))

    event = WebhookEvent.objects.get()
    assert (response.status_code, response.json()) == (404, {"error": "Client not found for webhook"})
    assert (event.status, event.workspace_id, event.provider_workspace_id) == (EventStatus.UNROUTED, None, "14")
    assert event.dedupe_key.startswith("emailbison:unrouted:")


def test_unrouted_call_is_kept_once(db: None, client: ZrgClient) -> None:
    for _ in range(2):
        assert post(client, call()).status_code == 404

    assert WebhookEvent.objects.get().redelivered_count == 1


def test_unrouted_calls_over_64_kib_are_not_kept(db: None, client: ZrgClient) -> None:
    response = post(client, call(reply={**REPLY, "text_body": "x" * 66_000}))

    assert response.status_code == 404
    assert not WebhookEvent.objects.exists()


def test_unrouted_calls_are_bounded(db: None, client: ZrgClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.emailbison.webhook.UNROUTED_PER_DAY", 2)

    for number in range(4):
        post(client, call(reply={**REPLY, "id": number}))

    assert WebhookEvent.objects.count() == 2


def test_client_id_outranks_the_payload(northfork: Connection, client: ZrgClient) -> None:
    other = ConnectionFactory(workspace=WorkspaceFactory(name="Twin Rivers"), external_account_id="91", host=HOST)

    post(client, call(), f"{URL}?clientId={other.workspace_id}")

    assert WebhookEvent.objects.get().workspace_id == other.workspace_id


@pytest.mark.parametrize("client_id", ["not-a-uuid", "00000000-0000-4000-8000-000000000000", ""])
def test_client_id_that_names_nobody_falls_through(northfork: Connection, client: ZrgClient, client_id: str) -> None:
    response = post(client, call(), f"{URL}?clientId={client_id}")

    assert response.status_code == 200
    assert WebhookEvent.objects.get().workspace_id == northfork.workspace_id


@pytest.mark.parametrize(
    "name",
    [
        "Northfork Dental",
        "  northfork DENTAL ",
        "Northfork Dental - Inboxxia Client",
        "northfork dental - emailbison client",
        "Northfork Dental - Inboxxia",
        "Northfork Dental - EmailBison",
    ],
)
def test_workspace_by_name(northfork: Connection, client: ZrgClient, name: str) -> None:
    response = post(client, call(event={"workspace_id": None, "workspace_name": name}))

    assert response.status_code == 200


def test_event_name_stands_in_for_a_missing_workspace_name(northfork: Connection, client: ZrgClient) -> None:
    event = {"workspace_id": None, "workspace_name": None, "name": "Northfork Dental"}

    assert post(client, call(event=event)).status_code == 200


def test_two_workspaces_of_one_name_are_not_guessed(db: None, client: ZrgClient) -> None:
    for account, name in (("91", "Twin Rivers"), ("92", "twin rivers")):
        ConnectionFactory(workspace=WorkspaceFactory(name=name), external_account_id=account, host=HOST)

    response = post(client, call(event={"workspace_id": None, "workspace_name": "Twin Rivers"}))

    assert response.status_code == 404


def test_renamed_workspace_is_not_found_by_its_old_name(northfork: Connection, client: ZrgClient) -> None:
    workspace = northfork.workspace
    workspace.name = "Southfork Dental"
    workspace.save(update_fields=["name"])

    response = post(client, call(event={"workspace_id": None, "workspace_name": "Northfork Dental"}))

    assert response.status_code == 404


# --- secret and provider -------------------------------------------------------------------------------


def test_connection_with_a_secret_insists_on_it(granite: Connection, client: ZrgClient) -> None:
    response = post(client, call(event={"instance_url": GRANITE_HOST}))

    assert (response.status_code, response.json()) == (401, {"error": "Unauthorized"})
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"Authorization": f"Bearer {GRANITE_SECRET}"}),
        ("", {"x-emailbison-secret": f" {GRANITE_SECRET} "}),
        (f"?secret={GRANITE_SECRET}", {}),
        (f"?secret={GRANITE_SECRET}", {"Authorization": "Bearer of something else"}),
    ],
)
def test_secret_may_come_three_ways(
    granite: Connection, client: ZrgClient, query: str, headers: dict[str, str]
) -> None:
    response = post(client, call(event={"instance_url": GRANITE_HOST}), URL + query, **headers)

    assert response.status_code == 200


@pytest.mark.parametrize("given", ["", "wrong", GRANITE_SECRET[:-1], GRANITE_SECRET + "x"])
def test_wrong_secret(granite: Connection, client: ZrgClient, given: str) -> None:
    response = post(client, call(event={"instance_url": GRANITE_HOST}), **{"x-emailbison-secret": given})

    assert response.status_code == 401


def test_platform_may_demand_a_secret(northfork: Connection, client: ZrgClient, settings: Settings) -> None:
    settings.EMAILBISON_REQUIRE_SECRET = True

    response = post(client, call(), **{"x-emailbison-secret": ""})

    assert response.status_code == 401


def test_secret_is_checked_before_the_event(granite: Connection, client: ZrgClient) -> None:
    response = post(client, call("NOBODY_KNOWS", event={"instance_url": GRANITE_HOST}))

    assert response.status_code == 401


def test_workspace_of_another_provider_is_ignored(db: None, client: ZrgClient) -> None:
    other = ConnectionFactory(workspace=WorkspaceFactory(), provider="SMARTLEAD")

    response = post(client, call(), f"{URL}?clientId={other.workspace_id}")

    assert response.json() == {
        "success": True,
        "ignored": True,
        "reason": "provider_mismatch",
        "event_type": "LEAD_REPLIED",
    }
    assert not WebhookEvent.objects.exists()


def test_inactive_connection_is_ignored(northfork: Connection, client: ZrgClient) -> None:
    Connection.objects.filter(pk=northfork.pk).update(is_active=False, secrets="")

    assert post(client, call()).json()["reason"] == "provider_mismatch"


def test_provider_is_checked_before_the_event_type(db: None, client: ZrgClient) -> None:
    other = ConnectionFactory(workspace=WorkspaceFactory(), provider="SMARTLEAD")

    response = post(client, {"event": {}}, f"{URL}?clientId={other.workspace_id}")

    assert response.json() == {"success": True, "ignored": True, "reason": "provider_mismatch"}


def test_unreadable_secret_asks_the_provider_to_come_back(granite: Connection, client: ZrgClient) -> None:
    Connection.objects.filter(pk=granite.pk).update(secrets="gAAAAABnonsense")

    response = post(client, call(event={"instance_url": GRANITE_HOST}))

    granite.refresh_from_db()
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert (granite.status, granite.last_error_code) == ("DISCONNECTED", "auth_failed")
    assert granite.last_error_message == "stored credential cannot be decrypted"


def test_secret_of_another_workspace_is_unreadable(
    northfork: Connection, granite: Connection, client: ZrgClient
) -> None:
    token = seal(northfork.workspace_id, "EMAILBISON", {"api_key": "k" * 16})
    Connection.objects.filter(pk=granite.pk).update(secrets=token)

    assert post(client, call(event={"instance_url": GRANITE_HOST})).status_code == 503


# --- health and cost ----------------------------------------------------------------------------------


def test_signed_call_marks_the_connection_working(granite: Connection, client: ZrgClient) -> None:
    post(client, call(event={"instance_url": GRANITE_HOST}), **{"x-emailbison-secret": GRANITE_SECRET})

    granite.refresh_from_db()
    assert granite.status == "CONNECTED"
    assert granite.last_webhook_at is not None


def test_unsigned_call_is_noted_only(northfork: Connection, client: ZrgClient) -> None:
    post(client, call())

    northfork.refresh_from_db()
    assert northfork.status == "UNKNOWN"
    assert northfork.last_webhook_at is not None


def test_hard_02_no_work_on_request_path(northfork: Connection, client: ZrgClient) -> None:
    """Kept, not worked on: route, workspace with connection, insert; two when `clientId` names the workspace."""
    post(client, call("EMAIL_OPENED"))

    with CaptureQueriesContext(connections["default"]) as routed:
        assert post(client, call()).status_code == 200
    with CaptureQueriesContext(connections["default"]) as named:
        assert post(client, call("EMAIL_SENT"), f"{URL}?clientId={northfork.workspace_id}").status_code == 200

    # The set_config of the test's own context around the request is not the product's.
    assert [tables_of(query["sql"]) for query in routed if "set_config" not in query["sql"]] == [
        "integrations_webhookroute",
        "zrg_webhook_target",
        "zrg_store_event",
    ]
    assert [tables_of(query["sql"]) for query in named if "set_config" not in query["sql"]] == [
        "zrg_webhook_target",
        "zrg_store_event",
    ]
    event = WebhookEvent.objects.get(event_type="LEAD_REPLIED")
    assert (event.status, event.attempts) == (EventStatus.PENDING, 0)


def tables_of(statement: str) -> str:
    """What a statement reads first."""
    return statement.split("FROM", 1)[1].split()[0].split("(")[0]


def test_committed_call_leaves_no_context_behind(committed_db: None, client: ZrgClient) -> None:
    with platform():
        connection = ConnectionFactory(
            workspace=WorkspaceFactory(name="Northfork Dental"), external_account_id="14", host=HOST
        )

    kept = [post(client, call()).json(), post(client, call()).json()]

    assert [answer["queued"] for answer in kept] == [True, False]
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_setting('zrg.context', true), current_setting('zrg.ws_all', true)")
        assert cursor.fetchone() == ("", "")
    assert not WebhookEvent.objects.exists()  # row security: nothing is shown outside of a context
    with tenant(connection.workspace_id):
        assert WebhookEvent.objects.get().redelivered_count == 1
        assert Connection.objects.get().last_webhook_at is not None


def test_committed_number_no_database_can_hold(committed_db: None, client: ZrgClient) -> None:
    with platform():
        ConnectionFactory(workspace=WorkspaceFactory(), external_account_id="14", host=HOST)

    response = post(client, json.dumps(call()).replace('"interested": null', '"interested": 1e400000'))

    assert (response.status_code, response.json()) == (400, {"error": "Invalid JSON payload"})


def test_committed_unsigned_call_is_not_kept(committed_db: None, client: ZrgClient) -> None:
    with platform():
        ConnectionFactory(
            workspace=WorkspaceFactory(),
            external_account_id="14",
            host="mail.granite.example",
            secrets={"api_key": "prov-3f9a7c51e2d8b046", "webhook_secret": GRANITE_SECRET},
        )

    assert post(client, call(event={"instance_url": GRANITE_HOST})).status_code == 401

    with platform():
        assert not WebhookEvent.objects.exists()


def test_database_that_does_not_answer_in_a_second(committed_db: None, client: ZrgClient) -> None:
    with platform():
        ConnectionFactory(workspace=WorkspaceFactory(name="Northfork Dental"), external_account_id="14", host=HOST)

    with psycopg.connect(database_urls()[0]) as other:
        other.execute("LOCK TABLE jobs_webhookevent IN ACCESS EXCLUSIVE MODE")
        response = post(client, call())

    assert (response.status_code, response.json()) == (503, {"error": "DB unavailable"})
    assert response["Retry-After"] == "60"
    assert post(client, call()).json()["queued"] is True


def test_burst_of_sent_events_keeps_every_one(northfork: Connection, client: ZrgClient) -> None:
    for number in range(30):
        post(client, call("EMAIL_SENT", scheduled_email={**SCHEDULED, "id": number}))

    assert WebhookEvent.objects.filter(status=EventStatus.PENDING).count() == 30


def test_routes_hold_no_customer_data(northfork: Connection) -> None:
    rows = WebhookRoute.objects.filter(target=northfork.workspace)

    assert rows.count() == 3
    assert all(len(row.key_hash) == 64 for row in rows)

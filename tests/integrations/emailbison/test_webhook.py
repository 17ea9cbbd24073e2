"""POST /api/webhooks/email: answers, secret, provider, health and cost."""

import json

import psycopg
import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from integrations.models import Connection, WebhookRoute
from integrations.services.secrets import seal
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.integrations.conftest import GRANITE_SECRET
from tests.integrations.emailbison.payloads import GRANITE_HOST, HOST, SCHEDULED, URL, call, post
from tests.support.client import ZrgClient
from tests.support.database import database_urls
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.context import platform, tenant


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

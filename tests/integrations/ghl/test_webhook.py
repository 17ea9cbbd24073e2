"""POST /api/webhooks/ghl/sms: order of checks, workspace, secret, repeats, answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse

from integrations.models import Connection, NotificationContact
from integrations.services.connections import disable_connection
from integrations.services.processing import process
from leads.models import Lead
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.integrations.ghl.payloads import CONTACT, LOCATION, URL, sms, undated
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.context import tenant

SECRET = "ghl-hook-7d1f3a9c5b2e8046"
NOON = datetime(2026, 3, 5, 16, 41, 10, tzinfo=UTC)


@pytest.fixture
def location(db: None) -> Connection:
    return ConnectionFactory(
        workspace=WorkspaceFactory(name="Northfork Dental"),
        provider="GHL",
        external_account_id=LOCATION,
        secrets={"private_key": "pit-3f9a7c51e2d8b046"},
    )


@pytest.fixture
def signed(db: None) -> Connection:
    return ConnectionFactory(
        workspace=WorkspaceFactory(name="Granite Co"),
        provider="GHL",
        external_account_id="graniteLocation00001",
        secrets={"private_key": "pit-9c1e5a3f7b2d8046", "webhook_secret": SECRET},
    )


def post(client: ZrgClient, payload: Any, path: str = URL, **headers: str) -> HttpResponse:
    return client.post(path, payload, content_type="application/json", headers=headers)


def test_sms_is_kept_and_answered(location: Connection, client: ZrgClient, simulator: RunningSimulator) -> None:
    response = post(client, sms())

    event = WebhookEvent.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "queued": True,
        "event_id": str(event.pk),
        "event_type": "INBOUND_SMS",
    }
    assert (event.workspace_id, event.connection_id) == (location.workspace_id, location.pk)
    assert event.dedupe_key.startswith(f"ghl:{location.workspace_id}:INBOUND_SMS:")
    assert (event.priority, event.status, event.provider_lead_id) == (10, EventStatus.PENDING, CONTACT)
    assert event.payload == sms()
    assert simulator.requests("ghl") == []
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("payload", "status", "body"),
    [
        ("{", 400, {"error": "Invalid JSON payload"}),
        ("[]", 400, {"error": "Invalid JSON payload"}),
        (sms(location=None, contact_id=None), 400, {"error": "Missing location.id"}),
        (sms(contact_id=None, message=None), 400, {"error": "Missing contact_id"}),
        (sms(contact_id=True), 400, {"error": "Missing contact_id"}),
        (sms("", location={"id": "nobody"}), 404, {"error": "Client not registered for location: nobody"}),
        (sms("  \n"), 200, {"success": True, "ignored": True, "reason": "empty_message", "event_type": "INBOUND_SMS"}),
    ],
)
def test_order_and_words_of_refusals(
    location: Connection, client: ZrgClient, payload: Any, status: int, body: dict[str, Any]
) -> None:
    response = post(client, payload)

    assert (response.status_code, response.json()) == (status, body)
    assert not WebhookEvent.objects.exists()


def test_location_may_stand_in_the_address(location: Connection, client: ZrgClient) -> None:
    response = post(client, sms(location=None), f"{URL}?locationId={LOCATION}")

    assert response.json()["queued"] is True


def test_get_describes_the_endpoint(db: None, client: ZrgClient) -> None:
    assert client.get(URL).json() == {"status": "ok", "endpoint": "ghl_sms"}
    assert client.put(URL).status_code == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"x-webhook-secret": ""}, 401),
        ({"Authorization": f"Bearer {SECRET}"}, 200),
        ({"x-webhook-secret": f" {SECRET} "}, 200),
    ],
)
def test_secret_is_demanded_where_there_is_one(
    signed: Connection, client: ZrgClient, headers: dict[str, str], status: int
) -> None:
    response = post(client, sms(location={"id": "graniteLocation00001"}), **headers)

    assert response.status_code == status
    assert WebhookEvent.objects.count() == (status == 200)
    signed.refresh_from_db()
    assert (signed.last_webhook_at is not None) == (status == 200)


def test_secret_comes_before_the_text(signed: Connection, client: ZrgClient) -> None:
    assert post(client, sms("", location={"id": "graniteLocation00001"})).status_code == 401


def test_inactive_connection_is_ignored(location: Connection, client: ZrgClient) -> None:
    Connection.objects.filter(pk=location.pk).update(is_active=False)

    response = post(client, sms())

    assert response.json()["reason"] == "connection_inactive"
    assert not WebhookEvent.objects.exists()


def test_released_location_is_nobodys(location: Connection, client: ZrgClient) -> None:
    with tenant(location.workspace_id):
        disable_connection(location, by=None)

    response = post(client, sms())

    assert response.json() == {"error": f"Client not registered for location: {LOCATION}"}
    assert not WebhookEvent.objects.exists()


def test_two_locations_keep_apart(location: Connection, signed: Connection, client: ZrgClient) -> None:
    post(client, sms())
    post(client, sms(location={"id": "graniteLocation00001"}), **{"x-webhook-secret": SECRET})

    assert set(WebhookEvent.objects.values_list("workspace_id", flat=True)) == {
        location.workspace_id,
        signed.workspace_id,
    }


@pytest.mark.parametrize(
    ("payload", "later", "stored"),
    [
        (sms("Yes"), timedelta(days=3), 1),
        (undated("Yes"), timedelta(seconds=1), 1),
        (undated("Yes"), timedelta(minutes=9, seconds=59), 1),
        (undated("Yes"), timedelta(hours=1), 2),
    ],
)
def test_repeat_or_second_message(
    location: Connection, client: ZrgClient, payload: dict[str, Any], later: timedelta, stored: int
) -> None:
    with time_machine.travel(NOON, tick=False):
        first = post(client, payload).json()
    with time_machine.travel(NOON + later, tick=False):
        second = post(client, payload).json()

    assert WebhookEvent.objects.count() == stored
    assert second["queued"] is (stored == 2)
    assert (first["event_id"] == second["event_id"]) is (stored == 1)


def test_same_words_of_another_contact_are_another_message(location: Connection, client: ZrgClient) -> None:
    post(client, undated("Yes"))
    post(client, undated("Yes", contact_id="anotherContact000001"))

    assert WebhookEvent.objects.count() == 2


@pytest.mark.parametrize(
    "payload",
    [
        sms(),
        sms(contact_id="madeAnew000000000001"),
        sms(contact_id="madeAnew000000000001", phone="(415) 555-2671", country="US", custom={"Phone Number": None}),
    ],
)
def test_hard_02_staff_phone_never_lead(
    location: Connection, signed: Connection, client: ZrgClient, payload: dict[str, Any]
) -> None:
    if payload["contact_id"] == CONTACT:
        NotificationContact.objects.create(
            workspace=location.workspace, phone="+14155550100", provider_contact_id=CONTACT
        )
    else:
        NotificationContact.objects.create(
            workspace=location.workspace, phone="+14155552671", provider_contact_id="staffContact00000001"
        )
    post(client, payload)
    drain()

    event = WebhookEvent.objects.get()
    assert (event.status, event.outcome) == (EventStatus.SUCCEEDED, "ignored:notification_contact")
    assert not Lead.objects.exists()


def test_staff_of_another_workspace_is_a_lead_here(location: Connection, signed: Connection, client: ZrgClient) -> None:
    NotificationContact.objects.create(workspace=signed.workspace, phone="+14155552671", provider_contact_id=CONTACT)
    post(client, sms())

    with tenant(location.workspace_id):
        outcome = process(WebhookEvent.objects.get())

    assert outcome == "processed"
    assert Lead.objects.get().workspace_id == location.workspace_id

"""POST /api/webhooks/clay: order of checks, who was asked about, answers."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from integrations import registry
from integrations.contracts import EnrichmentAnswer
from integrations.models import WebhookRoute
from integrations.services.routes import remember_clay_lead
from tests.factories import WorkspaceFactory
from tests.integrations.clay.payloads import LEAD_ID, LINKEDIN, PHONE, URL, hmac_of, post
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.simulator import CLAY_SECRET
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.models import Workspace

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAY_CALLBACK_SECRET", CLAY_SECRET)


@pytest.fixture
def workspace() -> Workspace:
    workspace = WorkspaceFactory()
    remember_clay_lead(workspace.pk, UUID(LEAD_ID))
    return workspace


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[EnrichmentAnswer]:
    """Contracts handed to the receiver; nothing above this app acts on them."""
    found: list[EnrichmentAnswer] = []

    def note(contract: EnrichmentAnswer) -> str:
        found.append(contract)
        return "processed"

    monkeypatch.setattr(registry, "_receivers", {EnrichmentAnswer: note})
    return found


def refused(response: Any, status: int, error: str) -> None:
    assert (response.status_code, response.json()) == (status, {"error": error})
    assert WebhookEvent.objects.count() == 0


def test_answer_is_kept(workspace: Workspace, client: ZrgClient) -> None:
    response = post(client, PHONE)

    event = WebhookEvent.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "queued": True,
        "event_id": str(event.pk),
        "event_type": "enrichment",
    }
    assert (event.workspace_id, event.provider, event.connection_id) == (workspace.pk, "CLAY", None)
    assert event.dedupe_key.startswith(f"clay:{workspace.pk}:enrichment:{LEAD_ID}:phone:")
    assert (event.priority, event.provider_lead_id) == (50, LEAD_ID)


def test_answer_reaches_its_receiver(workspace: Workspace, client: ZrgClient, received: list[EnrichmentAnswer]) -> None:
    post(client, LINKEDIN)
    drain()

    (answer,) = received
    assert (answer.workspace_id, answer.lead_id, answer.kind) == (workspace.pk, UUID(LEAD_ID), "linkedin")
    assert (answer.status, answer.linkedin_url) == ("success", "https://www.linkedin.com/in/dana-reyes/")
    assert WebhookEvent.objects.get().status == EventStatus.SUCCEEDED


def test_redelivery_is_deduped_until_it_is_processed(
    workspace: Workspace, client: ZrgClient, received: list[EnrichmentAnswer]
) -> None:
    post(client, PHONE)
    repeated = post(client, PHONE)
    drain()

    assert repeated.json()["deduped"] is True
    assert (WebhookEvent.objects.count(), len(received)) == (1, 1)


def test_same_words_may_answer_a_later_question(
    workspace: Workspace, client: ZrgClient, received: list[EnrichmentAnswer]
) -> None:
    nothing = {"leadId": LEAD_ID, "type": "phone", "status": "not_found"}
    post(client, nothing)
    drain()

    later = post(client, nothing)
    drain()

    assert later.json()["queued"] is True
    assert len(received) == 2


def test_alternative_header(workspace: Workspace, client: ZrgClient) -> None:
    assert post(client, PHONE, **{"x-webhook-signature": CLAY_SECRET}).status_code == 200


def test_hmac(workspace: Workspace, client: ZrgClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAY_CALLBACK_USE_HMAC", "true")
    body = json.dumps(PHONE, indent=1)

    assert post(client, body, **{"x-clay-signature": f"sha256={hmac_of(body)}"}).status_code == 200
    assert WebhookEvent.objects.count() == 1


def test_hmac_refuses_the_plain_secret(
    workspace: Workspace, client: ZrgClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAY_CALLBACK_USE_HMAC", "true")

    refused(post(client, PHONE), 401, "Invalid signature")


@pytest.mark.parametrize("header", ["", "wrong-secret-of-somebody"])
def test_bad_signature_is_refused(workspace: Workspace, client: ZrgClient, header: str) -> None:
    refused(post(client, PHONE, **{"x-clay-signature": header}), 401, "Invalid signature")


def test_unset_secret_refuses_everybody(
    workspace: Workspace, client: ZrgClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLAY_CALLBACK_SECRET")

    refused(post(client, PHONE, **{"x-clay-signature": ""}), 401, "Invalid signature")
    refused(client.post(URL, PHONE, content_type="application/json"), 401, "Invalid signature")


def test_unset_secret_accepts_in_development(
    workspace: Workspace, client: ZrgClient, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.delenv("CLAY_CALLBACK_SECRET")
    settings.DEBUG = True

    assert client.post(URL, PHONE, content_type="application/json").status_code == 200


def test_signature_is_checked_before_anything_else(workspace: Workspace, client: ZrgClient) -> None:
    refused(post(client, "no json", **{"x-clay-signature": "wrong"}), 401, "Invalid signature")


@pytest.mark.parametrize("body", ["no json", "[1]", '"text"', "", b"\xff"])
def test_a_body_that_is_no_object(workspace: Workspace, client: ZrgClient, body: Any) -> None:
    refused(post(client, body), 400, "Invalid JSON body")


def test_fields_are_checked_before_the_lead(db: None, client: ZrgClient) -> None:
    refused(post(client, {"type": "phone"}), 400, "Missing required field: leadId")
    refused(post(client, {"leadId": str(uuid4())}), 400, "Missing or invalid required field: enrichmentType")


@pytest.mark.parametrize("lead", ["00000000-0000-4000-8000-000000000001", "55021", "' OR 1=1"])
def test_a_lead_nobody_asked_about(workspace: Workspace, client: ZrgClient, lead: str) -> None:
    refused(post(client, {**PHONE, "leadId": lead}), 404, "Lead not found")


def test_a_deleted_workspace_is_not_found(workspace: Workspace, client: ZrgClient) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(status="deleted", deleted_at=timezone.now())

    refused(post(client, PHONE), 404, "Lead not found")


def test_a_body_that_is_too_large(workspace: Workspace, client: ZrgClient, settings: Settings) -> None:
    settings.WEBHOOK_MAX_BODY_BYTES = 50

    refused(post(client, PHONE), 413, "Payload too large")


def test_get_describes_the_endpoint(db: None, client: ZrgClient) -> None:
    assert client.get(URL).json() == {"status": "ok", "endpoint": "clay"}


def test_the_lead_id_is_read_in_any_spelling(workspace: Workspace, client: ZrgClient) -> None:
    assert post(client, {**PHONE, "leadId": LEAD_ID.upper()}).status_code == 200


def test_a_lead_that_moved_answers_to_its_new_workspace(workspace: Workspace, client: ZrgClient) -> None:
    other = WorkspaceFactory()
    remember_clay_lead(other.pk, UUID(LEAD_ID))
    remember_clay_lead(other.pk, UUID(LEAD_ID))

    post(client, PHONE)

    assert WebhookRoute.objects.filter(provider="CLAY").count() == 1
    assert WebhookEvent.objects.get().workspace_id == other.pk

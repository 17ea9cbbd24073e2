import uuid
from datetime import UTC, datetime, timedelta

import pytest

from integrations.contracts import EmailOpened, PersonDetails, ProviderIds, ProviderSwitched
from integrations.registry import registered_contracts
from leads import receivers
from leads.models import Lead
from tests.factories import LeadFactory, WorkspaceFactory
from zrg.jobs import registry

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def opened(workspace, at=NOW, **person):
    return receivers.receive_email_opened(
        EmailOpened(
            workspace_id=workspace.pk,
            event_id=uuid.uuid4(),
            event_key="key",
            event_type="EMAIL_OPENED",
            provider="EMAILBISON",
            channel="email",
            received_at=NOW,
            person=PersonDetails(**person),
            ids=ProviderIds(),
            opened_at=at,
        )
    )


def test_opening_is_counted_on_an_existing_lead_and_moves_nothing():
    lead = LeadFactory(email="dana@northfork.example")
    sort_at = Lead.objects.get(pk=lead.pk).sort_at

    assert opened(lead.workspace, email="dana@northfork.example") == "processed"
    assert opened(lead.workspace, at=NOW - timedelta(hours=1), email="dana@northfork.example") == "processed"

    lead.refresh_from_db()
    assert (lead.email_open_count, lead.email_last_opened_at, lead.sort_at) == (2, NOW, sort_at)


def test_opening_makes_no_lead():
    workspace = WorkspaceFactory()

    assert opened(workspace, email="dana@northfork.example") == "ignored:unknown_lead"
    assert Lead.objects.count() == 0


def test_hard_02_provider_switch_drops_ids(monkeypatch):
    monkeypatch.setattr(receivers, "CLEAR_BATCH", 2)
    workspace, other = WorkspaceFactory(), WorkspaceFactory()
    for number in range(5):
        LeadFactory(workspace=workspace, email_bison_lead_id=str(number), sender_account_id="9")
    untouched = LeadFactory(workspace=workspace, ghl_contact_id="G1")
    stranger = LeadFactory(workspace=other, email_bison_lead_id="1", sender_account_id="9")
    changed_at = Lead.objects.get(pk=untouched.pk).changed_at

    event = ProviderSwitched(workspace_id=workspace.pk, switch_id=uuid.uuid4(), provider="INSTANTLY")
    receivers.drop_provider_ids(event)
    receivers.drop_provider_ids(event)

    assert not Lead.objects.in_workspace(workspace).holding_provider_ids().exists()
    untouched.refresh_from_db()
    stranger.refresh_from_db()
    assert (untouched.ghl_contact_id, untouched.changed_at) == ("G1", changed_at)
    assert (stranger.email_bison_lead_id, stranger.sender_account_id) == ("1", "9")


def test_receivers_are_registered():
    switched = [spec.name for spec in registry.receivers_of("ProviderSwitched")]

    assert "leads.drop_provider_ids" in switched
    assert registered_contracts()["EmailOpened"] == "leads.receivers.receive_email_opened"

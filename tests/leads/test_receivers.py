import uuid
from datetime import UTC, datetime, timedelta

import pytest

from integrations.contracts import EmailOpened, LinkedInConnected, PersonDetails, ProviderIds, ProviderSwitched
from integrations.registry import registered_contracts
from leads import receivers
from leads.models import Lead, LeadIdentityConflict
from tests.factories import LeadFactory, WorkspaceFactory
from zrg.jobs import registry

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PROFILE = "https://linkedin.com/in/dana-reyes"
MEMBER = "ACoAAB1cdEfGhIjKlMnOp"


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


def connected(workspace, at=NOW, **changes):
    values = {
        "person": PersonDetails(first_name="Dana", last_name="Reyes", linkedin_url=PROFILE),
        "linkedin_id": MEMBER,
        "profile_url": PROFILE,
        **changes,
    }
    return receivers.receive_linkedin_connected(
        LinkedInConnected(
            workspace_id=workspace.pk,
            event_id=uuid.uuid4(),
            event_key="key",
            event_type="new_relation",
            provider="UNIPILE",
            channel="linkedin",
            received_at=at,
            **values,
        )
    )


def test_accepted_invitation_connects_the_known_lead():
    lead = LeadFactory(
        linkedin_url=PROFILE,
        first_name="Daniela",
        linkedin_connection="pending",
        linkedin_unreachable_at=NOW - timedelta(days=1),
        linkedin_unreachable_reason="cannot be reached",
    )
    LeadFactory(linkedin_url=PROFILE)

    assert [connected(lead.workspace), connected(lead.workspace)] == ["processed"] * 2

    lead.refresh_from_db()
    assert (lead.linkedin_id, lead.linkedin_url, lead.first_name) == (MEMBER, PROFILE, "Daniela")
    assert (lead.linkedin_connection, lead.linkedin_connection_checked_at) == ("connected", NOW)
    assert (lead.linkedin_unreachable_at, lead.linkedin_unreachable_reason) == (None, None)
    assert Lead.objects.in_workspace(lead.workspace).count() == 1
    assert Lead.objects.filter(linkedin_connection="connected").count() == 1


def test_accepted_invitation_of_a_stranger_makes_the_lead():
    workspace = WorkspaceFactory()

    connected(workspace)

    lead = Lead.objects.get()
    assert (lead.first_name, lead.last_name, lead.linkedin_id, lead.linkedin_url) == ("Dana", "Reyes", MEMBER, PROFILE)
    assert (lead.linkedin_connection, lead.workspace_id) == ("connected", workspace.pk)


def test_another_member_id_of_a_known_profile_is_a_conflict():
    lead = LeadFactory(linkedin_url=PROFILE, linkedin_id="ACoAAOther00000000")

    connected(lead.workspace)

    lead.refresh_from_db()
    conflict = LeadIdentityConflict.objects.get()
    assert (lead.linkedin_id, lead.linkedin_connection) == ("ACoAAOther00000000", "connected")
    assert (conflict.lead_id, conflict.identifier, conflict.value) == (lead.pk, "linkedin_id", MEMBER)


def test_connection_that_names_nobody_is_ignored():
    outcome = connected(
        WorkspaceFactory(),
        linkedin_id=None,
        profile_url="https://linkedin.com/company/northfork",
        person=PersonDetails(first_name="Dana"),
    )

    assert (outcome, Lead.objects.exists()) == ("ignored:no_usable_identity", False)


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
    assert registered_contracts()["LinkedInConnected"] == "leads.receivers.receive_linkedin_connected"

"""The switches of routing in the settings: who may take what no rule fits."""

import re

import pytest

from assignment.enums import PartnershipStatus
from tests.factories import MembershipFactory, RoutingPartnerFactory
from zrg.workspaces.enums import MembershipRole, RoutingFallback
from zrg.workspaces.models import AdminAuditEvent, WorkspaceSettings

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(client):
    found = RoutingPartnerFactory(status=PartnershipStatus.ACTIVE)
    client.login_as(found.workspace.owner)
    return found


def url(partner):
    return f"/w/{partner.workspace_id}/settings/integrations/routing-switches"


def save(client, partner, **changed):
    version = re.search(r'name="version" value="(\d+)"', client.get(url(partner)).content.decode())[1]
    given = {"routing_fallback": "retry", "routing_fallback_workspace": "", "routing_max_attempts": "3",
             "lead_ttl_days": "90", "version": version}  # fmt: skip
    return client.post(url(partner), given | changed)


def stored(partner):
    return WorkspaceSettings.objects.get(workspace_id=partner.workspace_id)


def test_switches_are_saved_with_an_audit_row(client, partner):
    response = save(
        client,
        partner,
        lead_routing_enabled="on",
        routing_fallback="forward",
        routing_fallback_workspace=str(partner.destination_workspace_id),
        routing_max_attempts="5",
    )

    row = stored(partner)
    assert response.status_code == 302
    assert (row.lead_routing_enabled, row.routing_fallback) == (True, RoutingFallback.FORWARD)
    assert (row.routing_fallback_workspace_id, row.routing_max_attempts) == (partner.destination_workspace_id, 5)
    event = AdminAuditEvent.objects.get(action="settings.changed")
    assert event.after["routing_fallback_workspace"] == str(partner.destination_workspace_id)
    assert partner.destination_workspace.name in client.get(url(partner)).content.decode()


def test_page_says_from_which_lead_on_a_switch_counts(client, partner):
    page = client.get(url(partner)).content.decode()

    assert "Takes effect for the next lead that arrives or is tried again." in page
    assert "next reply" not in page


@pytest.mark.parametrize("status", [PartnershipStatus.PAUSED, PartnershipStatus.PROPOSED, PartnershipStatus.ENDED])
def test_forwarding_without_an_active_agreement_is_refused(client, partner, status):
    type(partner).objects.filter(pk=partner.pk).update(status=status)

    unlisted = save(
        client, partner, routing_fallback="forward", routing_fallback_workspace=str(partner.destination_workspace_id)
    )
    nobody = save(client, partner, routing_fallback="forward")

    assert (unlisted.status_code, nobody.status_code) == (422, 422)
    assert "Choose a workspace with an active agreement" in nobody.content.decode()
    assert (stored(partner).routing_fallback, stored(partner).routing_fallback_workspace_id) == ("retry", None)


def test_workspace_without_an_agreement_is_not_named_and_not_stored(client, partner):
    other = RoutingPartnerFactory(status=PartnershipStatus.ACTIVE)

    html = client.get(url(partner)).content.decode()
    refused = save(
        client, partner, routing_fallback="forward", routing_fallback_workspace=str(other.destination_workspace_id)
    )

    assert other.destination_workspace.name not in html
    assert refused.status_code == 422
    assert stored(partner).routing_fallback_workspace_id is None


def test_stored_choice_whose_agreement_ended_stays_until_it_is_changed(client, partner):
    WorkspaceSettings.objects.filter(workspace_id=partner.workspace_id).update(
        routing_fallback="keep", routing_fallback_workspace_id=partner.destination_workspace_id
    )
    type(partner).objects.filter(pk=partner.pk).update(status=PartnershipStatus.ENDED)

    assert "A workspace without an active agreement" in client.get(url(partner)).content.decode()


def test_setter_sees_the_switches_closed(client, partner):
    WorkspaceSettings.objects.filter(workspace_id=partner.workspace_id).update(lead_routing_enabled=False)
    client.login_as(MembershipFactory(workspace=partner.workspace, role=MembershipRole.SETTER.value).user)

    assert client.post(url(partner), {"version": "1", "lead_routing_enabled": "on"}).status_code == 403
    assert not stored(partner).lead_routing_enabled

"""A rule whose stored conditions nobody can read: flagged where rules are listed, skipped where leads are routed."""

import pytest
from django.urls import reverse

from assignment.models import RoutingRule
from assignment.services.routing.single import route_lead
from tests.factories import LeadFactory, PlatformGrantFactory, RoutingPartnerFactory, RoutingRuleFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

BROKEN = [
    {"conditions": {"field": "moon", "op": "eq", "value": 1}},
    {"conditions": {"field": "industry", "op": "resembles", "value": "x"}},
    {"conditions": {"any": 5}},
    {"conditions": {"field": "industry"}},
    {"conditions": ["industry"]},
    {"schedule": {"days": [9], "from": "25:00"}},
    {"schedule": {"days": [1], "from": "09:00", "to": "17:00", "timezone": "Nowhere/Land"}},
]


@pytest.fixture
def partner(client):
    found = RoutingPartnerFactory()
    client.login_as(found.workspace.owner)
    return found


def broken_rule(partner, columns):
    rule = RoutingRuleFactory(
        workspace=partner.workspace, destination_workspace=partner.destination_workspace, name="Torn", priority=9
    )
    RoutingRule.objects.filter(pk=rule.pk).update(**columns)
    return rule


@pytest.mark.parametrize("columns", BROKEN)
def test_it_is_flagged_can_be_opened_and_the_others_go_on(client, partner, columns):
    torn = broken_rule(partner, columns)
    good = RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    lead = LeadFactory(workspace=partner.workspace)
    base = f"/w/{partner.workspace_id}/settings/integrations/routing"

    page = client.get(base).content.decode()
    opened = client.get(f"{base}/of/{torn.pk}")

    assert '<span class="standing standing--bad">Cannot be read</span>' in page
    assert opened.status_code == 200
    assert route_lead(lead.pk, partner.workspace_id).matched_rule_id == good.pk


@pytest.mark.parametrize("columns", BROKEN)
def test_the_administration_says_so_too(client, partner, columns):
    torn = broken_rule(partner, columns)
    client.login_as(PlatformGrantFactory().user)

    page = client.get(reverse("admin:assignment_routingrule_changelist")).content.decode()

    assert "cannot be read" in page
    assert client.get(reverse("admin:assignment_routingrule_change", args=[torn.pk])).status_code == 200

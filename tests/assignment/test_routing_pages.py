"""Routing where people look: the page of health, the drawer, `/readyz`."""

import pytest
from django.urls import reverse

from assignment.models import RoutingQueueEntry
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.factories import LeadFactory, PlatformGrantFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.support.routing_world import call, new_owner
from zrg.workspaces.models import AdminAuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule():
    partner = RoutingPartnerFactory()
    asks = {"field": "industry", "op": "in", "value": ["dental"]}
    return RoutingRuleFactory(
        workspace=partner.workspace,
        destination_workspace=partner.destination_workspace,
        conditions=asks,
        name="Only <b>dental",
    )


def waiting(rule):
    lead = LeadFactory(workspace=rule.workspace, industry="Legal")
    assert route_lead(lead.pk, rule.workspace_id).result == "retry"
    return lead


def given_up(rule):
    lead = LeadFactory(workspace=rule.workspace)
    owner = new_owner()
    assert call("acquire_routing_lock", lead.pk, owner)
    call("fail_routing", lead.pk, "x", owner, 1)
    return lead


def drawer(client, lead):
    return client.get(f"/w/{lead.workspace_id}/inbox/drawer/{lead.pk}/routing").content.decode()


def act(client, lead, wish):
    return client.post(
        f"/w/{lead.workspace_id}/inbox/leads/{lead.pk}/routing", {"act": wish}, headers={"HX-Request": "true"}
    )


def test_the_page_of_health_is_for_platform_people(client, rule):
    waiting(rule)
    client.login_as(rule.workspace.owner)
    assert client.get(reverse("admin:assignment_routing_health")).status_code == 403

    client.login_as(PlatformGrantFactory().user)
    page = client.get(reverse("admin:assignment_routing_health"))

    shown = page.content.decode()
    assert page.status_code == 200
    assert ("All kept." in shown, "ROUTING_RETRY_DISABLED" in shown) == (True, True)
    assert shown.count("Quiet") == 7


def test_the_page_of_health_tries_what_is_due(client, rule):
    lead = waiting(rule)
    Lead.objects.filter(pk=lead.pk).update(industry="Dental")
    call("hurry_routing_retries", lead.workspace_id, None, False)
    client.login_as(PlatformGrantFactory().user)

    page = client.post(reverse("admin:assignment_routing_health"), follow=True)

    assert "1 tried, 1 routed, 0 failed." in page.content.decode()
    assert Lead.objects.get(pk=lead.pk).workspace_id == rule.destination_workspace_id


def test_the_drawer_says_why_a_lead_waits(client, rule):
    lead = waiting(rule)
    client.login_as(rule.workspace.owner)

    shown = drawer(client, lead)

    assert ("No rule matches" in shown, "Next attempt" in shown, "Try now" in shown) == (True, True, True)
    assert ("Only &lt;b&gt;dental" in shown, "Conditions do not match" in shown) == (True, True)


def test_a_person_makes_the_next_attempt_due(client, rule):
    lead = waiting(rule)
    before = RoutingQueueEntry.objects.get().next_retry_at
    client.login_as(rule.workspace.owner)

    assert act(client, lead, "retry").status_code == 200

    assert RoutingQueueEntry.objects.get().next_retry_at < before
    assert AdminAuditEvent.objects.filter(action="routing.retry_now").count() == 1
    assert act(client, lead, "retry").status_code == 409
    assert AdminAuditEvent.objects.filter(action="routing.retry_now").count() == 1


def test_a_person_puts_a_failed_lead_back(client, rule):
    lead = given_up(rule)
    client.login_as(rule.workspace.owner)
    assert "Route again" in drawer(client, lead)

    assert act(client, lead, "requeue").status_code == 200

    assert Lead.objects.values_list("routing_status", "routing_attempts").get(pk=lead.pk) == ("pending", 0)
    assert act(client, lead, "requeue").status_code == 409


def test_reviving_is_for_platform_people(client, rule):
    lead = given_up(rule)
    client.login_as(rule.workspace.owner)

    assert act(client, lead, "revive").status_code == 403

    assert Lead.objects.get(pk=lead.pk).routing_status == "failed"


def test_a_destination_is_not_told_what_the_source_considered(client, rule):
    lead = LeadFactory(workspace=rule.workspace, industry="Dental")
    assert route_lead(lead.pk, rule.workspace_id).result == "success"
    client.login_as(rule.destination_workspace.owner)

    shown = drawer(client, Lead.objects.get(pk=lead.pk))

    assert ("Came from another workspace" in shown, "dental</p>" in shown, "Rules that" in shown) == (
        True,
        False,
        False,
    )


@pytest.mark.parametrize("path", ["/readyz", "/api/health"])
def test_readyz_has_the_figures(client, settings, rule, path):
    waiting(rule)

    answer = client.get(path, headers={"x-cron-secret": settings.CRON_SECRET}).json()

    block = answer["components"]["routing"]
    assert (block["ok"], block["detail"], block["pendingCount"], block["retryQueueCount"]) == (True, "healthy", 1, 1)


def test_an_attempt_that_is_due_is_not_made_due_again(client, rule):
    lead = waiting(rule)
    client.login_as(rule.workspace.owner)
    call("zrg_test_shift_routing", 61.0)

    shown = drawer(client, lead)

    assert ("Due since" in shown, "Try now" in shown) == (True, False)


def test_a_duplicate_says_that_it_stays_and_not_whose_it_is(client, rule):
    other = LeadFactory(email="kim@person.example")
    lead = LeadFactory(workspace=rule.workspace, routing_status="routed", duplicate_of_lead_id=other.pk)
    client.login_as(rule.workspace.owner)

    shown = drawer(client, lead)

    assert "Duplicate, stays here" in shown
    assert str(other.pk) not in shown

"""Routing where people look: the page of health, the drawer, `/readyz`."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assignment.models import RoutingLog, RoutingQueueEntry
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.factories import (
    LeadFactory,
    MembershipFactory,
    PlatformGrantFactory,
    RoutingPartnerFactory,
    RoutingRuleFactory,
    WorkspaceFactory,
)
from tests.support.routing_world import call, new_owner
from zrg.workspaces.models import AdminAuditEvent, WorkspaceSettings

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


def fresh(rule, **values):
    return LeadFactory(workspace=rule.workspace, routing_status="pending", industry="Dental", **values)


def standing(lead):
    return Lead.objects.values_list("workspace_id", "routing_status", "routing_attempts").get(pk=lead.pk)


def heard(answer):
    return json.loads(answer.headers["HX-Trigger"])["zrg:changed"]


def test_a_lead_that_waits_for_its_first_pass_is_routed_now(client, rule):
    lead = fresh(rule)
    client.login_as(rule.workspace.owner)
    assert "Route now" in drawer(client, lead)

    answer = act(client, lead, "route")

    assert (answer.status_code, standing(lead)) == (200, (rule.destination_workspace_id, "routed", 1))
    name = rule.destination_workspace.name
    assert heard(answer) == {"lead": str(lead.pk), "notice": f"The lead went to {name}.", "gone": True}
    assert "Route now" not in answer.content.decode()
    log = RoutingLog.objects.get()
    assert (log.path, log.actor_user_id) == ("manual", rule.workspace.owner_id)


def test_without_scripts_the_list_follows_a_lead_that_left(client, rule):
    lead = fresh(rule)
    client.login_as(rule.workspace.owner)

    answer = client.post(f"/w/{lead.workspace_id}/inbox/leads/{lead.pk}/routing", {"act": "route", "list": "tab=all"})

    assert (answer.status_code, answer.url) == (303, f"/?view=inbox&clientId={rule.workspace_id}&tab=all")


def test_a_lead_no_rule_wants_stays_with_a_planned_attempt(client, rule):
    lead = fresh(rule)
    Lead.objects.filter(pk=lead.pk).update(industry="Legal")
    client.login_as(rule.workspace.owner)

    answer = act(client, lead, "route")

    assert heard(answer)["notice"] == "Not routed yet: No rule matches. Another attempt is planned."
    assert "gone" not in heard(answer)
    assert ("Try now" in answer.content.decode(), RoutingQueueEntry.objects.count()) == (True, 1)


def test_a_duplicate_is_told_without_whose_it_is(client, rule):
    there = LeadFactory(workspace=rule.destination_workspace, email="kim@person.example", routing_status="routed")
    lead = fresh(rule, email="kim@person.example")
    client.login_as(rule.workspace.owner)

    answer = act(client, lead, "route")

    assert heard(answer)["notice"] == "The lead stays here: it is a duplicate."
    shown = answer.content.decode()
    assert (str(there.pk) in shown, rule.destination_workspace.name in shown) == (False, False)


def test_a_lead_somebody_holds_is_not_routed(client, rule):
    lead = fresh(rule)
    assert call("acquire_routing_lock", lead.pk, new_owner())
    client.login_as(rule.workspace.owner)
    assert "Route now" not in drawer(client, lead)
    before = standing(lead)

    answer = act(client, lead, "route")

    assert (answer.status_code, "Somebody is routing this lead" in answer.content.decode()) == (409, True)
    assert (standing(lead), RoutingLog.objects.count()) == (before, 0)


def test_nothing_is_routed_while_an_operator_stops_routing(client, rule, monkeypatch):
    lead = fresh(rule)
    monkeypatch.setenv("ROUTING_DISABLED", "1")
    client.login_as(rule.workspace.owner)
    shown = drawer(client, lead)
    assert ("Route now" in shown, "Routing is switched off: the lead waits." in shown) == (False, True)

    answer = act(client, lead, "route")

    refused = "Routing is switched off for now. The lead waits." in answer.content.decode()
    assert (answer.status_code, refused) == (409, True)
    assert (standing(lead), RoutingLog.objects.count()) == ((rule.workspace_id, "pending", 0), 0)


def test_nothing_is_routed_where_routing_is_off(client, rule):
    lead = fresh(rule)
    WorkspaceSettings.objects.filter(workspace=rule.workspace).update(lead_routing_enabled=False)
    client.login_as(rule.workspace.owner)

    answer = act(client, lead, "route")

    refused = "Routing is switched off in this workspace. The lead waits." in answer.content.decode()
    assert (answer.status_code, refused) == (409, True)
    assert (standing(lead), RoutingLog.objects.count()) == ((rule.workspace_id, "pending", 0), 0)


@pytest.mark.parametrize("role", ["INBOX_MANAGER", "SETTER"])
def test_routing_now_needs_the_right_to_run_it(client, rule, role):
    person = MembershipFactory(workspace=rule.workspace, role=role).user
    lead = fresh(rule, assigned_to=person)
    client.login_as(person)

    answer = act(client, lead, "route")

    assert (answer.status_code, standing(lead)) == (403, (rule.workspace_id, "pending", 0))
    assert RoutingLog.objects.count() == 0


def test_another_workspace_finds_no_lead_to_route(client, rule):
    lead = fresh(rule)
    client.login_as(WorkspaceFactory().owner)

    assert act(client, lead, "route").status_code == 404

    assert standing(lead) == (rule.workspace_id, "pending", 0)


def test_a_lead_past_its_time_cannot_be_routed(client, rule):
    lead = fresh(rule, lead_expires_at=timezone.now() - timedelta(hours=1))
    client.login_as(rule.workspace.owner)

    assert "Route now" not in drawer(client, lead)

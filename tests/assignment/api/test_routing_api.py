"""The endpoints of routing: who may, what they answer, what they refuse."""

import pytest
from django.db import connection

from assignment.models import LeadAttribution, RoutingLog, RoutingPartner, RoutingQueueEntry, RoutingRule
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.factories import (
    LeadFactory,
    MembershipFactory,
    PartnerWorkspaceFactory,
    PlatformGrantFactory,
    RoutingPartnerFactory,
    RoutingRuleFactory,
    WorkspaceFactory,
)

pytestmark = pytest.mark.django_db
DENTAL = {"industries": ["Dental"]}


@pytest.fixture
def partner():
    return RoutingPartnerFactory()


@pytest.fixture
def source(partner, client):
    client.login_as(partner.workspace.owner)
    return partner.workspace


def url(workspace, path):
    return f"/api/routing/{path}?clientId={workspace.pk}"


def new_rule(client, source, partner, **values):
    body = {"name": "Dental", "destinationWorkspaceId": str(partner.destination_workspace_id), "conditions": DENTAL}
    return client.post(url(source, "rules"), body | values, content_type="application/json")


def test_a_rule_is_made_changed_and_archived(client, source, partner):
    made = new_rule(client, source, partner)
    assert made.status_code == 201
    rule = made.json()
    assert rule["conditions"] == {"all": [{"field": "industry", "op": "in", "value": ["dental"]}]}
    path = f"/api/routing/rules/{rule['id']}"

    changed = client.patch(path, {"weight": 5, "version": 1}, content_type="application/json")
    stale = client.patch(path, {"weight": 6, "version": 1}, content_type="application/json")
    revisions = client.get(f"{path}/revisions").json()["revisions"]
    archived = client.delete(path)

    assert (changed.status_code, changed.json()["version"], changed.json()["weight"]) == (200, 2, 5)
    assert (stale.status_code, stale.json()["error"], stale.json()["version"]) == (409, "stale_version", 2)
    assert [one["version"] for one in revisions] == [2, 1]
    assert archived.json()["archivedAt"] is not None
    assert client.get(url(source, "rules")).json() == {"rules": []}


@pytest.mark.parametrize(
    ("values", "status", "error"),
    [
        ({"conditions": {"all": [{"field": "shoe", "op": "eq", "value": 1}]}}, 400, "bad_condition"),
        ({"weight": 0}, 400, "bad_input"),
        ({"caps": {"daily": -1}}, 400, "bad_input"),
        ({"schedule": {"days": [1], "from": "9", "to": "17:00", "timezone": "UTC"}}, 400, "bad_schedule"),
        ({"schedule": {"days": [1], "from": "09:00", "to": "17:00", "timezone": "Mars"}}, 400, "bad_schedule"),
        ({"colour": "red"}, 400, "bad_input"),
        ({"actions": {"tag_with": ["x"] * 21}}, 400, "bad_input"),
    ],
)
def test_bad_rules_save_nothing(client, source, partner, values, status, error):
    answer = new_rule(client, source, partner, **values)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert RoutingRule.objects.count() == 0


def test_a_condition_at_fault_is_pointed_at(client, source, partner):
    conditions = {"all": [{"field": "industry", "op": "in", "value": ["x"]}, {"field": "shoe", "op": "eq", "value": 1}]}

    answer = new_rule(client, source, partner, conditions=conditions)

    assert answer.json()["pointer"] == "/all/1/field"


def test_a_destination_needs_an_agreement(client, source, partner):
    answer = new_rule(client, source, partner, destinationWorkspaceId=str(WorkspaceFactory().pk))

    assert (answer.status_code, answer.json()["error"]) == (422, "destination_not_partner")


def test_saving_a_rule_tries_failed_leads_again(client, source, partner):
    lead = LeadFactory(workspace=source, industry="Dental")
    for _ in range(3):
        route_lead(lead.pk, source.pk)
    assert Lead.objects.get(pk=lead.pk).routing_status == "failed"

    new_rule(client, source, partner)

    lead.refresh_from_db()
    assert (lead.routing_status, lead.routing_attempts) == ("pending", 0)


def test_route_answers_with_the_result(client, source, partner):
    rule = RoutingRuleFactory(workspace=source, destination_workspace=partner.destination_workspace)
    lead = LeadFactory(workspace=source)

    answer = client.post(f"/api/routing/leads/{lead.pk}/route")
    alias = client.post("/api/leads/route", {"leadId": str(lead.pk)}, content_type="application/json")

    assert answer.status_code == 200
    found = answer.json()
    assert (found["success"], found["result"], found["matchedRuleName"]) == (True, "success", rule.name)
    assert found["destinationWorkspaceId"] == str(partner.destination_workspace_id)
    assert "duplicateLeadId" not in found
    # It lives elsewhere now: to the source it does not exist any more.
    assert alias.status_code == 404


def test_setters_and_strangers_may_not(client, partner):
    lead = LeadFactory(workspace=partner.workspace)
    setter = MembershipFactory(workspace=partner.workspace).user
    stranger = WorkspaceFactory().owner

    client.login_as(setter)
    assert client.post(f"/api/routing/leads/{lead.pk}/route").status_code in (403, 404)
    assert client.get(url(partner.workspace, "rules")).status_code == 403
    client.login_as(stranger)
    assert client.post(f"/api/routing/leads/{lead.pk}/route").status_code == 404
    assert client.get(url(partner.workspace, "logs")).status_code in (403, 404)
    assert RoutingLog.objects.count() == 0


def test_routing_switched_off_answers_503(client, source, monkeypatch):
    lead = LeadFactory(workspace=source)
    monkeypatch.setenv("ROUTING_DISABLED", "1")

    answer = client.post(f"/api/routing/leads/{lead.pk}/route")

    assert (answer.status_code, answer.json()["error"]) == (503, "routing_disabled")


def test_batch_of_too_many_is_refused(client, source):
    ids = ["00000000-0000-4000-8000-000000000000"] * 501

    answer = client.post(url(source, "batch"), {"leadIds": ids}, content_type="application/json")

    assert answer.status_code == 422


def test_simulation_writes_nothing(client, source, partner):
    RoutingRuleFactory(workspace=source, destination_workspace=partner.destination_workspace, name="All")
    lead = LeadFactory(workspace=source)

    one = client.post(url(source, "simulate"), {"leadId": str(lead.pk)}, content_type="application/json").json()
    draft = {"destinationWorkspaceId": str(source.pk), "priority": 5}
    recent = client.post(
        url(source, "simulate/recent"), {"count": 10, "rules": [draft]}, content_type="application/json"
    ).json()

    assert (one["outcome"], one["ruleName"]) == ("route", "All")
    before = {str(partner.destination_workspace_id): 1}
    assert recent == {"leads": 1, "before": before, "after": {"keep": 1}, "stay": {}}
    assert RoutingLog.objects.count() == 0


def test_partnership_from_proposal_to_end(client):
    source, destination = WorkspaceFactory(settings__lead_routing_enabled=True), PartnerWorkspaceFactory()
    client.login_as(source.owner)
    body = {"destinationWorkspaceId": str(destination.pk), "creditAmount": "10"}
    made = client.post(url(source, "partners"), body, content_type="application/json")
    path = f"/api/routing/partners/{made.json()['id']}"
    own_acceptance = client.post(f"{path}/accept")
    client.login_as(destination.owner)
    accepted = client.post(f"{path}/accept")
    capped = client.patch(path, {"caps": {"daily": 5}}, content_type="application/json")
    foreign = client.patch(path, {"creditAmount": "99"}, content_type="application/json")
    client.login_as(source.owner)
    repriced = client.patch(path, {"creditAmount": "12"}, content_type="application/json")
    ended = client.post(f"{path}/end", {"reason": "done"}, content_type="application/json")
    again = client.post(f"{path}/end")

    assert (made.status_code, made.json()["status"]) == (201, "proposed")
    assert own_acceptance.status_code == 403
    assert accepted.json()["status"] == "active"
    assert capped.json()["caps"]["daily"] == 5
    assert foreign.status_code == 400
    assert repriced.json()["status"] == "proposed"
    assert (ended.json()["status"], again.status_code) == ("ended", 409)
    assert str(RoutingPartner.objects.get().credit_amount) == "12.00"


def test_a_global_admin_speaks_for_both(client):
    source, destination = WorkspaceFactory(), PartnerWorkspaceFactory()
    client.login_as(PlatformGrantFactory().user)

    made = client.post(
        url(source, "partners"), {"destinationWorkspaceId": str(destination.pk)}, content_type="application/json"
    )

    assert (made.status_code, made.json()["status"]) == (201, "active")


def test_queue_is_hurried_and_cancelled(client, source):
    lead = LeadFactory(workspace=source)
    route_lead(lead.pk, source.pk)
    entry = client.get(url(source, "queue")).json()["entries"][0]

    hurried = client.post(f"/api/routing/queue/{entry['id']}/retry-now")
    cancelled = client.post(f"/api/routing/queue/{entry['id']}/cancel")

    assert (hurried.status_code, cancelled.status_code) == (200, 200)
    lead.refresh_from_db()
    assert (lead.routing_status, lead.routing_error_code) == ("failed", "lead_invalid")
    assert RoutingQueueEntry.objects.get().outcome == "cancelled"
    assert client.get(url(source, "unroutable")).json()["codes"]["lead_invalid"]["count"] == 1
    requeued = client.post(url(source, "requeue"), {"code": "lead_invalid"}, content_type="application/json")
    assert requeued.json() == {"requeued": 1}


def test_logs_page_by_cursor_and_hide_the_decision_from_the_other_side(client, source, partner):
    RoutingRuleFactory(workspace=source, destination_workspace=partner.destination_workspace)
    leads = [LeadFactory(workspace=source) for _ in range(3)]
    for lead in leads:
        route_lead(lead.pk, source.pk)

    first = client.get(url(source, "logs") + "&limit=2").json()
    second = client.get(url(source, "logs") + f"&limit=2&cursor={first['next']}").json()

    assert (len(first["logs"]), len(second["logs"]), second["next"]) == (2, 1, None)
    assert {one["leadId"] for one in first["logs"] + second["logs"]} == {str(lead.pk) for lead in leads}
    assert "ruleId" in first["logs"][0]
    client.login_as(partner.destination_workspace.owner)
    theirs = client.get(url(partner.destination_workspace, "logs")).json()["logs"]
    assert len(theirs) == 3
    assert "ruleId" not in theirs[0]


def test_a_delivery_is_returned_once(client, source, partner):
    RoutingRuleFactory(workspace=source, destination_workspace=partner.destination_workspace)
    lead = LeadFactory(workspace=source)
    route_lead(lead.pk, source.pk)
    path = f"/api/routing/attributions/{LeadAttribution.objects.get().pk}/return"
    own = client.post(path, {"reason": "bad_contact"}, content_type="application/json")
    client.login_as(partner.destination_workspace.owner)

    unknown = client.post(path, {"reason": "ugly"}, content_type="application/json")
    done = client.post(path, {"reason": "bad_contact"}, content_type="application/json")
    again = client.post(path, {"reason": "bad_contact"}, content_type="application/json")

    assert own.status_code in (403, 404)
    assert (unknown.status_code, done.status_code, again.status_code) == (422, 200, 409)
    assert again.json()["error"] == "already_returned"
    lead.refresh_from_db()
    assert (lead.workspace_id, lead.routing_status, lead.routing_error_code) == (source.pk, "failed", "returned")
    assert lead.routing_excluded_workspace_ids == [partner.destination_workspace_id]


def test_a_delivery_is_kept_after_its_window(client, source, partner):
    RoutingRuleFactory(workspace=source, destination_workspace=partner.destination_workspace)
    lead = LeadFactory(workspace=source)
    route_lead(lead.pk, source.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT zrg_test_shift_routing(%s)", [8 * 86_400.0])
    client.login_as(partner.destination_workspace.owner)

    answer = client.post(
        f"/api/routing/attributions/{LeadAttribution.objects.get().pk}/return",
        {"reason": "bad_contact"},
        content_type="application/json",
    )

    assert (answer.status_code, answer.json()["error"]) == (409, "window_closed")


def test_health_and_stats(client, source):
    lead = LeadFactory(workspace=source)
    route_lead(lead.pk, source.pk)

    health = client.get(url(source, "health")).json()
    stats = client.get(url(source, "stats")).json()

    assert (health["status"], health["pendingCount"], health["retryQueueCount"]) == ("healthy", 1, 1)
    assert (stats["totalLeads"], stats["routedAway"]) == (1, 0)


def test_platform_acts_are_for_the_platform(client, source):
    assert client.post("/api/routing/retry/trigger").status_code == 403
    assert client.post(url(source, "revive"), {"leadIds": []}, content_type="application/json").status_code == 403
    client.login_as(PlatformGrantFactory().user)
    assert client.post("/api/routing/retry/trigger").json()["processed"] == 0


def test_hard_11b_output_safety(client, source, partner):
    answer = new_rule(client, source, partner, name="<script>", conditions={"industries": ["'; DROP TABLE x; --"]})
    assert answer.status_code == 201
    lead = LeadFactory(workspace=source, industry="'; DROP TABLE x; --", email="kim@person.example")

    result = route_lead(lead.pk, source.pk)

    assert result.result == "success"
    log = RoutingLog.objects.get()
    assert "kim@" not in f"{log.metadata}{log.error_message}"
    assert Lead.objects.filter(pk=lead.pk).exists()

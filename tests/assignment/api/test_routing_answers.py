"""What the endpoints of routing tell and to whom, and what they do with odd input."""

import pytest
from django.db import connection

from assignment.models import LeadAttribution, RoutingLog, RoutingPartner, RoutingQueueEntry, RoutingRule
from assignment.services.routing.single import route_lead
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


@pytest.fixture
def partner():
    return RoutingPartnerFactory()


@pytest.fixture
def rule(partner):
    return RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)


@pytest.fixture
def source(partner, client):
    client.login_as(partner.workspace.owner)
    return partner.workspace


def url(workspace, path, **query):
    return f"/api/routing/{path}?clientId={workspace.pk}" + "".join(f"&{key}={value}" for key, value in query.items())


def post(client, path, body):
    return client.post(path, body, content_type="application/json")


def patch(client, path, body):
    return client.patch(path, body, content_type="application/json")


def end(partner):
    RoutingPartner.objects.filter(pk=partner.pk).update(status="ended")


def test_a_rule_whose_agreement_ended_can_be_put_away(client, source, partner, rule):
    end(partner)
    path = f"/api/routing/rules/{rule.pk}"

    off = post(client, f"{path}/activate", {"active": False})
    on = post(client, f"{path}/activate", {"active": True})
    same = str(partner.destination_workspace_id)
    named = patch(client, path, {"name": "Old", "isActive": False, "destinationWorkspaceId": same})
    moved = patch(client, path, {"destinationWorkspaceId": str(PartnerWorkspaceFactory().pk)})
    sorted_ = post(client, url(source, "rules/reorder"), {"ruleIds": [str(rule.pk)]})
    archived = client.delete(path)

    assert [one.status_code for one in (off, on, named, moved, sorted_, archived)] == [200, 422, 200, 422, 200, 200]
    assert on.json()["error"] == moved.json()["error"] == "destination_not_partner"
    rule.refresh_from_db()
    assert (rule.is_active, rule.name, rule.archived_at is not None) == (False, "Old", True)


def test_a_rule_that_ends_before_it_starts_is_refused_by_its_field(client, source, partner):
    body = {"name": "Never", "startsAt": "2026-03-05T00:00:00Z", "endsAt": "2026-03-05T00:00:00Z"}

    answer = post(client, url(source, "rules"), body)

    assert (answer.status_code, answer.json()["field"]) == (400, "ends_at")
    assert RoutingRule.objects.count() == 0


def test_the_same_offer_again_asks_nobody(client, source, partner):
    path = f"/api/routing/partners/{partner.pk}"

    same = patch(client, path, {"creditAmount": str(partner.credit_amount), "returnWindowDays": 7, "notes": "x"})
    other = patch(client, path, {"returnWindowDays": 8})

    assert (same.json()["status"], other.json()["status"]) == ("active", "proposed")


def test_hard_11b_partner_not_disclosed_by_the_log_of_a_duplicate(client, source, partner, rule):
    LeadFactory(workspace=partner.destination_workspace, email="kim@acme.io", routing_status="failed")
    lead = LeadFactory(workspace=source, email="kim@acme.io")
    assert route_lead(lead.pk, source.pk).result == "duplicate"
    assert RoutingLog.objects.get().matched_rule_id == rule.pk

    told = client.get(url(source, "logs")).json()["logs"]
    asked = client.get(url(source, "logs", rule=rule.pk)).json()["logs"]
    client.login_as(PlatformGrantFactory().user)
    operator = client.get(url(source, "logs", rule=rule.pk)).json()["logs"]

    assert [one["result"] for one in told] == ["duplicate"]
    assert {"ruleId", "metadata", "code"} & set(told[0]) == set()
    assert told[0]["destinationWorkspaceId"] is None
    assert asked == []
    assert [one["ruleId"] for one in operator] == [str(rule.pk)]


def test_logs_are_found_by_the_code_of_a_settlement(client, source):
    RoutingRuleFactory(workspace=source, destination_workspace=source)
    lead = LeadFactory(workspace=source)
    route_lead(lead.pk, source.pk)

    found = client.get(url(source, "logs", code="rule_keep")).json()["logs"]
    others = client.get(url(source, "logs", code="fallback")).json()["logs"]

    assert [one["leadId"] for one in found] == [str(lead.pk)]
    assert others == []


@pytest.mark.parametrize(
    ("conditions", "facts"),
    [
        ({"us_states": ["CA"], "countries": ["US"], "regions": ["West"]}, {"state": "California"}),
        ({"countries": ["DE"]}, {"country": "Deutschland"}),
        ({"regions": ["West"]}, {"region": "west"}),
        ({"company_sizes": ["51-200"]}, {"company_size": "51 to 200 employees"}),
        ({"all": [{"field": "employee_count", "op": "gte", "value": 50}]}, {"employee_count": "1,000"}),
        ({"all": [{"field": "email_domain", "op": "eq", "value": "acme.io"}]}, {"email_domain": "Acme.io"}),
        ({"all": [{"field": "has_phone", "op": "eq", "value": True}]}, {"has_phone": True}),
        ({"all": [{"field": "attributes.sic", "op": "starts_with", "value": "80"}]}, {"attributes.sic": "8021"}),
        ({"industries": ["Dental"]}, {"industry": " dental"}),
        ({"us_states": ["TX"]}, {"company_state": "TX"}),
    ],
)
def test_a_lead_to_be_tried_is_told_by_the_facts_conditions_name(client, source, partner, conditions, facts):
    RoutingRuleFactory(
        workspace=source, destination_workspace=partner.destination_workspace, conditions=conditions, name="It"
    )

    answer = post(client, url(source, "simulate"), {"facts": facts})
    nobody = post(client, url(source, "simulate"), {"facts": {}})

    assert (answer.json()["ruleName"], nobody.json()["ruleName"]) == ("It", None)


@pytest.mark.parametrize(
    "facts",
    [
        {"shoe_size": 9},
        {"has_phone": "yes"},
        {"employee_count": "many"},
        {"overall_score": [1]},
        {"tags": "vip"},
        {"lead_expires_at": "2026-03-05"},
        ["x"],
    ],
)
def test_facts_that_are_none_are_refused(client, source, facts):
    answer = post(client, url(source, "simulate"), {"facts": facts})

    assert answer.status_code == 400
    assert answer.json()["error"] == "bad_input"


@pytest.mark.parametrize(
    "draft",
    [
        {"startsAt": "tomorrow"},
        {"endsAt": "2026-03-05T00:00:00"},
        {"startsAt": 5},
        {"caps": {"daily": "x"}},
        {"caps": {"total": [1]}},
        {"caps": "x"},
        {"priority": "x"},
        {"destinationWorkspaceId": {}},
        {"schedule": "always"},
        "x",
    ],
)
def test_a_draft_that_cannot_be_read_is_refused(client, source, draft):
    answer = post(client, url(source, "simulate"), {"facts": {}, "rules": [draft]})

    assert answer.status_code == 400


def test_signs_no_column_holds_are_left_out(client, source, partner, rule):
    made = post(client, url(source, "rules"), {"name": "A\x00b\ud800", "conditions": {"industries": ["la\x00w"]}})
    noted = patch(client, f"/api/routing/partners/{partner.pk}", {"notes": "x\x00"})
    nothing = patch(client, f"/api/routing/partners/{partner.pk}", {"notes": None})
    found = client.get("/api/routing/logs", {"clientId": str(source.pk), "code": "\x00", "result": "\x00"})
    late = client.get("/api/routing/logs", {"clientId": str(source.pk), "from": "9999-99-99T00:00:00Z"})

    assert (made.json()["name"], noted.json()["notes"], found.status_code) == ("Ab", "x", 200)
    assert made.json()["conditions"] == {"all": [{"field": "industry", "op": "in", "value": ["law"]}]}
    assert (nothing.status_code, nothing.json()["field"], late.status_code) == (400, "notes", 400)


@pytest.mark.parametrize("odd", ["²", "9" * 5_000, "-1", "x"])
def test_odd_numbers_of_a_query_mean_the_default(client, source, odd):
    assert client.get(url(source, "logs", limit=odd)).json() == {"logs": [], "next": None}
    assert client.get(url(source, "stats", days=odd)).json()["totalLeads"] == 0


def test_stats_count_regions_as_rules_read_them(client, source):
    for state, country in (("CA", None), ("California", "USA"), ("NY", "US"), ("WA", "AU"), (None, None)):
        LeadFactory(workspace=source, company_state=state or "", company_country=country or "")

    assert client.get(url(source, "stats")).json()["byRegion"] == {"West": 2, "Northeast": 1}


def paths_of(partner, rule, lead, queue_id, attribution_id):
    of = f"clientId={partner.workspace_id}"
    rule_path, partner_path = f"/api/routing/rules/{rule.pk}", f"/api/routing/partners/{partner.pk}"
    ids = {"leadIds": [str(lead.pk)]}
    return [
        ("post", f"/api/routing/leads/{lead.pk}/route", {}),
        ("post", "/api/leads/route", {"leadId": str(lead.pk)}),
        ("post", f"/api/routing/batch?{of}", ids),
        ("post", f"/api/routing/simulate?{of}", {"leadId": str(lead.pk)}),
        ("post", f"/api/routing/simulate/recent?{of}", {"count": 5}),
        ("get", f"/api/routing/rules?{of}", {}),
        ("post", f"/api/routing/rules?{of}", {"name": "Mine", "destinationWorkspaceId": str(partner.workspace_id)}),
        ("get", rule_path, {}),
        ("patch", rule_path, {"weight": 9}),
        ("delete", rule_path, {}),
        ("post", f"{rule_path}/activate", {"active": False}),
        ("post", f"/api/routing/rules/reorder?{of}", {"ruleIds": [str(rule.pk)]}),
        ("get", f"{rule_path}/revisions", {}),
        ("get", f"/api/routing/partners?{of}", {}),
        ("post", f"/api/routing/partners?{of}", {"destinationWorkspaceId": str(PartnerWorkspaceFactory().pk)}),
        ("patch", partner_path, {"notes": "mine"}),
        *(("post", f"{partner_path}/{act}", {}) for act in ("accept", "pause", "resume", "end")),
        ("get", f"/api/routing/queue?{of}", {}),
        ("post", f"/api/routing/queue/{queue_id}/retry-now", {}),
        ("post", f"/api/routing/queue/{queue_id}/cancel", {}),
        ("get", f"/api/routing/logs?{of}", {}),
        ("get", f"/api/routing/unroutable?{of}", {}),
        ("post", f"/api/routing/requeue?{of}", ids),
        ("post", f"/api/routing/revive?{of}", ids),
        ("get", f"/api/routing/attributions?{of}", {}),
        ("post", f"/api/routing/attributions/{attribution_id}/return", {"reason": "other"}),
        ("get", f"/api/routing/health?{of}", {}),
        ("get", f"/api/routing/stats?{of}", {}),
        ("post", "/api/routing/retry/trigger", {"limit": 1}),
        ("get", f"/api/assignment/preview?{of}", {}),
        ("post", f"/api/assignment/backfill?{of}", {"dryRun": False}),
    ]


def everything():
    tables = (
        "assignment_routingrule", "assignment_routingpartner", "assignment_routingqueueentry", "assignment_routinglog",
        "assignment_leadattribution", "assignment_leadassignmentevent", "leads_lead", "jobs_backgroundjob",
        "workspaces_adminauditevent",
    )  # fmt: skip
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t.id::text), '')) FROM {table} t")
            found[table] = cursor.fetchone()[0]
    return found


def waiting_entry(lead):
    return RoutingQueueEntry.objects.get(lead=lead, processed_at=None).pk


def log_in(client, who, partner):
    roles = {"setter": "SETTER", "inbox manager": "INBOX_MANAGER", "portal": "CLIENT_PORTAL"}
    if who in roles:
        client.login_as(MembershipFactory(workspace=partner.workspace, role=roles[who]).user)
    elif who == "stranger":
        client.login_as(WorkspaceFactory().owner)


def ask(client, method, path, body):
    if method == "get":
        return client.get(path)
    return getattr(client, method)(path, body, content_type="application/json")


@pytest.mark.parametrize("who", ["setter", "inbox manager", "portal", "stranger", "nobody"])
def test_hard_11b_members_see_their_side_only_and_refusals_write_nothing(client, partner, rule, who):
    delivered, waiting = LeadFactory(workspace=partner.workspace), LeadFactory(workspace=partner.workspace)
    route_lead(delivered.pk, partner.workspace_id)
    RoutingRule.objects.filter(pk=rule.pk).update(is_active=False)
    route_lead(waiting.pk, partner.workspace_id)
    RoutingRule.objects.filter(pk=rule.pk).update(is_active=True)
    queue_id = waiting_entry(waiting)
    paths = paths_of(partner, rule, waiting, queue_id, LeadAttribution.objects.get().pk)
    log_in(client, who, partner)
    before = everything()

    answers = [(method, path, ask(client, method, path, body).status_code) for method, path, body in paths]

    assert [one for one in answers if one[2] not in (401, 403, 404)] == []
    assert everything() == before

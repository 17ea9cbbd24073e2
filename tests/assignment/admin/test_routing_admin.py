"""The operations room of routing."""

import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignment.models import LeadAttribution, RoutingLog, RoutingQueueEntry, RoutingRule, RoutingRuleRevision
from assignment.services.routing import acting, rules
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.factories import (
    LeadFactory,
    PlatformGrantFactory,
    RoutingPartnerFactory,
    RoutingRuleFactory,
    WorkspaceFactory,
)
from tests.support.routing_world import call

pytestmark = pytest.mark.django_db
MODELS = ("routingrule", "routingpartner", "routingqueueentry", "routinglog", "leadattribution")


@pytest.fixture
def partner():
    found = RoutingPartnerFactory(cap_daily=5)
    RoutingRuleFactory(workspace=found.workspace, destination_workspace=found.destination_workspace, name="Dental <b>")
    return found


def routed(partner):
    lead = LeadFactory(workspace=partner.workspace)
    route_lead(lead.pk, partner.workspace_id)
    return lead


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_rows_open(client, partner, model):
    routed(partner)
    failed = LeadFactory(workspace=partner.workspace)
    RoutingRule.objects.update(is_active=False)
    route_lead(failed.pk, partner.workspace_id)
    client.login_as(PlatformGrantFactory().user)

    page = client.get(reverse(f"admin:assignment_{model}_changelist"))
    model_class = {
        "routingrule": RoutingRule, "routingpartner": type(partner), "routingqueueentry": RoutingQueueEntry,
        "routinglog": RoutingLog, "leadattribution": LeadAttribution,
    }[model]  # fmt: skip
    row = model_class.objects.first()
    detail = client.get(reverse(f"admin:assignment_{model}_change", args=[row.pk]))

    assert (page.status_code, detail.status_code) == (200, 200)
    shown = page.content.decode() + detail.content.decode()
    assert "Dental <b>" not in shown
    assert ("Dental &lt;b&gt;" in shown) == (model in ("routingrule", "routinglog"))


def test_strangers_see_no_rows(client, partner):
    routed(partner)
    client.login_as(WorkspaceFactory().owner)

    page = client.get(reverse("admin:assignment_routinglog_changelist"))

    assert page.status_code in (200, 403)
    assert str(partner.destination_workspace_id) not in page.content.decode()


def test_partners_show_use_and_returns(client, partner):
    routed(partner)
    client.login_as(PlatformGrantFactory().user)

    page = client.get(reverse("admin:assignment_routingpartner_changelist")).content.decode()

    assert "1 / 5 · 1 / ∞" in page
    assert "0%" in page


def act(client, model, action, row):
    return client.post(
        reverse(f"admin:assignment_{model}_changelist"), {"action": action, "_selected_action": [str(row.pk)]}
    )


def test_queue_rows_are_cancelled(client, partner):
    RoutingRule.objects.update(is_active=False)
    lead = LeadFactory(workspace=partner.workspace)
    route_lead(lead.pk, partner.workspace_id)
    client.login_as(PlatformGrantFactory().user)

    act(client, "routingqueueentry", "cancel", RoutingQueueEntry.objects.get())

    assert Lead.objects.get(pk=lead.pk).routing_error_code == "lead_invalid"


def test_planned_attempts_are_made_due(client, partner):
    RoutingRule.objects.update(is_active=False)
    lead = LeadFactory(workspace=partner.workspace)
    route_lead(lead.pk, partner.workspace_id)
    client.login_as(PlatformGrantFactory().user)

    act(client, "routingqueueentry", "retry_now", RoutingQueueEntry.objects.get())

    assert RoutingQueueEntry.objects.due().count() == 1
    lead.refresh_from_db()
    assert (lead.routing_status, lead.routing_attempts) == ("pending", 1)


def test_partners_are_paused_and_resumed(client, partner):
    client.login_as(partner.destination_workspace.owner)
    answer = act(client, "routingpartner", "pause", partner)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    partner.refresh_from_db()
    assert partner.status == "paused"
    client.login_as(partner.workspace.owner)
    act(client, "routingpartner", "resume", partner)

    partner.refresh_from_db()
    assert partner.status == "paused"


def test_a_delivery_is_given_back(client, partner):
    lead = routed(partner)
    client.login_as(partner.destination_workspace.owner)

    act(client, "leadattribution", "return_out_of_area", LeadAttribution.objects.get())

    assert LeadAttribution.objects.get().return_reason == "out_of_area"
    assert Lead.objects.get(pk=lead.pk).workspace_id == partner.workspace_id


def test_rules_are_archived_with_a_revision(client, partner):
    client.login_as(PlatformGrantFactory().user)

    act(client, "routingrule", "archive", RoutingRule.objects.get())

    assert RoutingRule.objects.get().archived_at is not None
    assert RoutingRuleRevision.objects.count() == 1


def test_lists_are_filtered_by_side_rule_and_due(client, partner):
    routed(partner)
    other = RoutingPartnerFactory()
    RoutingRule.objects.update(is_active=False)
    waiting = LeadFactory(workspace=other.workspace)
    route_lead(waiting.pk, other.workspace_id)
    rule = RoutingRule.objects.get(workspace=partner.workspace)
    client.login_as(PlatformGrantFactory().user)

    def count(model, **params):
        page = client.get(reverse(f"admin:assignment_{model}_changelist"), params)
        return page.context["cl"].result_count

    destination = partner.destination_workspace_id
    assert (count("routinglog"), count("routinglog", side=destination), count("routinglog", rule=rule.pk)) == (2, 1, 1)
    assert (count("leadattribution", side=destination), count("leadattribution", side=other.workspace_id)) == (1, 0)
    assert count("routingpartner", side=other.workspace_id) == 1
    states = ("due", "later", "closed", "routed")
    assert [count("routingqueueentry", state=one) for one in states] == [0, 1, 0, 0]


def test_the_queue_shows_what_comes_next_and_then_what_was_closed_last(client, partner):
    RoutingRule.objects.update(is_active=False)
    leads = LeadFactory.create_batch(4, workspace=partner.workspace)
    for lead in leads:
        route_lead(lead.pk, partner.workspace_id)
    entries = {row.lead_id: row for row in RoutingQueueEntry.objects.all()}
    first, second, third, fourth = (entries[lead.pk] for lead in leads)
    for row in (third, first):
        acting.cancel(row, by=partner.workspace.owner)
    acting.retry_now(fourth, by=partner.workspace.owner)
    client.login_as(PlatformGrantFactory().user)

    def listed(**params):
        page = client.get(reverse("admin:assignment_routingqueueentry_changelist"), params)
        return [row.pk for row in page.context["cl"].result_list]

    assert listed() == [fourth.pk, second.pk]
    assert listed(state="later") == [second.pk]
    assert {*listed(state="closed")} == {*listed(state="cancelled")} == {first.pk, third.pk}
    assert listed(q=str(second.lead_id)) == [second.pk]


def test_deliveries_of_a_lead_are_found_whatever_became_of_them(client, partner):
    lead, other = routed(partner), routed(partner)
    acting.return_lead(LeadAttribution.objects.get(lead_id=lead.pk), "out_of_area", by=partner.workspace.owner)
    client.login_as(PlatformGrantFactory().user)

    def found(term):
        page = client.get(reverse("admin:assignment_leadattribution_changelist"), {"q": term, "age": "all"})
        return [row.lead_id for row in page.context["cl"].result_list]

    assert found(str(lead.pk)) == [lead.pk]
    assert found(str(other.pk)) == [other.pk]
    assert found(str(LeadAttribution.objects.get(lead_id=other.pk).pk)) == [other.pk]
    assert found("somebody") == []


def seen(client, workspace, model, **query):
    """The rows of a list and what one of them shows, for the owner of a workspace."""
    client.login_as(workspace.owner)
    page = client.get(reverse(f"admin:assignment_{model}_changelist"), query)
    rows = list(page.context["cl"].result_list)
    shown = [client.get(reverse(f"admin:assignment_{model}_change", args=[row.pk])).content.decode() for row in rows]
    return rows, page.content.decode() + "".join(shown)


def test_hard_11b_partner_not_disclosed_by_the_admin(client, partner):
    rule = RoutingRule.objects.get()
    LeadFactory(workspace=partner.destination_workspace, email="kim@acme.io", routing_status="failed")
    lead = LeadFactory(workspace=partner.workspace, email="kim@acme.io")
    assert route_lead(lead.pk, partner.workspace_id).result == "duplicate"
    assert RoutingLog.objects.get().matched_rule_id == rule.pk

    rows, shown = seen(client, partner.workspace, "routinglog")
    asked, _ = seen(client, partner.workspace, "routinglog", rule=str(rule.pk))

    assert [row.routing_result for row in rows] == ["duplicate"]
    assert asked == []
    listed = shown.partition("<tbody")[2].partition("</tbody")[0]
    assert "Dental" not in listed
    assert shown.count(str(rule.pk)) == shown.count(f"rule={rule.pk}")


def test_the_destination_sees_that_a_lead_came_and_not_how_it_was_decided(client, partner):
    rule = RoutingRule.objects.get()
    routed(partner)

    _, told = seen(client, partner.workspace, "routinglog")
    _, arrived = seen(client, partner.destination_workspace, "routinglog")

    assert (str(rule.pk) in told, str(rule.pk) in arrived) == (True, False)


def test_a_delivery_that_was_undone_is_shown_to_the_platform_alone(client, partner):
    there = str(partner.destination_workspace_id)
    values = {"id": str(uuid4()), "lead_id": str(uuid4()), "source_workspace_id": str(partner.workspace_id)}
    values |= {"destination_workspace_id": there, "routing_log_id": str(uuid4()), "credit_amount": 1, "return_text": ""}
    values |= {"status": "voided", "window_ends_at": "now", "created_at": "now"}
    call("zrg_test_insert", "assignment_leadattribution", json.dumps(values))
    row = LeadAttribution.objects.get()

    rows, _ = seen(client, partner.workspace, "leadattribution")
    client.login_as(PlatformGrantFactory().user)
    page = client.get(reverse("admin:assignment_leadattribution_changelist"))

    assert (rows, list(page.context["cl"].result_list)) == ([], [row])


def test_a_rule_shows_what_each_save_changed(client, partner):
    by, conditions = partner.workspace.owner, {"none": [{"any": [{"field": "state", "op": "in", "value": ["TX"]}]}]}
    values = {"name": "Dental <i>", "destination_workspace_id": partner.destination_workspace_id, "priority": 10}
    rule = rules.create_rule(partner.workspace_id, values, by=by)
    rule = rules.change_rule(rule, {"priority": 20, "conditions": conditions}, by=by, version=1)
    rules.change_rule(rule, {"name": "Every <i>", "destination_workspace_id": partner.workspace_id}, by=by, version=2)
    client.login_as(PlatformGrantFactory().user)
    url = reverse("admin:assignment_routingrule_change", args=[rule.pk])

    shown = client.get(url).content.decode()

    assert "As it was written" in shown
    assert "<p>Priority: <del>10</del> → 20</p>" in shown
    words = "None of these: at least one of these (State is one of TX)"
    assert f"<p>Conditions: <del>Every lead</del> → {words}</p>" in shown
    assert "<p>Name: <del>Dental &lt;i&gt;</del> → Every &lt;i&gt;</p>" in shown
    source, destination = partner.workspace.name, partner.destination_workspace.name
    assert f"<p>Leads go to: <del>{destination}</del> → {source}</p>" in shown


def test_the_versions_of_a_rule_cost_no_statement_each(client, partner):
    by = partner.workspace.owner
    rule = rules.create_rule(partner.workspace_id, {"name": "One"}, by=by)
    client.login_as(PlatformGrantFactory().user)
    url = reverse("admin:assignment_routingrule_change", args=[rule.pk])

    def statements():
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    statements()
    one = statements()
    for number in (1, 2):
        rule = rules.change_rule(rule, {"priority": number}, by=by, version=number)

    assert statements() == one


def test_the_queue_says_in_words_why_a_lead_waits(client, partner):
    RoutingRule.objects.update(is_active=False)
    route_lead(LeadFactory(workspace=partner.workspace).pk, partner.workspace_id)
    client.login_as(PlatformGrantFactory().user)

    page = client.get(reverse("admin:assignment_routingqueueentry_changelist")).content.decode()

    assert ("No rule matches" in page, "2 of 3" in page, "no_matching_rule</td>" in page) == (True, True, False)


@pytest.mark.parametrize("model", ["routinglog", "leadattribution"])
def test_lists_say_that_they_begin_with_the_last_seven_days(client, partner, model):
    routed(partner)
    client.login_as(PlatformGrantFactory().user)

    page = client.get(reverse(f"admin:assignment_{model}_changelist"))

    ages = next(one for one in page.context["cl"].filter_specs if one.title == "age")
    shown = [choice["display"] for choice in ages.choices(page.context["cl"])]
    assert shown == ["Last 7 days", "Last day", "Last 30 days", "Everything"]

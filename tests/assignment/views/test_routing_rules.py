"""Rules of routing in the settings: written in rows, tried before they are saved."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assignment.models import RoutingRule, RoutingRuleRevision
from assignment.services.routing.single import route_lead
from tests.factories import LeadFactory, PartnerWorkspaceFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.factories.inbox import MessageFactory
from tests.factories.workspaces import MembershipFactory
from zrg.workspaces.models import Workspace

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ROW = {"field": "industry", "op": "in", "key": "", "values": "Dental\r\nLaw, tax and audit", "high": ""}


@pytest.fixture
def partner(client):
    found = RoutingPartnerFactory()
    client.login_as(found.workspace.owner)
    return found


def url(partner, item="", act=""):
    base = f"/w/{partner.workspace_id}/settings/integrations/routing"
    return f"{base}/of/{item}{f'/{act}' if act else ''}" if item else base


def form(partner, *rows, **values):
    """The form as a browser posts it: one value of each column per row."""
    columns = {name: [row[name] for row in rows] for name in ROW}
    given = {
        "version": "1", "name": "Dental", "is_active": "on", "destination": str(partner.destination_workspace_id),
        "priority": "5", "weight": "1", "match": "all", "tags": "dental, hot", "notify": ["email"], "cap_daily": "10",
    }  # fmt: skip
    return {key: value for key, value in {**given, **columns, **values}.items() if value is not None}


def test_a_new_rule_is_saved_in_stored_form(client, partner):
    response = client.post(url(partner, "new", "save"), form(partner, ROW))

    assert (response.status_code, response.url) == (302, url(partner))
    rule = RoutingRule.objects.get()
    assert rule.conditions == {"all": [{"field": "industry", "op": "in", "value": ["dental", "law, tax and audit"]}]}
    assert (rule.name, rule.priority, rule.weight, rule.cap_daily, rule.cap_weekly) == ("Dental", 5, 1, 10, None)
    assert rule.actions == {"tag_with": ["dental", "hot"], "notify_via": ["email"]}
    assert rule.destination_workspace_id == partner.destination_workspace_id
    page = client.get(url(partner)).content.decode()
    assert "Industry is one of dental, law, tax and audit" in page
    assert partner.destination_workspace.name in page


@pytest.mark.parametrize(
    ("act", "fields"),
    [("add", ["industry", "tags", "industry"]), ("remove:0", ["tags"]), ("remove:7", ["industry", "tags"])],
)
def test_an_edit_shows_the_rows_and_saves_nothing(client, partner, act, fields):
    response = client.post(url(partner, "new", "edit"), form(partner, ROW, ROW | {"field": "tags"}, act=act))

    assert response.status_code == 200
    assert [row.field for row in response.context["asks"].rows] == fields
    assert RoutingRule.objects.count() == 0


def test_another_field_brings_its_own_operators(client, partner):
    row = ROW | {"field": "employee_count", "values": "50"}

    response = client.post(url(partner, "new", "edit"), form(partner, row))

    shown = response.context["asks"].rows[0]
    assert (shown.op, [name for name, _ in shown.ops]) == (
        "gte",
        ["gte", "lte", "between", "eq", "is_set", "not_set"],
    )


def test_a_rule_is_tried_on_the_newest_leads(client, partner):
    for industry in ("Dental", "Dental", "Retail"):
        LeadFactory(workspace=partner.workspace, industry=industry)

    page = client.post(url(partner, "new", "edit"), form(partner, ROW)).content.decode()

    assert "Fits 2 of the last 3 leads." in page
    assert "2 would go this way" in page
    assert "Conditions do not match" in page
    assert RoutingRule.objects.count() == 0


def test_the_trial_says_who_stays_whatever_the_rules_say(client, partner):
    # Oldest first: two would go, one each has a conversation, is not to be contacted, is known to another partner.
    LeadFactory.create_batch(2, workspace=partner.workspace, industry="Dental")
    talked_with = LeadFactory(workspace=partner.workspace, industry="Dental", email="talk@person.example")
    MessageFactory(lead=talked_with, workspace=partner.workspace)
    LeadFactory(workspace=partner.workspace, industry="Dental", status="blacklisted", blacklist_reason="manual")
    known = PartnerWorkspaceFactory()
    LeadFactory(workspace=known, email="kim@person.example", routing_status="routed")
    LeadFactory(workspace=partner.workspace, industry="Dental", email="kim@person.example")

    form_of = form(partner, ROW, lead="talk@person.example")
    response = client.post(url(partner, "new", "edit"), form_of)

    trial, page = response.context["trial"], response.content.decode()
    assert (trial.leads, trial.matches, trial.wins, trial.stays) == (5, 5, 2, 3)
    assert {place.name: (place.before, place.after) for place in trial.places} == {
        partner.destination_workspace.name: (0, 2),
        "Found no place": (2, 0),
        "Stays: has a conversation": (1, 1),
        "Stays: must not be contacted": (1, 1),
        "Stays: is a duplicate": (1, 1),
    }
    assert (trial.chosen.place, trial.chosen.why) == ("Stays: has a conversation", "")
    assert "3 stay whatever the rules say." in page
    assert known.name not in page


def test_the_trial_foretells_what_routing_does(client, partner):
    talked_with = LeadFactory(workspace=partner.workspace, industry="Dental", routing_status="pending")
    MessageFactory(lead=talked_with, workspace=partner.workspace)
    fresh = LeadFactory(workspace=partner.workspace, industry="Dental", routing_status="pending")
    trial = client.post(url(partner, "new", "edit"), form(partner, ROW)).context["trial"]
    client.post(url(partner, "new", "save"), form(partner, ROW))

    results = [route_lead(lead.pk, partner.workspace_id) for lead in (talked_with, fresh)]

    assert [(one.result, one.code) for one in results] == [("kept", "has_activity"), ("success", None)]
    assert (trial.wins, trial.stays) == (1, 1)


def test_trying_costs_no_statement_per_lead(client, partner):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            client.post(url(partner, "new", "edit"), form(partner, ROW))
        return len(queries)

    LeadFactory(workspace=partner.workspace)
    statements()
    one = statements()
    for _ in range(2):
        LeadFactory(workspace=partner.workspace)

    assert statements() == one


@pytest.mark.parametrize(
    ("rows", "changed", "place", "words"),
    [
        ([ROW, ROW | {"field": "fit_score", "op": "gte", "values": "many"}], {}, 1, "A number is needed."),
        ([ROW | {"values": " "}], {}, 0, "At least one value is needed."),
        ([ROW | {"field": "attributes", "op": "is_set"}], {}, 0, "Unknown field."),
        ([ROW], {"destination": ""}, None, "Choose where the leads go."),
        ([ROW], {"weight": "x"}, None, "Weight is a whole number."),
        ([ROW], {"weight": "101"}, None, "weight: "),
        ([ROW], {"cap_daily": "-1"}, None, "A whole number from 0, or nothing."),
        ([ROW], {"name": ""}, None, "A name is needed."),
    ],
)
def test_what_is_wrong_is_said_where_it_stands_and_nothing_is_saved(client, partner, rows, changed, place, words):
    response = client.post(url(partner, "new", "save"), form(partner, *rows, **changed))

    assert response.status_code == 422
    assert words in response.context["problem"]
    at_fault = [number for number, row in enumerate(response.context["asks"].rows) if row.problem]
    assert at_fault == ([] if place is None else [place])
    assert (RoutingRule.objects.count(), RoutingRuleRevision.objects.count()) == (0, 0)


def test_a_destination_without_agreement_is_refused(client, partner):
    stranger = RoutingPartnerFactory().destination_workspace

    response = client.post(url(partner, "new", "save"), form(partner, ROW, destination=str(stranger.pk)))

    assert response.status_code == 422
    assert RoutingRule.objects.count() == 0


def test_a_save_over_another_save_is_refused(client, partner):
    rule = RoutingRuleFactory(
        workspace=partner.workspace, destination_workspace=partner.destination_workspace, name="First", version=2
    )

    response = client.post(url(partner, rule.pk, "save"), form(partner, ROW, version="1"))

    rule.refresh_from_db()
    assert response.status_code == 409
    assert (rule.name, rule.version) == ("First", 2)


def test_a_saved_rule_goes_up_a_version_and_can_be_archived(client, partner):
    rule = RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)

    client.post(url(partner, rule.pk, "save"), form(partner, ROW, version=str(rule.version)))
    rule.refresh_from_db()
    assert (rule.name, rule.version) == ("Dental", 2)

    client.post(url(partner, rule.pk, "archive"))
    rule.refresh_from_db()
    assert rule.archived_at is not None
    assert client.get(url(partner, rule.pk)).status_code == 404


def test_nested_conditions_stay_text_and_stay_as_they_are(client, partner):
    nested = {
        "any": [
            {"all": [{"field": "state", "op": "in", "value": ["TX"]}]},
            {"field": "has_phone", "op": "eq", "value": True},
        ]
    }
    rule = RoutingRuleFactory(
        workspace=partner.workspace, destination_workspace=partner.destination_workspace, conditions=nested
    )
    page = client.get(url(partner, rule.pk))
    draft = page.context["draft"]

    client.post(url(partner, rule.pk, "save"), form(partner, raw=draft.asks.raw, version=str(rule.version)))

    rule.refresh_from_db()
    assert (draft.asks.rows, rule.conditions, rule.version) == ((), nested, 2)
    refused = client.post(url(partner, rule.pk, "save"), form(partner, raw="{", version="2"))
    assert (refused.status_code, refused.context["problem"]) == (422, "The conditions are no valid JSON.")


def test_who_may_not_configure_sees_no_rule(client, partner):
    rule = RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    for role in ("SETTER", "INBOX_MANAGER"):
        client.login_as(MembershipFactory(workspace=partner.workspace, role=role).user)
        assert client.get(url(partner)).status_code == 403
        assert client.get(url(partner, rule.pk)).status_code == 403
        assert client.post(url(partner, rule.pk, "save"), form(partner, ROW)).status_code == 403

    client.login_as(partner.destination_workspace.owner)
    assert client.get(url(partner, rule.pk)).status_code == 404
    client.login_as(RoutingPartnerFactory().workspace.owner)
    assert client.get(url(partner)).status_code == 404
    rule.refresh_from_db()
    assert rule.version == 1


def test_hours_and_times_are_saved_in_the_workspaces_zone_and_shown_again(client, partner):
    hours = {"timed": "on", "day": ["1", "5"], "opens": "08:00", "closes": "12:30", "zone": "Europe/Berlin"}
    times = {"starts": "2026-12-01T09:00", "ends": "2026-12-31T18:00"}

    client.post(url(partner, "new", "save"), form(partner, ROW, **hours, **times))

    rule = RoutingRule.objects.get()
    assert rule.schedule == {"days": [1, 5], "from": "08:00", "to": "12:30", "timezone": "Europe/Berlin"}
    assert (rule.starts_at.isoformat(), rule.ends_at.isoformat()) == (
        "2026-12-01T14:00:00+00:00",
        "2026-12-31T23:00:00+00:00",
    )
    page = client.get(url(partner, rule.pk))
    limits, draft = page.context["limits"], page.context["draft"]
    assert (limits.is_timed, sorted(limits.days), limits.start, limits.zone) == (True, [1, 5], "08:00", "Europe/Berlin")
    assert (draft.starts, draft.ends) == ("2026-12-01T09:00", "2026-12-31T18:00")
    client.post(url(partner, rule.pk, "save"), form(partner, ROW, version="1"))
    rule.refresh_from_db()
    assert (rule.schedule, rule.starts_at) == (None, None)


def test_a_rule_is_tried_on_one_lead(client, partner):
    fits = LeadFactory(workspace=partner.workspace, industry="Dental", first_name="Kim", last_name="Lee")
    foreign = LeadFactory(email="other@elsewhere.example")

    named = client.post(url(partner, "new", "edit"), form(partner, ROW, lead=fits.email.upper()))
    by_id = client.post(url(partner, "new", "edit"), form(partner, ROW, lead=str(fits.pk)))
    unknown = client.post(url(partner, "new", "edit"), form(partner, ROW, lead=foreign.email))

    for page in (named, by_id):
        chosen = page.context["trial"].chosen
        assert (chosen.name, chosen.place, chosen.why) == (
            "Kim Lee",
            partner.destination_workspace.name,
            "by this rule",
        )
    assert unknown.context["trial"].chosen is None
    assert "No lead of this workspace" in unknown.content.decode()


def test_versions_say_what_each_save_changed(client, partner):
    client.post(url(partner, "new", "save"), form(partner, ROW))
    rule = RoutingRule.objects.get()
    client.post(url(partner, rule.pk, "save"), form(partner, ROW | {"values": "Law"}, priority="9", cap_daily=""))

    newest, first = client.get(url(partner, rule.pk)).context["versions"]

    assert (newest.number, first.number, first.changes) == (2, 1, [])
    assert newest.who == partner.workspace.owner.get_full_name()
    assert sorted(newest.changes) == [
        ("Cap per day", "10", "–"),
        ("Conditions", "Industry is one of dental, law, tax and audit", "Industry is one of law"),
        ("Priority", "5", "9"),
    ]


def test_a_rule_whose_partner_pauses_is_not_shown_as_on(client, partner):
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    before = client.get(url(partner)).context["rules"][0][0].state
    partner.status = "paused"
    partner.save()

    line = client.get(url(partner)).context["rules"][0][0]

    assert (before, line.state, line.tone) == ("On", "Destination takes no leads", "bad")


def test_a_rule_whose_destination_was_deleted_says_so_in_list_editor_and_agreement(client, partner):
    rule = RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    gone = partner.destination_workspace
    Workspace.objects.filter(pk=gone.pk).update(status="deleted", deleted_at=timezone.now())

    line = client.get(url(partner)).context["rules"][0][0]
    choices = dict(client.get(url(partner, rule.pk)).context["destinations"])
    agreements = client.get(f"/w/{partner.workspace_id}/settings/integrations/partner-workspaces").context["outgoing"]

    assert (line.state, line.tone) == ("Destination takes no leads", "bad")
    assert choices[str(gone.pk)] == f"{gone.name} (takes no leads now)"
    assert [(one.state, one.tone) for one, _ in agreements] == [("Workspace deleted", "bad")]

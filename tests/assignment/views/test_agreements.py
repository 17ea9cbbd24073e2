"""Agreements between workspaces in the settings: proposed, answered, limited, ended; deliveries given back."""

from decimal import Decimal

import pytest

from assignment.models import LeadAttribution, RoutingPartner
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.factories import (
    LeadFactory,
    PartnerWorkspaceFactory,
    PlatformGrantFactory,
    RoutingPartnerFactory,
    RoutingRuleFactory,
    WorkspaceFactory,
)
from tests.factories.workspaces import MembershipFactory
from zrg.workspaces.models import AdminAuditEvent

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

TERMS = {
    "match": "all", "field": ["industry"], "op": ["in"], "key": [""], "values": ["Dental"], "high": [""],
    "cap_daily": "5", "timed": "on", "day": ["1", "2"], "opens": "09:00", "closes": "17:00", "zone": "America/Chicago",
    "notes": "Call Kim first",
}  # fmt: skip


def url(workspace, row=None, act=""):
    base = f"/w/{workspace.pk}/settings/integrations/partner-workspaces"
    place = f"{base}/of/{row.pk}" if row else base
    return f"{place}/{act}" if act else place


@pytest.fixture
def proposed():
    return RoutingPartnerFactory(status="proposed", credit_amount=3)


@pytest.fixture
def delivered():
    """An agreement with one lead that went to its destination."""
    row = RoutingPartnerFactory(credit_amount=4)
    RoutingRuleFactory(workspace=row.workspace, destination_workspace=row.destination_workspace, name="All <b>")
    route_lead(LeadFactory(workspace=row.workspace).pk, row.workspace_id)
    return row


def test_an_agreement_is_proposed_by_its_source_and_named_to_both(client):
    source, destination = WorkspaceFactory(name="Collected"), PartnerWorkspaceFactory(name="Lakeside <i>")
    client.login_as(source.owner)

    made = client.post(url(source, act="propose"), {"id": str(destination.pk), "credit": "12.5", "return_days": "14"})

    row = RoutingPartner.objects.get()
    assert (made.status_code, made.url) == (302, url(source, row))
    assert (row.status, row.credit_amount, row.return_window_days) == ("proposed", Decimal("12.50"), 14)
    shown = client.get(url(source)).content.decode()
    assert "Lakeside &lt;i&gt;" in shown
    assert "Waits for their answer" in shown
    client.login_as(destination.owner)
    theirs = client.get(url(destination)).content.decode()
    assert "Collected" in theirs
    assert "Waits for your answer" in theirs


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"id": "no id"}, "Choose a workspace, or enter its id."),
        ({"id": "11111111-1111-4111-8111-111111111111"}, "Unknown workspace."),
        ({"id": "{own}"}, "A workspace is no partner of itself."),
        ({"id": "{other}", "credit": "-1"}, "An amount from 0."),
        ({"id": "{other}", "return_days": "91"}, "From 0 to 90 days."),
    ],
)
def test_a_bad_proposal_saves_nothing_and_keeps_what_was_typed(client, given, words):
    source, other = WorkspaceFactory(), PartnerWorkspaceFactory()
    client.login_as(source.owner)
    filled = {key: value.format(own=source.pk, other=other.pk) for key, value in given.items()}

    answer = client.post(url(source, act="propose"), filled)

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert words in shown
    assert filled["id"] in shown
    assert RoutingPartner.objects.count() == 0


def test_platform_people_speak_for_both(client):
    source, destination = WorkspaceFactory(), PartnerWorkspaceFactory()
    client.login_as(PlatformGrantFactory().user)

    client.post(url(source, act="propose"), {"id": str(destination.pk)})

    assert RoutingPartner.objects.get().status == "active"


def test_the_destination_accepts_pauses_and_goes_on(client, proposed):
    destination = proposed.destination_workspace
    client.login_as(destination.owner)
    states = []
    for act in ("accept", "pause", "resume", "end"):
        client.post(url(destination, proposed, act), {"reason": "Full"})
        proposed.refresh_from_db()
        states.append(proposed.status)

    assert states == ["active", "paused", "active", "ended"]
    assert proposed.status_reason == "Full"
    acts = set(AdminAuditEvent.objects.filter(workspace=destination).values_list("action", flat=True))
    assert {"routing.partner_accept", "routing.partner_pause", "routing.partner_end"} <= acts


def test_the_source_neither_accepts_nor_sets_what_the_destination_takes(client, proposed):
    source = proposed.workspace
    client.login_as(source.owner)

    accepted = client.post(url(source, proposed, "accept"))
    saved = client.post(url(source, proposed, "save"), TERMS | {"credit": "9", "return_days": "7"})

    proposed.refresh_from_db()
    assert (accepted.status_code, saved.status_code) == (403, 302)
    assert (proposed.status, proposed.accept_conditions, proposed.cap_daily) == ("proposed", {}, None)
    assert (proposed.credit_amount, proposed.notes) == (Decimal("9.00"), "Call Kim first")


def test_the_destination_says_what_and_how_much_it_takes(client, delivered):
    destination = delivered.destination_workspace
    client.login_as(destination.owner)

    saved = client.post(url(destination, delivered, "save"), TERMS | {"credit": "99", "return_days": "1"})

    delivered.refresh_from_db()
    assert saved.status_code == 302
    assert delivered.accept_conditions == {"all": [{"field": "industry", "op": "in", "value": ["dental"]}]}
    assert (delivered.cap_daily, delivered.cap_weekly) == (5, None)
    assert delivered.schedule == {"days": [1, 2], "from": "09:00", "to": "17:00", "timezone": "America/Chicago"}
    assert (delivered.status, delivered.credit_amount, delivered.return_window_days) == ("active", Decimal(4), 7)
    client.login_as(delivered.workspace.owner)
    shown = client.get(url(delivered.workspace, delivered)).content.decode()
    assert "Industry is one of dental" in shown
    assert "Mon, Tue 09:00 to 17:00 (America/Chicago)" in shown


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"zone": "Mars"}, "Unknown time zone."),
        ({"cap_daily": "many"}, "Cap per day is a whole number."),
        ({"values": [""]}, "At least one value is needed."),
    ],
)
def test_bad_terms_save_nothing(client, delivered, changed, words):
    destination = delivered.destination_workspace
    client.login_as(destination.owner)

    answer = client.post(url(destination, delivered, "save"), TERMS | changed)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    delivered.refresh_from_db()
    assert (delivered.accept_conditions, delivered.cap_daily, delivered.schedule, delivered.notes) == (
        {},
        None,
        None,
        "",
    )


def test_new_terms_of_the_source_ask_again_and_the_same_ones_do_not(client, delivered):
    source = delivered.workspace
    client.login_as(source.owner)

    client.post(url(source, delivered, "save"), {"credit": "4.0", "return_days": "7", "notes": "x"})
    delivered.refresh_from_db()
    same = delivered.status
    client.post(url(source, delivered, "save"), {"credit": "5", "return_days": "7"})
    delivered.refresh_from_db()

    assert (same, delivered.status) == ("active", "proposed")


def test_a_condition_more_saves_nothing(client, delivered):
    destination = delivered.destination_workspace
    client.login_as(destination.owner)

    page = client.post(url(destination, delivered, "edit"), TERMS | {"act": "add"})

    assert len(page.context["asks"].rows) == 2
    delivered.refresh_from_db()
    assert delivered.accept_conditions == {}


def test_a_delivery_is_given_back_with_its_reason_once(client, delivered):
    destination, delivery = delivered.destination_workspace, LeadAttribution.objects.get()
    client.login_as(destination.owner)
    shown = client.get(url(destination, delivered)).content.decode()
    given = {"delivery": str(delivery.pk), "reason": "out_of_area", "text": "Too far"}

    done = client.post(url(destination, delivered, "return"), given)
    again = client.post(url(destination, delivered, "return"), given)

    delivery.refresh_from_db()
    lead = Lead.objects.get()
    assert lead.shown_name in shown
    assert (done.status_code, again.status_code) == (302, 409)
    assert (delivery.status, delivery.return_reason, delivery.return_text) == ("returned", "out_of_area", "Too far")
    assert (lead.workspace_id, lead.routing_error_code) == (delivered.workspace_id, "returned")
    after = client.get(url(destination, delivered)).content.decode()
    assert "1 (100%)" in after
    assert "No longer here" in after


def test_the_source_reads_its_rule_and_returns_nothing(client, delivered):
    source, delivery = delivered.workspace, LeadAttribution.objects.get()
    client.login_as(source.owner)
    shown = client.get(url(source, delivered)).content.decode()

    answer = client.post(url(source, delivered, "return"), {"delivery": str(delivery.pk), "reason": "other"})

    delivery.refresh_from_db()
    assert "All &lt;b&gt;" in shown
    assert "Return it" not in shown
    assert (answer.status_code, delivery.status) == (404, "active")


def test_strangers_find_no_agreement_and_setters_no_page(client, delivered):
    stranger = WorkspaceFactory()
    client.login_as(stranger.owner)
    theirs = client.get(url(stranger, delivered)).status_code
    acted = client.post(url(stranger, delivered, "end")).status_code
    client.login_as(MembershipFactory(workspace=delivered.workspace, role="SETTER").user)
    setter = client.get(url(delivered.workspace)).status_code

    delivered.refresh_from_db()
    assert (theirs, acted, setter, delivered.status) == (404, 404, 403, "active")


def test_an_agreement_that_ended_is_proposed_again(client, delivered):
    source = delivered.workspace
    client.login_as(source.owner)
    client.post(url(source, delivered, "end"))

    client.post(url(source, delivered, "propose-again"))

    delivered.refresh_from_db()
    assert delivered.status == "proposed"


def test_the_list_costs_no_statement_per_agreement(client, delivered, django_assert_max_num_queries):
    source = delivered.workspace
    client.login_as(source.owner)
    client.get(url(source))
    with django_assert_max_num_queries(40) as few:
        client.get(url(source))
    for _ in range(5):
        RoutingPartnerFactory(workspace=source)

    with django_assert_max_num_queries(len(few)):
        page = client.get(url(source))

    assert len(page.context["outgoing"]) == 6

"""Notices about arrivals: five singly in a minute, twenty e-mails in a batch, the rest as one."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from assignment.constants import MAILS_PER_BATCH
from assignment.contracts import LeadsRouted
from assignment.models import RoutingLog
from assignment.receivers import tell_leads_routed
from assignment.services.routing.arrivals import LEAD_ARRIVALS
from assignment.services.routing.batch import route_batch
from assignment.services.routing.single import route_lead
from leads.models import Lead
from notifications.models import NotificationSendLog
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory, WorkspaceFactory
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.announce import event_from_payload

pytestmark = pytest.mark.django_db

RECEIVERS = {"assignment.tell_leads_routed", "assignment.rotate_arrivals"}
ONE = "A new lead arrived."


@pytest.fixture
def source():
    return WorkspaceFactory(settings__lead_routing_enabled=True)


def destination(source, notify_via, industry="Dental"):
    partner = RoutingPartnerFactory(workspace=source)
    RoutingRuleFactory(
        workspace=source,
        destination_workspace=partner.destination_workspace,
        conditions={"field": "industry", "op": "eq", "value": industry},
        actions={"tag_with": [], "notify_via": notify_via},
    )
    return partner.destination_workspace_id


def arrive(source, count, industry="Dental"):
    for _ in range(count):
        LeadFactory(workspace=source, industry=industry)
    route_batch(source.pk)
    return announced()


def announced():
    """Events announced so far, one per destination and batch."""
    rows = BackgroundJob.objects.filter(
        payload__event="LeadsRouted", payload__receiver="assignment.tell_leads_routed"
    ).order_by("seq")
    return [event_from_payload(LeadsRouted, row.payload["data"]) for row in rows]


def notices(workspace_id=None):
    rows = BackgroundJob.objects.filter(payload__event="Notice").order_by("seq")
    if workspace_id:
        rows = rows.filter(workspace_id=workspace_id)
    return [row.payload["data"]["text"] for row in rows]


def end_the_minute():
    """Nothing but the accounts of arrivals is done; then what they announced."""
    drain(until=timezone.now() + timedelta(minutes=5))


def test_many_arrivals_are_five_notices_and_a_digest(source):
    destination(source, ["slack"])

    arrive(source, 7)
    drain()
    assert notices() == [ONE] * 5
    end_the_minute()

    assert notices() == [*[ONE] * 5, "2 more leads arrived."]


def test_pushes_of_one_minute_share_its_notices_and_its_digest(source):
    """Each push is a batch of its own: without an account of the minute each would be told."""
    there = destination(source, ["slack"])
    for number in range(1, 9):
        event = arrive(source, 1)[-1]
        assert len(announced()) == number
        tell_leads_routed(event)
    tell_leads_routed(event)

    assert notices() == [ONE] * 5
    end_the_minute()
    assert notices(there) == [*[ONE] * 5, "3 more leads arrived."]


def test_the_next_minute_has_notices_of_its_own(source):
    destination(source, ["slack"])
    for event in arrive(source, 6):
        tell_leads_routed(event)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_backgroundjob SET dedupe_key = dedupe_key || ':before' WHERE type = %s", [LEAD_ARRIVALS]
        )

    tell_leads_routed(arrive(source, 1)[-1])

    assert notices() == [ONE] * 6


def test_who_comes_after_the_digest_is_told_as_well_and_once(source):
    destination(source, ["slack"])
    tell_leads_routed(arrive(source, 6)[0])
    BackgroundJob.objects.filter(payload__event="LeadsRouted").delete()
    end_the_minute()

    late = arrive(source, 2)[0]
    BackgroundJob.objects.filter(payload__event="LeadsRouted").delete()
    tell_leads_routed(late)
    tell_leads_routed(late)
    end_the_minute()
    tell_leads_routed(late)
    end_the_minute()

    assert notices() == [*[ONE] * 5, "1 more lead arrived.", "2 new leads arrived."]


@pytest.mark.parametrize(
    ("destinations", "parts"), [(1, [20]), (3, [7, 7, 6]), (20, [1] * 20), (25, [*[1] * 20, *[0] * 5])]
)
def test_destinations_of_a_batch_share_its_mails(source, destinations, parts):
    for number in range(destinations):
        destination(source, ["email"], industry=f"Trade {number}")
        LeadFactory(workspace=source, industry=f"Trade {number}")

    route_batch(source.pk)

    assert sorted((event.mails for event in announced()), reverse=True) == parts


def test_a_batch_sends_twenty_mails_about_single_leads_and_forgets_no_other(source):
    places = [destination(source, ["email"], industry=f"Trade {number}") for number in range(12)]
    for number in range(12):
        for _ in range(4):
            LeadFactory(workspace=source, industry=f"Trade {number}")

    route_batch(source.pk)
    drain()
    rows = NotificationSendLog.objects.filter(kind="lead_routed")
    assert Counter(rows.values_list("destination", flat=True)) == {"email": MAILS_PER_BATCH}
    end_the_minute()

    assert RoutingLog.objects.filter(routing_result="success").count() == 48
    for place in places:
        told = notices(place)
        assert told.count(ONE) in (1, 2)
        assert told[-1] == f"{4 - told.count(ONE)} more leads arrived."
    assert rows.count() == MAILS_PER_BATCH + 12


@pytest.mark.parametrize(("way", "singles", "end"), [("slack", [ONE] * 2, []), ("email", [], ["2 new leads arrived."])])
def test_without_mails_left_only_mails_wait_for_the_digest(source, way, singles, end):
    destination(source, [way])
    event = replace(arrive(source, 2)[0], mails=0)
    BackgroundJob.objects.filter(payload__event="LeadsRouted").delete()

    tell_leads_routed(event)

    assert notices() == singles
    end_the_minute()
    assert notices() == singles + end


def test_a_batch_repeated_lead_by_lead_keeps_to_twenty_mails(source):
    asks = {"field": "attributes.size", "op": "gte", "value": 1}
    for number in range(6):
        partner = RoutingPartnerFactory(workspace=source)
        trade = {"field": "industry", "op": "eq", "value": f"Trade {number}"}
        RoutingRuleFactory(
            workspace=source,
            destination_workspace=partner.destination_workspace,
            conditions={"all": [asks, trade]},
            actions={"tag_with": [], "notify_via": ["email"]},
        )
        for _ in range(4):
            LeadFactory(workspace=source, industry=f"Trade {number}", attributes={"size": 5})
    bad = LeadFactory(workspace=source)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead SET attributes = jsonb_build_object('size', repeat('9', 5000)::numeric) WHERE id = %s",
            [bad.pk],
        )

    result = route_batch(source.pk)
    drain()

    assert (result.settled, result.retry) == ({"success": 24}, 1)
    assert notices() == [ONE] * MAILS_PER_BATCH
    end_the_minute()
    rest = notices()[MAILS_PER_BATCH:]
    assert sum(int(text.split()[0]) for text in rest) == 4


def test_notices_go_the_ways_the_rule_names(source):
    destination(source, ["email"])
    arrive(source, 6)
    end_the_minute()

    rows = BackgroundJob.objects.filter(payload__event="Notice")
    assert [row.payload["data"]["ways"] for row in rows] == [["email"]] * 6


def test_rules_that_do_not_ask_tell_nobody(source):
    destination(source, [])
    arrive(source, 2)
    end_the_minute()

    assert notices() == []
    assert not BackgroundJob.objects.filter(type=LEAD_ARRIVALS).exists()


def test_the_move_announces_itself_in_its_transaction(source):
    destination(source, ["email"])
    arrive(source, 1)

    rows = BackgroundJob.objects.filter(payload__event="LeadsRouted")
    assert {row.payload["receiver"] for row in rows} == RECEIVERS


def test_a_lead_stays_routed_when_nobody_can_be_told(source):
    """The notice fails for good: no address, no channel, and the lead is gone before it is told."""
    there = destination(source, ["email", "slack"])
    lead = LeadFactory(workspace=source, industry="Dental")
    assert route_lead(lead.pk, source.pk).result == "success"
    drain()

    rows = NotificationSendLog.objects.filter(kind="lead_routed")
    assert sorted(rows.values_list("destination", "status")) == [("email", "skipped"), ("slack", "skipped")]
    assert list(Lead.objects.filter(pk=lead.pk).values_list("workspace_id", "routing_status")) == [(there, "routed")]

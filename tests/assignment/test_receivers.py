"""Notices about arrivals: five singly, the rest as one."""

import pytest

from assignment.contracts import LeadsRouted
from assignment.models import RoutingLog
from assignment.receivers import tell_leads_routed
from assignment.services.routing.batch import route_batch
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db

RECEIVERS = {"assignment.tell_leads_routed", "assignment.rotate_arrivals"}


def arrivals(notify_via, count):
    partner = RoutingPartnerFactory()
    RoutingRuleFactory(
        workspace=partner.workspace,
        destination_workspace=partner.destination_workspace,
        actions={"tag_with": [], "notify_via": notify_via},
    )
    for _ in range(count):
        LeadFactory(workspace=partner.workspace)
    route_batch(partner.workspace_id)
    logs = list(RoutingLog.objects.order_by("created_at", "id"))
    return LeadsRouted(
        workspace_id=partner.destination_workspace_id,
        source_workspace_id=partner.workspace_id,
        log_ids=tuple(log.pk for log in logs),
        lead_ids=tuple(log.lead_id for log in logs),
    )


def notices():
    rows = BackgroundJob.objects.filter(payload__event="Notice").order_by("seq")
    return [row.payload["data"]["text"] for row in rows]


def test_many_arrivals_are_five_notices_and_a_digest():
    event = arrivals(["slack"], 7)

    tell_leads_routed(event)
    tell_leads_routed(event)

    assert notices() == ["A new lead arrived."] * 5 + ["2 more leads arrived."]


def test_notices_go_the_ways_the_rule_names():
    tell_leads_routed(arrivals(["email"], 6))

    rows = BackgroundJob.objects.filter(payload__event="Notice")
    assert [row.payload["data"]["ways"] for row in rows] == [["email"]] * 6


def test_rules_that_do_not_ask_tell_nobody():
    tell_leads_routed(arrivals([], 2))

    assert notices() == []


def test_the_move_announces_itself_in_its_transaction():
    arrivals(["email"], 1)

    rows = BackgroundJob.objects.filter(payload__event="LeadsRouted")
    assert {row.payload["receiver"] for row in rows} == RECEIVERS

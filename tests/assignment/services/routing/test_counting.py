"""Caps of rules that keep leads, and counters whose destination changes its time zone."""

import pytest
from django.db import connection
from django.db.models import Sum

from assignment.models import RoutingCounter, RoutingRule
from assignment.services.routing.batch import route_batch
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from zrg.workspaces.models import WorkspaceSettings

pytestmark = pytest.mark.django_db
LIFETIME = "0001-01-01"


def broken():
    with connection.cursor() as cursor:
        cursor.execute("SELECT invariant, detail FROM routing_invariant_violations()")
        return cursor.fetchall()


def in_zone(workspace, zone):
    WorkspaceSettings.objects.filter(workspace=workspace).update(timezone=zone)


@pytest.fixture
def partner():
    return RoutingPartnerFactory()


@pytest.fixture
def keeping(partner):
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    return RoutingRuleFactory(
        workspace=partner.workspace, destination_workspace=partner.workspace, priority=9, cap_daily=2
    )


def test_hard_11b_cap_never_overshot_by_a_rule_that_keeps(partner, keeping):
    for _ in range(4):
        LeadFactory(workspace=partner.workspace)

    first = route_batch(partner.workspace_id)
    later = route_lead(LeadFactory(workspace=partner.workspace).pk, partner.workspace_id)

    assert (first.settled, later.result) == ({"kept": 2, "success": 2}, "success")
    assert set(RoutingCounter.objects.values_list("scope_id", "count")) == {(keeping.pk, 2)}
    assert broken() == []


def test_hard_11b_cap_never_overshot_by_a_caller_who_keeps(partner, keeping):
    found = []
    for _ in range(3):
        lead = LeadFactory(workspace=partner.workspace)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT result FROM complete_routing_batch(gen_random_uuid(), ARRAY[%s]::uuid[], ARRAY[%s]::uuid[],"
                " ARRAY[%s]::uuid[])",
                [lead.pk, partner.workspace_id, keeping.pk],
            )
            found.append(cursor.fetchone()[0])

    assert found == ["kept", "kept", "blocked"]
    assert broken() == []


def test_the_first_cap_of_a_rule_finds_what_it_kept(partner, keeping):
    RoutingRule.objects.filter(pk=keeping.pk).update(cap_daily=None)
    for _ in range(3):
        route_lead(LeadFactory(workspace=partner.workspace).pk, partner.workspace_id)

    RoutingRule.objects.filter(pk=keeping.pk).update(cap_total=4)
    results = [route_lead(LeadFactory(workspace=partner.workspace).pk, partner.workspace_id).result for _ in range(2)]

    assert results == ["kept", "success"]
    assert broken() == []


@pytest.mark.parametrize(
    ("before", "after"), [("Pacific/Kiritimati", "Pacific/Pago_Pago"), ("UTC", "Pacific/Auckland")]
)
def test_counters_follow_the_time_zone_of_their_destination(before, after):
    """Between the first two the day always differs."""
    partner = RoutingPartnerFactory(cap_daily=2)
    in_zone(partner.destination_workspace, before)
    rule = RoutingRuleFactory(
        workspace=partner.workspace, destination_workspace=partner.destination_workspace, cap_total=9
    )
    for _ in range(2):
        assert route_lead(LeadFactory(workspace=partner.workspace).pk, partner.workspace_id).result == "success"

    in_zone(partner.destination_workspace, after)

    assert broken() == []
    days = RoutingCounter.objects.exclude(day=LIFETIME).values("scope_id").annotate(n=Sum("count"))
    assert {row["scope_id"]: row["n"] for row in days} == {partner.pk: 2, rule.pk: 2}
    assert route_lead(LeadFactory(workspace=partner.workspace).pk, partner.workspace_id).result == "deferred"


def test_a_cap_below_what_was_delivered_today_blocks_and_loses_nothing():
    partner = RoutingPartnerFactory(cap_daily=5)
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    for _ in range(3):
        route_lead(LeadFactory(workspace=partner.workspace).pk, partner.workspace_id)
    type(partner).objects.filter(pk=partner.pk).update(cap_daily=1)
    lead = LeadFactory(workspace=partner.workspace)

    result = route_lead(lead.pk, partner.workspace_id)

    assert (result.result, result.code) == ("deferred", "all_blocked")
    assert Lead.objects.get(pk=lead.pk).workspace_id == partner.workspace_id
    assert broken() == []

"""What routing tells Prometheus."""

import json
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from assignment.models import RoutingPartner
from assignment.services.routing.batch import route_batch
from assignment.services.routing.gauges import RoutingCollector
from assignment.services.routing.partner_figures import with_figures
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.support.routing_world import call, new_owner
from zrg.workspaces.models import WorkspaceSettings

pytestmark = pytest.mark.django_db
# One of them has another date than UTC at any hour.
ZONES = ("Pacific/Kiritimati", "Etc/GMT+12")


def days(zone):
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    return {
        "today": today,
        "yesterday": today - timedelta(days=1),
        "monday": today - timedelta(days=today.weekday()),
        "sunday before": today - timedelta(days=today.weekday() + 1),
        "first": today.replace(day=1),
        "month before": today.replace(day=1) - timedelta(days=1),
        "life": date(1, 1, 1),
    }


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("cap", "day", "full"),
    [
        ("cap_daily", "today", 1),
        ("cap_daily", "yesterday", 0),
        ("cap_weekly", "monday", 1),
        ("cap_weekly", "sunday before", 0),
        ("cap_monthly", "first", 1),
        ("cap_monthly", "month before", 0),
        ("cap_total", "life", 1),
        ("cap_daily", "life", 0),
    ],
)
def test_agreements_at_a_cap_are_counted_by_the_destinations_days(zone, cap, day, full):
    partner = RoutingPartnerFactory(**{cap: 2})
    WorkspaceSettings.objects.filter(workspace=partner.destination_workspace).update(timezone=zone)
    insert_counter(partner, days(zone)[day])

    assert partner_full() == full
    RoutingPartner.objects.filter(pk=partner.pk).update(status="paused")
    assert partner_full() == 0


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("day", "used"),
    [("today", (2, 2)), ("first", (None, 2)), ("month before", (None, None)), ("life", (None, None))],
)
def test_the_list_of_agreements_counts_by_the_destinations_days(zone, day, used):
    partner = RoutingPartnerFactory(cap_daily=9)
    WorkspaceSettings.objects.filter(workspace=partner.destination_workspace).update(timezone=zone)
    when = days(zone)
    insert_counter(partner, when[day])

    row = with_figures(RoutingPartner.objects.all()).get()

    expected = (2, 2) if when[day] == when["today"] else used
    assert (row.used_today, row.used_month) == expected


def test_what_alerts_ask_comes_from_the_log_and_leaves_out_answers_that_are_no_faults():
    partner = RoutingPartnerFactory()
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    for code in ("error", "no_matching_rule", "returned"):
        lead, owner = LeadFactory(workspace=partner.workspace), new_owner()
        assert call("acquire_routing_lock", lead.pk, owner)
        assert call("fail_routing", lead.pk, "x 55P03", owner, 1, code)
    LeadFactory(workspace=partner.workspace)
    route_batch(partner.workspace_id)

    plain = [family.samples[0] for family in RoutingCollector().collect() if family.samples]
    told = {sample.name: sample.value for sample in plain if not sample.labels}

    names = ("settled_15m", "failed_15m", "lock_timeouts_5m", "attempts_30m", "retries_30m", "settled_1h")
    assert [told[f"zrg_routing_{name}"] for name in names] == [1, 1, 3, 4, 0, 1]


def partner_full():
    return {metric.name: metric for metric in RoutingCollector().collect()}["zrg_routing_partner_full"].samples[0].value


def insert_counter(partner, day):
    row = {"id": 1, "workspace_id": str(partner.workspace_id), "scope": "partner", "scope_id": str(partner.pk)}
    row |= {"day": day.isoformat(), "count": 2}
    with connection.cursor() as cursor:
        cursor.execute("SELECT zrg_test_insert(%s, %s)", ["assignment_routingcounter", json.dumps(row)])

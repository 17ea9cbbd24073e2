"""Alerts of routing: what lasts is told, once an hour and with each change of state, and so is its end."""

import pytest
import time_machine
from django.core.cache import cache
from django.db import OperationalError

from assignment.services.routing import health
from assignment.services.routing.batch import route_batch
from assignment.services.routing.running import cleanup_stale_locks, mark_expired, process_retry_queue
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.support.client import no_context
from tests.support.routing_scene import make_leads
from tests.support.routing_world import call, new_owner
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.django_db

STALE_LOCKS = "Lead routing A5 (warning): 11 locks were left behind over 5 minutes ago"
STALE_LOCKS_OVER = "Lead routing A5 (warning): it is over"


@pytest.fixture
def partner():
    return RoutingPartnerFactory()


def told():
    rows = BackgroundJob.objects.filter(payload__event="Notice").order_by("seq")
    return [row.payload["data"]["text"] for row in rows]


def leave_locks_behind(partner, *, seconds):
    for _ in range(11):
        lead = LeadFactory(workspace=partner.workspace)
        assert call("acquire_routing_lock", lead.pk, new_owner())
    call("zrg_test_shift_routing", float(seconds))


def judge():
    with no_context():
        return health.raise_routing_alerts()["alerts"]


def test_locks_are_told_when_they_were_stale_for_five_minutes(partner):
    leave_locks_behind(partner, seconds=599)

    assert judge() == []
    call("zrg_test_shift_routing", 2.0)
    assert judge() == ["A5"]
    assert told() == [STALE_LOCKS]


def test_a_backlog_is_told_when_it_lasted_ten_minutes_and_when_it_is_gone(partner):
    make_leads(partner.workspace, 501)
    route_batch(partner.workspace_id, limit=1_000)
    call("zrg_test_shift_routing", 60.0 + 599)

    assert health.get_routing_health()["dueCount"] == 501
    assert "A2" not in judge()
    call("zrg_test_shift_routing", 2.0)
    assert "A2" in judge()

    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    with no_context():
        process_retry_queue()
    assert "A2" not in judge()
    assert [text for text in told() if " A2 " in text] == [
        "Lead routing A2 (critical): 501 retries have been due for 10 minutes",
        "Lead routing A2 (critical): it is over",
    ]


def test_an_alert_is_told_once_an_hour_and_its_end_once(partner):
    leave_locks_behind(partner, seconds=601)

    for moment in ("10:00:05", "10:40:00", "11:00:05"):
        with time_machine.travel(f"2026-03-05T{moment}Z", tick=False):
            assert judge() == ["A5"]
    assert told() == [STALE_LOCKS] * 2
    with no_context():
        cleanup_stale_locks()
    for moment in ("11:20:00", "12:00:05"):
        with time_machine.travel(f"2026-03-05T{moment}Z", tick=False):
            assert judge() == []

    assert told() == [STALE_LOCKS, STALE_LOCKS, STALE_LOCKS_OVER]


def test_what_comes_back_within_the_hour_is_told_again(partner):
    for minute in ("00", "20"):
        leave_locks_behind(partner, seconds=601)
        with time_machine.travel(f"2026-03-05T10:{minute}:00Z", tick=False):
            assert judge() == ["A5"]
        with no_context():
            cleanup_stale_locks()
        with time_machine.travel(f"2026-03-05T10:{minute}:30Z", tick=False):
            assert judge() == []

    assert told() == [STALE_LOCKS, STALE_LOCKS_OVER] * 2


def test_alerts_are_told_without_a_memory_too(partner, monkeypatch):
    def gone(*_, **__):
        raise OperationalError("the cache is away")

    leave_locks_behind(partner, seconds=601)
    monkeypatch.setattr(cache, "get", gone)
    monkeypatch.setattr(cache, "set", gone)
    with time_machine.travel("2026-03-05T10:00:05Z", tick=False):
        assert judge() == ["A5"]
        assert judge() == ["A5"]

    assert told() == [STALE_LOCKS]


def test_a_dry_run_tells_nobody_and_forgets_nothing(partner):
    leave_locks_behind(partner, seconds=601)

    with no_context():
        assert health.raise_routing_alerts(dry_run=True)["alerts"] == ["A5"]
    assert told() == []
    assert judge() == ["A5"]


@pytest.mark.parametrize(("zone", "hour"), [("", "09"), ("America/New_York", "14"), ("Nowhere/Land", "09")])
def test_expired_leads_are_told_at_nine_of_the_operators_day(partner, monkeypatch, zone, hour):
    monkeypatch.setenv("ROUTING_OPS_TIMEZONE", zone)
    Workspace.objects.filter(pk=partner.workspace_id).update(name="Hub")
    LeadFactory(workspace=partner.workspace)
    call("zrg_test_shift_routing", 91 * 86_400.0)
    with no_context():
        assert mark_expired() == {"expired": 1}

    for moment in ("08:00", "09:00", "09:30", "14:00", "15:00"):
        with time_machine.travel(f"2026-03-05T{moment}:00Z", tick=False):
            judge()
            assert bool(told()) == (moment >= f"{hour}:00")

    assert told() == ["Lead routing A7 (info): 1 lead expired in 24 hours: Hub 1."]

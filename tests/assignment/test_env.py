"""The knobs of routing: their bounds, and that each does what it says."""

import pytest
from django.urls import reverse

from assignment import env
from assignment.services.routing.batch import route_batch
from assignment.services.routing.gauges import RoutingCollector
from assignment.services.routing.health import get_routing_health, health_rows
from assignment.services.routing.running import cleanup_stale_locks, process_retry_queue, run_first_pass
from leads.models import Lead
from tests.factories import LeadFactory, PlatformGrantFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.support.client import no_context
from tests.support.routing_world import call, new_owner


@pytest.fixture
def partner(db):
    return RoutingPartnerFactory()


@pytest.fixture
def batches(caplog):
    """A function: sizes of the batches so far."""
    caplog.set_level("INFO")

    def sizes():
        lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
        return [line["claimed"] for line in lines if line.get("event") == "routing.batch"]

    return sizes


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "read", "default", "bounds"),
    [
        ("ROUTING_BATCH_SIZE", env.batch_size, 500, (1, 2_000)),
        ("ROUTING_RETRY_BATCH", env.retry_batch_size, None, (1, 1_000)),
        ("ROUTING_STALE_LOCK_SECONDS", env.stale_lock_seconds, 300, (60, 86_400)),
    ],
)
def test_numbers_keep_to_their_bounds_and_typing_errors_change_nothing(monkeypatch, name, read, default, bounds):
    monkeypatch.delenv(name, raising=False)
    assert read() == default
    for typed, expected in ((" 70 ", 70), (str(bounds[1] + 1), bounds[1]), ("1", bounds[0])):
        monkeypatch.setenv(name, typed)
        assert read() == expected
    for typed in ("", "0", "-5", "many", "7.5"):
        monkeypatch.setenv(name, typed)
        assert read() == (100 if default is None else default)


def test_batches_of_the_first_pass_have_the_size_that_is_set(partner, batches, monkeypatch):
    monkeypatch.setenv("ROUTING_BATCH_SIZE", "2")
    for _ in range(5):
        LeadFactory(workspace=partner.workspace)

    with no_context():
        run_first_pass(lambda: False)

    assert batches() == [2, 2, 1]


def test_batches_of_retries_have_the_size_that_is_set(partner, batches, monkeypatch):
    for _ in range(5):
        LeadFactory(workspace=partner.workspace)
    route_batch(partner.workspace_id)
    call("zrg_test_shift_routing", 61.0)
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    monkeypatch.setenv("ROUTING_RETRY_BATCH", "3")

    with no_context():
        process_retry_queue()

    assert batches() == [5, 3, 2]


@pytest.mark.parametrize(("seconds", "released"), [("60", 1), ("299", 1), ("301", 0)])
def test_locks_are_stale_at_the_age_that_is_set(partner, monkeypatch, seconds, released):
    monkeypatch.setenv("ROUTING_STALE_LOCK_SECONDS", seconds)
    lead = LeadFactory(workspace=partner.workspace)
    assert call("acquire_routing_lock", lead.pk, new_owner())
    call("zrg_test_shift_routing", 300.0)

    with no_context():
        assert cleanup_stale_locks() == {"released": released}

    assert Lead.objects.filter(routing_status="pending").count() == released


@pytest.mark.parametrize(("seconds", "stale"), [("60", 1), ("299", 1), ("301", 0), ("600", 0), (None, 0)])
def test_health_counts_locks_as_stale_at_the_age_that_is_set(partner, monkeypatch, client, seconds, stale):
    if seconds is None:
        monkeypatch.delenv("ROUTING_STALE_LOCK_SECONDS", raising=False)
    else:
        monkeypatch.setenv("ROUTING_STALE_LOCK_SECONDS", seconds)
    lead = LeadFactory(workspace=partner.workspace)
    assert call("acquire_routing_lock", lead.pk, new_owner())
    call("zrg_test_shift_routing", 300.0)
    client.login_as(PlatformGrantFactory().user)

    page = client.get(reverse("admin:assignment_routing_health"))
    gauges = {one.name: one.samples[0].value for one in RoutingCollector().collect() if one.samples}

    assert get_routing_health(partner.workspace_id)["staleLockCount"] == stale
    assert ("Stale locks", str(stale)) in page.context["panels"]
    assert gauges["zrg_routing_stale_locks"] == stale


@pytest.mark.parametrize(("seconds", "lasting"), [("60", 1), ("120", 0)])
def test_the_alert_asks_for_locks_that_were_stale_for_five_minutes(partner, monkeypatch, seconds, lasting):
    monkeypatch.setenv("ROUTING_STALE_LOCK_SECONDS", seconds)
    lead = LeadFactory(workspace=partner.workspace)
    assert call("acquire_routing_lock", lead.pk, new_owner())
    call("zrg_test_shift_routing", 400.0)

    assert [row["stale_locks_5m"] for row in health_rows(partner.workspace_id)] == [lasting]

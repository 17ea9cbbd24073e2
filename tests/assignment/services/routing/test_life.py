"""Times to live, returns, schedules and what people do with leads."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from assignment.errors import AlreadyReturned
from assignment.models import LeadAttribution, RoutingCounter, RoutingLog
from assignment.services.routing import acting, health
from assignment.services.routing.batch import route_batch
from assignment.services.routing.running import mark_expired, purge_routing
from assignment.services.routing.single import route_lead
from integrations.models import WebhookRoute
from integrations.services.routes import remember_clay_lead
from leads.models import Lead
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory, UserFactory
from tests.factories.inbox import MessageFactory
from tests.support.client import no_context
from tests.support.routing_world import call
from zrg.jobs import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    found = RoutingPartnerFactory(cap_total=10)
    RoutingRuleFactory(workspace=found.workspace, destination_workspace=found.destination_workspace)
    return found


def delivered(partner):
    lead = LeadFactory(workspace=partner.workspace)
    route_lead(lead.pk, partner.workspace_id)
    return lead, LeadAttribution.objects.get(lead_id=lead.pk)


def test_a_lead_gets_the_time_to_live_of_its_workspace(partner):
    settings = partner.workspace.settings
    settings.lead_ttl_days = 7
    settings.save(update_fields=["lead_ttl_days"])

    lead = LeadFactory(workspace=partner.workspace)

    lead.refresh_from_db()
    assert lead.lead_expires_at == lead.created_at + timedelta(days=7)
    assert lead.source_workspace_id == partner.workspace_id


def test_leads_nobody_took_expire_and_can_be_revived(partner):
    lead = LeadFactory(workspace=partner.workspace, created_at=timezone.now() - timedelta(days=91))

    with no_context():
        assert mark_expired() == {"expired": 1}
    assert route_lead(lead.pk, partner.workspace_id).result == "lock_not_acquired"
    assert acting.revive(partner.workspace_id, [lead.pk], by=UserFactory()) == 1

    lead.refresh_from_db()
    assert (lead.routing_status, lead.routing_attempts) == ("pending", 0)
    assert list(RoutingLog.objects.order_by("created_at").values_list("routing_result", flat=True)) == [
        "expired",
        "revived",
    ]


def test_a_returned_lead_goes_back_and_frees_its_place(partner):
    lead, row = delivered(partner)

    acting.return_lead(row, "out_of_area", by=UserFactory(), text="Too far")

    lead.refresh_from_db()
    row.refresh_from_db()
    assert (lead.workspace_id, lead.routing_status, lead.routing_error_code) == (
        partner.workspace_id,
        "failed",
        "returned",
    )
    assert (row.status, row.return_reason, row.return_text) == ("returned", "out_of_area", "Too far")
    assert set(RoutingCounter.objects.values_list("count", flat=True)) == {0}
    with pytest.raises(AlreadyReturned):
        acting.return_lead(row, "out_of_area", by=UserFactory())
    assert RoutingLog.objects.filter(routing_result="returned").count() == 1


def test_a_returned_lead_brings_its_clay_route_back(partner):
    lead, row = delivered(partner)
    remember_clay_lead(partner.destination_workspace_id, lead.pk)

    acting.return_lead(row, "out_of_area", by=UserFactory())

    assert WebhookRoute.objects.get(provider="CLAY").target_id == partner.workspace_id


def test_a_returned_lead_is_not_sent_to_the_same_place_again(partner):
    lead, row = delivered(partner)
    acting.return_lead(row, "duplicate", by=UserFactory())

    acting.requeue(partner.workspace_id, by="command", lead_ids=[lead.pk])
    result = route_lead(lead.pk, partner.workspace_id)

    assert (result.result, result.code) == ("retry", "no_matching_rule")
    assert RoutingLog.objects.filter(routing_result="retry").get().metadata["considered"][0]["why"] == "excluded"


def test_a_worked_lead_stays_where_it_is_and_the_credit_is_reversed(partner):
    lead, row = delivered(partner)
    lead.refresh_from_db()
    MessageFactory(lead=lead, workspace=lead.workspace)

    acting.return_lead(row, "no_consent", by=UserFactory())

    lead.refresh_from_db()
    row.refresh_from_db()
    assert (lead.workspace_id, lead.routing_status) == (partner.destination_workspace_id, "routed")
    assert row.status == "returned"


def test_the_claim_lapses_with_the_window(partner):
    _, row = delivered(partner)
    other = RoutingPartnerFactory()
    RoutingRuleFactory(workspace=other.workspace, destination_workspace=other.destination_workspace)
    first = Lead.objects.get(pk=row.lead_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT zrg_test_shift_routing(%s)", [91 * 86_400.0])
    again = LeadFactory(workspace=other.workspace, email=first.email)

    result = route_lead(again.pk, other.workspace_id)

    row.refresh_from_db()
    assert (result.result, row.status) == ("success", "lapsed")


def test_schedules_are_those_of_the_table():
    wanted = {
        "lead-routing": (50, 300),
        "lead-routing-retry": (240, 900),
        "lead-routing-locks": (30, 1_800),
        "lead-routing-expire": (300, 93_600),
        "lead-routing-health": (60, 7_200),
        "lead-routing-nightly": (600, 93_600),
    }

    found = {name: registry.schedule(name) for name in wanted}

    assert {name: (spec.budget_seconds, spec.stale_alert_seconds) for name, spec in found.items()} == wanted
    assert {spec.queue for spec in found.values()} == {"routing"}


def test_old_records_are_removed_and_young_ones_stay(partner):
    delivered(partner)

    assert purge_routing() == {"logs": 0, "queue": 0, "counters": 0}
    assert RoutingLog.objects.count() == 1


def test_health_counts_by_one_query_per_question(partner, django_assert_num_queries):
    LeadFactory(workspace=partner.workspace)
    route_batch(partner.workspace_id)

    with django_assert_num_queries(1):
        found = health.get_routing_health()

    assert found["successRate1h"] == 1.0


def test_a_rule_says_nothing_in_sql(partner):
    assert call("routing_config", partner.workspace_id, None) is not None

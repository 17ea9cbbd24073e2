"""Both paths of routing, through the services."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assignment.models import LeadAttribution, RoutingCounter, RoutingLog, RoutingQueueEntry
from assignment.services.routing.batch import retry_batch, route_batch
from assignment.services.routing.running import process_retry_queue, run_first_pass
from assignment.services.routing.single import route_lead
from integrations.models import WebhookRoute
from integrations.services.routes import remember_clay_lead
from leads.models import Lead, SharedPhone
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.factories.inbox import MessageFactory
from tests.support.client import no_context
from zrg.lib.errors import BadInput
from zrg.workspaces.models import OperatorSwitch
from zrg.workspaces.switches import forget_switches, is_switch_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner():
    return RoutingPartnerFactory(credit_amount="12.50")


@pytest.fixture
def rule(partner):
    return RoutingRuleFactory(
        workspace=partner.workspace,
        destination_workspace=partner.destination_workspace,
        conditions={"all": [{"field": "industry", "op": "in", "value": ["dental"]}]},
        actions={"tag_with": ["routed"], "notify_via": []},
    )


def dental(partner, **values):
    return LeadFactory(workspace=partner.workspace, industry="Dental", tags=["vip"], **values)


def log_of(lead):
    return list(
        RoutingLog.objects.filter(lead_id=lead.pk).order_by("created_at").values_list("routing_result", flat=True)
    )


def test_a_lead_moves_with_its_credit_and_log(partner, rule):
    lead = dental(partner)

    with no_context():
        result = route_lead(lead.pk, partner.workspace_id)

    lead.refresh_from_db()
    assert (result.success, result.result, result.destination_workspace_id) == (
        True,
        "success",
        partner.destination_workspace_id,
    )
    assert (result.matched_rule_id, result.matched_rule_name, result.attempt) == (rule.pk, rule.name, 1)
    assert (lead.workspace_id, lead.source_workspace_id) == (partner.destination_workspace_id, partner.workspace_id)
    assert (lead.routing_status, lead.routing_attempts, lead.routing_rule_id) == ("routed", 1, rule.pk)
    assert (lead.tags, lead.status) == (["vip", "routed"], "new")
    assert log_of(lead) == ["success"]
    row = LeadAttribution.objects.get()
    assert (row.lead_id, str(row.credit_amount), row.status) == (lead.pk, "12.50", "active")
    assert row.window_ends_at == lead.lead_expires_at
    assert RoutingQueueEntry.objects.count() == 0


def test_a_moved_lead_takes_its_clay_route_along(partner, rule):
    lead = dental(partner)
    remember_clay_lead(partner.workspace_id, lead.pk)

    route_lead(lead.pk, partner.workspace_id)

    assert WebhookRoute.objects.get(provider="CLAY").target_id == partner.destination_workspace_id


@pytest.mark.parametrize("number", [{"phone": "+14155550123"}, {"phone_national": "4155550123"}])
def test_a_moved_lead_is_compared_with_phones_of_its_new_workspace(partner, rule, number):
    LeadFactory(workspace=partner.destination_workspace, **number)
    lead = dental(partner, **number)
    assert not SharedPhone.objects.exists()

    assert route_lead(lead.pk, partner.workspace_id).result == "success"

    shared = SharedPhone.objects.get()
    assert (shared.workspace_id, shared.number) == (partner.destination_workspace_id, *number.values())


def test_no_rule_means_retry_and_a_row_of_the_queue(partner, rule):
    lead = LeadFactory(workspace=partner.workspace, industry="Legal")

    result = route_lead(lead.pk, partner.workspace_id)

    assert (result.success, result.result, result.code, result.attempt) == (False, "retry", "no_matching_rule", 1)
    entry = RoutingQueueEntry.objects.get()
    assert (entry.attempt_number, entry.max_attempts, entry.error_count) == (2, 3, 1)
    assert entry.next_retry_at - timezone.now() < timedelta(seconds=61)
    log = RoutingLog.objects.get()
    assert log.metadata["considered"] == [{"rule": str(rule.pk), "why": "no_match"}]


def test_attempts_are_used_up_in_order(partner, rule):
    lead = LeadFactory(workspace=partner.workspace, industry="Legal")

    results = [route_lead(lead.pk, partner.workspace_id).result for _ in range(3)]

    lead.refresh_from_db()
    assert results == ["retry", "retry", "failed"]
    assert (lead.routing_status, lead.routing_error_code, lead.routing_attempts) == ("failed", "no_matching_rule", 3)
    assert RoutingQueueEntry.objects.get().outcome == "failed"


def test_hard_11b_off_means_untouched(partner, rule, monkeypatch):
    lead = dental(partner)
    monkeypatch.setenv("ROUTING_DISABLED", "1")

    single = route_lead(lead.pk, partner.workspace_id)
    batch = route_batch(partner.workspace_id)
    run_first_pass(lambda: False)
    process_retry_queue()

    lead.refresh_from_db()
    assert (single.result, batch.claimed) == ("disabled", 0)
    assert (lead.routing_status, lead.routing_attempts, lead.routing_error) == ("pending", 0, None)
    assert (RoutingQueueEntry.objects.count(), RoutingLog.objects.count()) == (0, 0)


def test_retries_can_be_switched_off_alone(partner, rule):
    lead = LeadFactory(workspace=partner.workspace, industry="Legal")
    route_lead(lead.pk, partner.workspace_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT zrg_test_shift_routing(120)")
    OperatorSwitch.objects.create(key="ROUTING_RETRY_DISABLED", value=True)
    forget_switches()

    assert process_retry_queue()["processed"] == 0

    OperatorSwitch.objects.all().delete()
    forget_switches()
    with no_context():
        assert process_retry_queue()["processed"] == 1


def test_a_foreign_lead_is_not_touched(partner, rule):
    other = LeadFactory(industry="Dental")

    assert route_lead(other.pk, partner.workspace_id).result == "wrong_workspace"
    assert route_lead(uuid4(), partner.workspace_id).result == "lead_not_found"
    other.refresh_from_db()
    assert (other.routing_status, other.routing_attempts) == ("pending", 0)


def test_a_routed_lead_is_not_routed_again(partner, rule):
    lead = dental(partner)
    route_lead(lead.pk, partner.workspace_id)

    assert route_lead(lead.pk, partner.workspace_id).result == "already_routed"
    assert log_of(lead) == ["success"]


def test_attempts_outside_one_to_ten_are_refused(partner):
    lead = dental(partner)

    with pytest.raises(BadInput):
        route_lead(lead.pk, partner.workspace_id, max_attempts=11)


def test_hard_11b_safety_before_rules(partner, rule):
    busy, stopped = dental(partner), dental(partner, status="blacklisted", blacklist_reason="opt_out")
    MessageFactory(lead=busy, workspace=busy.workspace)

    result = route_batch(partner.workspace_id)

    assert result.settled == {"kept": 2}
    codes = dict(RoutingLog.objects.values_list("lead_id", "metadata__code"))
    assert codes == {busy.pk: "has_activity", stopped.pk: "suppressed"}
    assert set(Lead.objects.values_list("workspace_id", flat=True)) == {partner.workspace_id}
    assert LeadAttribution.objects.count() == 0


@pytest.mark.parametrize(
    "said",
    [
        {"opted_out_at": timezone.now()},
        {"status": "blacklisted", "blacklist_reason": "manual"},
        {"sentiment_tag": "Blacklist"},
        {"status": "unqualified"},
    ],
)
def test_hard_11b_safety_before_rules_whatever_was_said(partner, rule, said):
    """Each alone is enough, on every path and for callers from outside."""
    ours, single, foreign = (dental(partner, **said) for _ in range(3))
    owner = uuid4()
    with connection.cursor() as cursor:
        cursor.execute("SELECT acquire_routing_lock(%s, %s)", [foreign.pk, owner])
        there = partner.destination_workspace_id
        cursor.execute("SELECT complete_routing(%s, %s, %s, %s)", [foreign.pk, there, rule.pk, owner])
        assert cursor.fetchone() == (True,)

    assert route_lead(single.pk, partner.workspace_id).result == "kept"
    assert route_batch(partner.workspace_id).settled == {"kept": 1}

    found = Lead.objects.filter(pk__in=[ours.pk, single.pk, foreign.pk])
    assert set(found.values_list("workspace_id", "routing_status")) == {(partner.workspace_id, "routed")}
    assert {log.metadata["code"] for log in RoutingLog.objects.all()} == {"suppressed"}


def test_a_batch_counts_what_became_of_its_leads(partner, rule):
    moved = [dental(partner) for _ in range(3)]
    LeadFactory(workspace=partner.workspace, industry="Legal")

    # The switches are read every five seconds; here before the count.
    assert not is_switch_on("ROUTING_DISABLED")
    with no_context(), CaptureQueriesContext(connection) as queries:
        result = route_batch(partner.workspace_id)

    assert (result.claimed, result.settled, result.retry) == (4, {"success": 3}, 1)
    assert result.by_destination == {str(partner.destination_workspace_id): 3}
    assert set(Lead.objects.filter(pk__in=[lead.pk for lead in moved]).values_list("routing_status", flat=True)) == {
        "routed"
    }
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 13


def test_one_lead_costs_few_statements(partner, rule):
    lead = dental(partner)
    route_lead(dental(partner).pk, partner.workspace_id)

    with no_context(), CaptureQueriesContext(connection) as queries:
        assert route_lead(lead.pk, partner.workspace_id).result == "success"

    # The context, taking, settling, and the announcement between two changes of context.
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 7
    assert len([one for one in queries if "SAVEPOINT" in one["sql"]]) == 2


def test_the_number_of_statements_does_not_grow(partner, rule):
    def statements(count):
        for _ in range(count):
            dental(partner)
        with no_context(), CaptureQueriesContext(connection) as queries:
            route_batch(partner.workspace_id)
        return len(queries)

    # The first batch also reads the switches, which are then remembered.
    statements(1)

    assert statements(1) == statements(3)


def test_foreign_ids_are_skipped(partner, rule):
    mine, other = dental(partner), LeadFactory(industry="Dental")

    result = route_batch(partner.workspace_id, [mine.pk, other.pk])

    assert (result.settled, result.skipped) == ({"success": 1}, 1)
    other.refresh_from_db()
    assert other.routing_status == "pending"


def test_two_leads_of_one_person_in_a_batch(partner, rule):
    older = dental(partner, email="kim@gmail.com", created_at=timezone.now() - timedelta(hours=1))
    younger = dental(partner, email="k.i.m@gmail.com")

    result = route_batch(partner.workspace_id)

    assert result.settled == {"success": 1, "duplicate": 1}
    younger.refresh_from_db()
    assert (younger.workspace_id, younger.duplicate_of_lead_id) == (partner.workspace_id, older.pk)


def test_leads_of_a_workspace_that_hands_nothing_on_settle(partner, rule):
    settings = partner.workspace.settings
    settings.lead_routing_enabled = False
    settings.save(update_fields=["lead_routing_enabled"])
    lead = dental(partner)

    with no_context():
        run_first_pass(lambda: False)

    assert RoutingLog.objects.get(lead_id=lead.pk).metadata == {"code": "not_enrolled"}
    assert Lead.objects.get(pk=lead.pk).workspace_id == partner.workspace_id


def test_first_pass_serves_every_workspace(partner, rule):
    other = RoutingRuleFactory()
    RoutingPartnerFactory(workspace=other.workspace, destination_workspace=other.destination_workspace)
    leads = [dental(partner), LeadFactory(workspace=other.workspace)]

    with no_context():
        result = run_first_pass(lambda: False)

    assert result.settled == {"success": 2}
    assert set(Lead.objects.filter(pk__in=[lead.pk for lead in leads]).values_list("routing_status", flat=True)) == {
        "routed"
    }


def test_due_retries_are_routed_once_the_rule_is_there(partner, rule):
    lead = LeadFactory(workspace=partner.workspace, industry="Legal")
    route_batch(partner.workspace_id)
    rule.conditions = {}
    rule.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT zrg_test_shift_routing(60)")

    with no_context():
        done = process_retry_queue()

    assert done == {"processed": 1, "succeeded": 1, "failed": 0, "deferred": 0, "errors": []}
    assert log_of(lead) == ["retry", "success"]
    assert RoutingQueueEntry.objects.get().outcome == "routed"


def test_hard_11b_cap_never_overshot(partner, rule):
    partner.cap_daily = 2
    partner.save()
    for _ in range(5):
        dental(partner)

    result = route_batch(partner.workspace_id)

    assert (result.settled, result.deferred) == ({"success": 2}, 3)
    counts = dict(RoutingCounter.objects.filter(scope="partner").values_list("day__year", "count"))
    assert counts[1] == 2
    assert set(counts.values()) == {2}
    assert set(RoutingQueueEntry.objects.values_list("error_count", "last_error_code")) == {(0, "all_blocked")}


def test_a_cap_given_later_counts_what_was_delivered(partner, rule):
    for _ in range(3):
        dental(partner)
    route_batch(partner.workspace_id)

    partner.cap_total = 3
    partner.save()
    dental(partner)
    result = route_batch(partner.workspace_id)

    assert (result.settled, result.retry) == ({}, 1)
    assert RoutingCounter.objects.get(scope="partner", day="0001-01-01").count == 3


def test_retry_batch_leaves_what_is_not_due(partner, rule):
    LeadFactory(workspace=partner.workspace, industry="Legal")
    route_batch(partner.workspace_id)

    assert retry_batch(partner.workspace_id, limit=10).claimed == 0


def test_named_leads_beyond_the_size_of_a_batch_go_in_several(partner, rule, monkeypatch):
    monkeypatch.setenv("ROUTING_BATCH_SIZE", "2")
    leads = [dental(partner) for _ in range(5)]
    stranger = LeadFactory()

    result = route_batch(partner.workspace_id, [*(lead.pk for lead in leads), stranger.pk])

    assert (result.settled, result.claimed, result.skipped) == ({"success": 5}, 5, 1)

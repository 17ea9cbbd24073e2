"""The functions of routing called as nobody should: nulls, arrays of other lengths, leads named twice, strangers."""

from uuid import uuid4

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from assignment.models import LeadAttribution, RoutingCounter, RoutingLog, RoutingQueueEntry
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.assignment.services.routing.conftest import held, snapshot
from tests.factories import LeadFactory, RoutingPartnerFactory, WorkspaceFactory
from tests.support.routing_world import call, new_owner
from zrg.workspaces.context import NOTHING, db_context, tenant

pytestmark = pytest.mark.django_db


def rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return cursor.fetchall()


def refusal(sql, *values):
    """The SQLSTATE with which a statement is refused."""
    with pytest.raises(Error) as refused, transaction.atomic():
        rows(sql, *values)
    return refused.value.__cause__.sqlstate


COMPLETE = "SELECT lead_id, result FROM complete_routing_batch(%s, %s::uuid[], %s::uuid[], %s::uuid[])"
FAIL = (
    "SELECT lead_id, result FROM fail_routing_batch(%s, %s::uuid[], %s::text[], %s::text[], %s::boolean[],"
    " NULL::timestamptz[])"
)


@pytest.mark.parametrize("destinations", [[], ["there"], ["there"] * 3, None])
def test_a_settlement_without_a_destination_for_each_lead_is_refused(partner, rule, lead, destinations):
    other = LeadFactory(workspace=partner.workspace)
    there = [partner.destination_workspace_id for _ in destinations] if destinations is not None else None

    state = refusal(COMPLETE, new_owner(), [lead.pk, other.pk], there, [rule.pk, rule.pk])

    assert state == "22023"
    assert snapshot(lead)[1] == snapshot(other)[1] == "pending"


def test_failures_without_a_code_for_each_lead_or_of_a_lead_named_twice_are_refused(lead):
    other = LeadFactory(workspace=lead.workspace)
    owner = new_owner()

    states = [
        refusal(FAIL, owner, [lead.pk, other.pk], ["error"], ["x", "x"], [True, True]),
        refusal(FAIL, owner, [lead.pk, other.pk], ["error", "error"], ["x", "x"], None),
        refusal(FAIL, owner, [lead.pk, lead.pk], ["error", "error"], ["x", "x"], [False, False]),
    ]

    assert states == ["22023"] * 3
    assert snapshot(lead)[1] == "pending"
    assert RoutingLog.objects.count() == 0


def test_nothing_named_is_nothing_done():
    assert rows(COMPLETE, new_owner(), [], [], []) == rows(COMPLETE, new_owner(), None, None, None) == []
    assert rows(FAIL, new_owner(), [], [], [], []) == rows(FAIL, new_owner(), None, None, None, None) == []
    for function in ("requeue_routing", "revive_leads", "cancel_routing", "route_existing_leads"):
        assert rows(f"SELECT {function}(NULL), {function}('{{}}'), {function}(ARRAY[NULL]::uuid[])") == [(0, 0, 0)]
    assert rows("SELECT count(*) FROM claim_routing_batch(NULL)") == [(0,)]
    assert rows("SELECT count(*) FROM claim_routing_retries(NULL)") == [(0,)]
    assert rows("SELECT routing_config(NULL)") == [(None,)]
    assert rows("SELECT acquire_routing_lock(NULL, %s)", new_owner()) == [(False,)]
    assert rows("SELECT complete_routing(NULL, NULL, NULL, %s)", new_owner()) == [(False,)]
    assert rows("SELECT fail_routing(NULL, 'x', %s)", new_owner()) == [(False,)]
    assert rows("SELECT return_routed_lead(NULL, 'other', NULL)") == [(False,)]
    assert rows("SELECT count(*) FROM check_cross_partner_duplicate(NULL, NULL)") == [(0,)]
    assert rows("SELECT count(*) FROM lock_routing_counters(NULL, NULL)") == [(0,)]


def test_two_thousand_leads_at_once_and_ids_of_nobody_among_them(partner, rule, lead):
    ids = [uuid4() for _ in range(1_999)] + [lead.pk]
    there = [partner.destination_workspace_id] * 2_000

    found = dict(rows(COMPLETE, new_owner(), ids, there, [rule.pk] * 2_000))

    assert len(found) == 2_000
    assert found.pop(lead.pk) == "success"
    assert set(found.values()) == {"skipped"}


def test_a_stale_lock_is_never_released_into_nowhere(lead):
    held(lead)
    call("zrg_test_shift_routing", 301.0)

    assert refusal("SELECT release_stale_routing_locks('5 minutes', 0)") == "22023"
    assert rows("SELECT release_stale_routing_locks(NULL, NULL)") == [(1,)]

    entry = RoutingQueueEntry.objects.get()
    assert (snapshot(lead)[1], entry.attempt_number, entry.max_attempts) == ("pending", 2, 3)


def test_hard_11b_routing_context_counters_and_persons_of_strangers_are_not_told(rule, lead):
    partner = RoutingPartnerFactory(workspace=rule.workspace, cap_total=50)
    counters = "SELECT count(*) FROM lock_routing_counters(ARRAY['partner'], ARRAY[%s]::uuid[])"
    person = "SELECT count(*) FROM check_cross_partner_duplicate(%s, %s)"
    route_lead(lead.pk, rule.workspace_id)
    lead.refresh_from_db()
    asked = (lead.dedupe_hash, rule.workspace_id)

    for stranger in (db_context(NOTHING), tenant(WorkspaceFactory().pk)):
        with stranger:
            assert rows(counters, partner.pk) == rows(person, *asked) == [(0,)]
    assert RoutingCounter.objects.count() == 0
    with tenant(rule.workspace_id):
        assert rows(counters, partner.pk) == rows(person, *asked) == [(1,)]


@pytest.mark.parametrize(
    "said",
    [
        {"opted_out_at": timezone.now()},
        {"status": "blacklisted", "blacklist_reason": "manual"},
        {"sentiment_tag": "Blacklist"},
    ],
)
def test_hard_11b_activity_never_moves_nor_does_who_opted_out_when_returned(partner, rule, lead, said):
    route_lead(lead.pk, partner.workspace_id)
    Lead.objects.filter(pk=lead.pk).update(**said)
    row = LeadAttribution.objects.get()

    assert call("return_routed_lead", row.pk, "no_consent", None, types=("uuid", "text", "uuid"))

    row.refresh_from_db()
    assert (row.status, snapshot(lead)[:2]) == ("returned", (partner.destination_workspace_id, "routed"))


def test_who_is_only_no_prospect_goes_back(partner, rule, lead):
    route_lead(lead.pk, partner.workspace_id)
    Lead.objects.filter(pk=lead.pk).update(status="unqualified")

    assert call(
        "return_routed_lead", LeadAttribution.objects.get().pk, "wrong_industry", None, types=("uuid", "text", "uuid")
    )

    assert snapshot(lead)[:2] == (partner.workspace_id, "failed")

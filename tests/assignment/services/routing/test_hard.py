"""The safety rules of routing about locks, queue, log and moves, each under its own name."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import Error, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from assignment.models import LeadAttribution, RoutingLog, RoutingPartner, RoutingQueueEntry
from assignment.services.routing.batch import retry_batch, route_batch
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.assignment.services.routing.conftest import ROOT, held, refused, snapshot
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.support.routing_world import call, new_owner
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.django_db


def test_hard_11b_lock_iff_routing(lead):
    with refused(Error), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(routing_locked_by=uuid4(), routing_locked_at=timezone.now())

    assert snapshot(lead)[3] is None


LOCKED = {"routing_status": "routing", "routing_locked_by": uuid4(), "routing_locked_at": timezone.now()}


@pytest.mark.parametrize("change", [{"routing_status": "routed"}, LOCKED, "workspace"])
def test_hard_11b_guard_trigger(partner, lead, change):
    change = {"workspace_id": partner.destination_workspace_id} if change == "workspace" else change
    before = snapshot(lead)

    with refused(ProgrammingError), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(**change)

    assert snapshot(lead) == before


@pytest.mark.parametrize("status", ["proposed", "paused", "ended"])
@pytest.mark.parametrize("kind", ["partner", "standard"])
def test_hard_11b_active_partnership(partner, rule, lead, status, kind):
    """Also where no credit is written, which nothing else would refuse."""
    RoutingPartner.objects.filter(pk=partner.pk).update(status=status)
    Workspace.objects.filter(pk=partner.destination_workspace_id).update(workspace_type=kind)
    owner = held(lead)
    before = snapshot(lead)

    with pytest.raises(Error) as error, transaction.atomic():
        call("complete_routing", lead.pk, partner.destination_workspace_id, rule.pk, owner)

    assert error.value.__cause__.sqlstate == "ZR404"
    assert snapshot(lead) == before
    assert (RoutingLog.objects.count(), LeadAttribution.objects.count()) == (0, 0)


def test_hard_11b_one_open_queue_row(lead):
    for _ in range(2):
        call("fail_routing", lead.pk, "x", held(lead), 5)

    entry = RoutingQueueEntry.objects.get()
    assert (entry.attempt_number, entry.error_count, entry.processed_at) == (3, 2, None)
    row = {"id": str(uuid4()), "lead_id": str(lead.pk), "workspace_id": str(lead.workspace_id), "attempt_number": 1}
    row |= {"max_attempts": 3, "next_retry_at": "now", "error_count": 0, "routing_context": {}}
    with refused(IntegrityError), transaction.atomic():
        insert_as_owner("assignment_routingqueueentry", row | {"created_at": "now", "updated_at": "now"})


def insert_as_owner(table, row):
    import json

    with connection.cursor() as cursor:
        cursor.execute("SELECT zrg_test_insert(%s, %s)", [table, json.dumps(row)])


def test_hard_11b_queue_invariant(partner, rule, lead):
    waiting = LeadFactory(workspace=partner.workspace)
    call("fail_routing", waiting.pk, "x", held(waiting))
    ended, given_up = (LeadFactory(workspace=partner.workspace) for _ in range(2))
    call("fail_routing", ended.pk, "x", held(ended), 1)
    for _ in range(2):
        call("fail_routing", given_up.pk, "x", held(given_up), 2)
    route_lead(lead.pk, partner.workspace_id)

    assert [row.lead_id for row in RoutingQueueEntry.objects.open()] == [waiting.pk]
    assert broken_promises() == []


def broken_promises():
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM routing_invariant_violations()")
        return cursor.fetchall()


def test_hard_11b_one_log_row_per_transition(partner, rule, lead):
    expected = []
    call("fail_routing", lead.pk, "x", held(lead))
    expected.append("retry")
    call("zrg_test_shift_routing", 301.0)
    held(lead)
    call("zrg_test_shift_routing", 301.0)
    call("release_stale_routing_locks")
    expected.append("released")
    call("fail_routing", lead.pk, "x", held(lead), 1)
    expected.append("failed")
    call("requeue_routing", [lead.pk])
    expected.append("requeued")
    route_lead(lead.pk, partner.workspace_id)
    expected.append("success")

    found = RoutingLog.objects.filter(lead_id=lead.pk).order_by("created_at")
    assert list(found.values_list("routing_result", flat=True)) == expected
    assert {row.source_workspace_id for row in found} == {partner.workspace_id}


def test_hard_11b_claim(partner, rule):
    other = RoutingPartnerFactory()
    RoutingRuleFactory(workspace=other.workspace, destination_workspace=other.destination_workspace)
    first = LeadFactory(workspace=partner.workspace, email="kim@person.example")
    second = LeadFactory(workspace=other.workspace, email="kim@person.example")
    owners = held(first), held(second)

    assert call("complete_routing", first.pk, partner.destination_workspace_id, None, owners[0])
    assert call("complete_routing", second.pk, other.destination_workspace_id, None, owners[1])

    assert LeadAttribution.objects.get().lead_id == first.pk
    assert snapshot(second)[:2] == (other.workspace_id, "routed")
    # And if nobody had looked.
    with refused(IntegrityError), transaction.atomic():
        insert_as_owner(
            "assignment_leadattribution", credit_like(LeadAttribution.objects.get(), lead_id=str(second.pk))
        )


def credit_like(found, **values):
    row = {"id": str(uuid4()), "lead_id": str(found.lead_id), "source_workspace_id": str(found.source_workspace_id)}
    row |= {"destination_workspace_id": str(found.destination_workspace_id), "routing_log_id": str(uuid4())}
    row |= {"credit_amount": 1, "status": "active", "window_ends_at": "now", "created_at": "now", "return_text": ""}
    return row | {"dedupe_hash": found.dedupe_hash} | values


def test_hard_11b_one_credit_per_lead(partner, rule, lead):
    route_lead(lead.pk, partner.workspace_id)
    found = LeadAttribution.objects.get()

    with refused(IntegrityError), transaction.atomic():
        insert_as_owner("assignment_leadattribution", credit_like(found, dedupe_hash=None))


@pytest.mark.parametrize("status", ["routed", "expired"])
def test_hard_11b_state_machine(lead, status):
    owner = held(lead)
    if status == "routed":
        call("complete_routing", lead.pk, lead.workspace_id, None, owner)
    else:
        call("fail_routing", lead.pk, "x", owner, 1)
        call("zrg_test_shift_routing", 91 * 86_400.0)
        call("mark_expired_leads")
    before = snapshot(lead)

    assert before[1] == status
    assert not call("acquire_routing_lock", lead.pk, new_owner())
    assert not call("complete_routing", lead.pk, lead.workspace_id, None, owner)
    assert not call("fail_routing", lead.pk, "x", owner)
    assert call("requeue_routing", [lead.pk]) == 0
    assert snapshot(lead) == before


def test_hard_11b_owner_only(partner, rule, lead):
    owner = held(lead)
    before = snapshot(lead)

    assert not call("acquire_routing_lock", lead.pk, owner)
    assert not call("complete_routing", lead.pk, partner.destination_workspace_id, rule.pk, new_owner())
    assert not call("fail_routing", lead.pk, "x", new_owner())
    assert [answer_of(statement, lead) for statement in BATCHES] == ["skipped"] * 2
    assert snapshot(lead) == before
    assert RoutingLog.objects.count() == 0


BATCHES = (
    "complete_routing_batch(gen_random_uuid(), ARRAY[%s]::uuid[], ARRAY[NULL]::uuid[], ARRAY[NULL]::uuid[])",
    "fail_routing_batch(gen_random_uuid(), ARRAY[%s]::uuid[], '{error}', '{x}', '{true}', NULL)",
)


def answer_of(statement, lead):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT result FROM {statement}", [lead.pk])
        return cursor.fetchone()[0]


def test_hard_11b_no_network_in_transaction():
    calls = re.compile(r"\brequests\.|\burlopen\(|\bopen\(|run_prompt|complete_model|client\.\w+\(")
    files = [*ROOT.glob("assignment/services/routing/*.py"), *ROOT.glob("assignment/rules/routing/*.py")]

    assert len(files) > 10
    assert [path.name for path in files if calls.search(path.read_text())] == []


def test_hard_11b_lock_order():
    """Of the functions as the database holds them."""
    settle, counters = source_of("complete_routing_batch"), source_of("lock_routing_counters")
    steps = ["FOR UPDATE OF l SKIP LOCKED", "lock_routing_counters(", "INSERT INTO public.assignment_leadattribution"]

    places = [settle.index(step) for step in steps]

    assert places == sorted(places)
    assert "ORDER BY c.scope, c.scope_id, c.day FOR UPDATE OF c" in counters
    assert "ORDER BY u.hash, u.n" in settle


def source_of(function):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function])
        (found,) = cursor.fetchall()
    return found[0]


def test_hard_11b_bad_lead_stops_nobody(partner, lead):
    asks = {"field": "attributes.size", "op": "gte", "value": 1}
    RoutingRuleFactory(
        workspace=partner.workspace, destination_workspace=partner.destination_workspace, conditions=asks
    )
    good = LeadFactory(workspace=partner.workspace, attributes={"size": 5})
    # The database stores a number with more digits than Python reads.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_lead SET attributes = jsonb_build_object('size', repeat('9', 5000)::numeric) WHERE id = %s",
            [lead.pk],
        )

    result = route_batch(partner.workspace_id)

    assert (result.settled, result.retry) == ({"success": 1}, 1)
    assert snapshot(good)[:2] == (partner.destination_workspace_id, "routed")
    assert snapshot(lead) == (partner.workspace_id, "pending", 1, None, "evaluation_error")
    log = RoutingLog.objects.get(lead_id=lead.pk)
    assert (log.routing_result, log.error_message.partition(":")[0]) == ("retry", "ValueError")


def test_hard_11b_bad_lead_stops_nobody_even_unread(partner, rule, lead):
    """A row that cannot even be fetched: a point in time Python does not have."""
    good = LeadFactory(workspace=partner.workspace)
    # Only where leads may be put off it matters when they expire.
    RoutingPartner.objects.filter(pk=partner.pk).update(cap_daily=1_000)
    Lead.objects.filter(pk=lead.pk).update(lead_expires_at=None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET lead_expires_at = 'infinity' WHERE id = %s", [lead.pk])

    first = route_batch(partner.workspace_id)
    later = LeadFactory(workspace=partner.workspace)
    with connection.cursor() as cursor:
        cursor.execute("SELECT zrg_test_shift_routing(600)")
    waiting = retry_batch(partner.workspace_id, limit=10)
    last = route_batch(partner.workspace_id)

    assert (first.settled, first.retry) == ({"success": 1}, 1)
    assert (waiting.settled, waiting.retry) == ({}, 1)
    assert (last.settled, last.retry) == ({"success": 1}, 0)
    assert [snapshot(one)[:2] for one in (good, later)] == [(partner.destination_workspace_id, "routed")] * 2
    assert (
        list(RoutingLog.objects.filter(lead_id=lead.pk).values_list("routing_result", "error_code"))
        == [("retry", "db_error")] * 2
    )


@pytest.mark.parametrize("column", ["email", "phone"])
def test_hard_11b_null_hash(partner, rule, column):
    nobody = {"email": None, "first_name": None, "last_name": None, "company_name": None}
    leads = [LeadFactory(workspace=partner.workspace, ghl_contact_id=f"{column}{n}", **nobody) for n in range(2)]

    result = route_batch(partner.workspace_id)

    assert [lead.dedupe_hash for lead in Lead.objects.filter(pk__in=[one.pk for one in leads])] == [None, None]
    assert result.settled == {"success": 2}
    assert LeadAttribution.objects.active().count() == 2


def test_hard_11b_collision_is_duplicate(partner, rule, lead):
    there = LeadFactory(workspace=partner.destination_workspace, email=lead.email, routing_status="routed")
    Lead.objects.filter(pk=there.pk).update(lead_expires_at=timezone.now() - timedelta(days=1))

    result = route_lead(lead.pk, partner.workspace_id)

    assert (result.success, result.result) == (True, "duplicate")
    assert snapshot(lead)[:2] == (partner.workspace_id, "routed")
    assert LeadAttribution.objects.active().count() == 0
    assert Lead.objects.filter(workspace=partner.destination_workspace).count() == 1

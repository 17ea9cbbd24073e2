"""The path of each row of the log: how it came to be."""

import pytest
from django.db import connection

from assignment.models import LeadAttribution, RoutingLog, RoutingQueueEntry
from assignment.services.routing import acting
from assignment.services.routing.batch import route_batch
from assignment.services.routing.running import (
    cleanup_stale_locks,
    mark_expired,
    process_retry_queue,
    run_first_pass,
)
from assignment.services.routing.single import route_lead
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory, UserFactory
from tests.factories.imports import started
from tests.support.client import no_context
from tests.support.drain import drain
from tests.support.routing_world import call, new_owner

pytestmark = pytest.mark.django_db


def rows(lead):
    found = RoutingLog.objects.filter(lead_id=lead.pk).order_by("created_at")
    return list(found.values_list("routing_result", "path", "actor_user_id"))


def test_schedules_write_batch_and_retry(partner, lead):
    with no_context():
        run_first_pass(lambda: False)
    call("zrg_test_shift_routing", 61.0)
    with no_context():
        process_retry_queue()
    call("zrg_test_shift_routing", 91 * 86_400.0)
    with no_context():
        mark_expired()

    assert rows(lead) == [("retry", "batch", None), ("retry", "retry", None), ("expired", "batch", None)]


def test_locks_are_released_by_a_schedule_also_where_attempts_are_used_up(partner, lead):
    for _ in range(3):
        assert call("acquire_routing_lock", lead.pk, new_owner())
        call("zrg_test_shift_routing", 301.0)
        with no_context():
            assert cleanup_stale_locks() == {"released": 1}

    assert rows(lead) == [("released", "batch", None)] * 2 + [("failed", "batch", None)]


def test_what_people_do_is_manual_and_names_them(partner, rule):
    person = UserFactory()
    lead, waiting, old = (LeadFactory(workspace=partner.workspace) for _ in range(3))
    route_lead(lead.pk, partner.workspace_id)
    acting.return_lead(LeadAttribution.objects.get(lead_id=lead.pk), "other", by=person)
    acting.requeue(partner.workspace_id, by=person, lead_ids=[lead.pk])
    rule.delete()
    route_batch(partner.workspace_id, [waiting.pk, old.pk], user_id=person.pk, path="manual")
    acting.cancel(RoutingQueueEntry.objects.get(lead=waiting), by=person)
    call("zrg_test_shift_routing", 91 * 86_400.0)
    with no_context():
        mark_expired()
    acting.revive(partner.workspace_id, [old.pk], by=person)

    assert rows(lead) == [
        ("success", "single", None),
        ("returned", "manual", person.pk),
        ("requeued", "manual", person.pk),
        ("expired", "batch", None),
    ]
    assert rows(waiting)[:2] == [("retry", "manual", person.pk), ("failed", "manual", person.pk)]
    assert rows(old) == [("retry", "manual", person.pk), ("expired", "batch", None), ("revived", "manual", person.pk)]


def test_a_batch_repeated_lead_by_lead_says_single(partner, lead):
    RoutingRuleFactory(
        workspace=partner.workspace,
        destination_workspace=partner.destination_workspace,
        conditions={"field": "attributes.size", "op": "gte", "value": 1},
    )
    good = LeadFactory(workspace=partner.workspace, attributes={"size": 5})
    with connection.cursor() as cursor:
        # More digits than Python reads: the batch raises.
        cursor.execute(
            "UPDATE leads_lead SET attributes = jsonb_build_object('size', repeat('9', 5000)::numeric) WHERE id = %s",
            [lead.pk],
        )

    route_batch(partner.workspace_id)

    assert (rows(good), rows(lead)) == ([("success", "single", None)], [("retry", "single", None)])


def test_leads_of_an_import_are_routed_in_the_first_pass():
    partner = RoutingPartnerFactory()
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    job = started(partner.workspace, ["A,Reyes,a@people.example,,N,"])
    drain()
    with no_context():
        run_first_pass(lambda: False)

    log = RoutingLog.objects.get()
    assert (log.routing_result, log.path, log.metadata["detached"]) == ("success", "batch", {"import_job": str(job.pk)})

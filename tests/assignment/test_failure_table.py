"""Failure and bad input of routing: what each case answers, and that it is put right by itself or reported."""

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from assignment import metrics
from assignment.models import RoutingLog, RoutingPartner, RoutingQueueEntry
from assignment.services.routing import database, health, rulesets
from assignment.services.routing.running import process_retry_queue, run_first_pass
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.factories import LeadFactory, PartnerWorkspaceFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.support.client import no_context
from tests.support.routing_scene import catch_all, make_leads, make_partner, make_source
from tests.support.routing_world import call, new_owner
from zrg.workspaces.context import platform

PATIENCE_SECONDS = 20


@pytest.fixture
def partner(db, client):
    found = RoutingPartnerFactory()
    client.login_as(found.workspace.owner)
    return found


@pytest.fixture
def scene(committed_db):
    with platform(timeout_ms=60_000):
        source = make_source()
        partner = make_partner(source)
        catch_all(partner)
        return source, partner, make_leads(source, 2)


def route(client, lead_id):
    answer = client.post(f"/api/routing/leads/{lead_id}/route")
    return answer.status_code, answer.json()


def test_a_lead_nobody_has_is_not_found(client, partner):
    stranger = LeadFactory()

    assert [route(client, pk)[0] for pk in (uuid4(), stranger.pk)] == [404, 404]
    assert route_lead(uuid4(), partner.workspace_id).result == "lead_not_found"
    assert RoutingLog.objects.count() == 0


def test_a_settled_lead_answers_that_it_is(client, partner):
    lead = LeadFactory(workspace=partner.workspace)
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.workspace)
    assert route(client, lead.pk)[1]["result"] == "kept"

    status, body = route(client, lead.pk)

    assert (status, body["success"], body["result"]) == (200, False, "already_routed")
    assert RoutingLog.objects.count() == 1


def test_a_lock_somebody_holds_answers_409(client, partner):
    lead = LeadFactory(workspace=partner.workspace)
    assert call("acquire_routing_lock", lead.pk, new_owner())

    status, body = route(client, lead.pk)

    assert (status, body["error"]) == (409, "lock_not_acquired")
    assert RoutingLog.objects.count() == 0


@pytest.mark.parametrize("attempts", [0, 11, "3", True])
def test_attempts_outside_their_bounds_answer_400(client, partner, attempts):
    lead = LeadFactory(workspace=partner.workspace)

    answer = client.post(
        f"/api/routing/leads/{lead.pk}/route", {"maxAttempts": attempts}, content_type="application/json"
    )

    assert answer.status_code == 400
    lead.refresh_from_db()
    assert (lead.routing_status, lead.routing_attempts) == ("pending", 0)


def test_a_destination_that_vanished_is_tried_again(partner):
    """Cannot happen while rules are read under their lock: a process that remembers an agreement nobody made."""
    lead = LeadFactory(workspace=partner.workspace)
    stranger = str(PartnerWorkspaceFactory().pk)
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace)
    known, _ = rulesets.load_rule_set(partner.workspace_id)
    agreement = replace(known.partners[str(partner.destination_workspace_id)], destination=stranger)
    (rule,) = known.rules
    rulesets._kept[partner.workspace_id] = replace(
        known, partners={stranger: agreement}, rules=(replace(rule, destination=stranger),)
    )

    result = route_lead(lead.pk, partner.workspace_id)
    rulesets.forget_rule_sets()

    assert (result.result, result.code) == ("retry", "destination_unavailable")
    call("zrg_test_shift_routing", 61.0)
    with no_context():
        assert process_retry_queue()["succeeded"] == 1


def test_a_lock_timeout_is_tried_at_once_then_later_and_counted(scene, monkeypatch):
    source, partner, (lead, _) = scene
    monkeypatch.setattr(database, "LOCK_TIMEOUT", "50ms")
    before = metrics.LOCK_TIMEOUTS._value.get()

    with rules_held(partner):
        result = in_thread(lambda: route_lead(lead, source.pk))

    assert (result.result, result.code) == ("retry", "db_error")
    with platform(timeout_ms=60_000):
        logs = list(RoutingLog.objects.values_list("routing_result", "error_code", "error_message"))
        seen = sum(row["lock_timeouts_5m"] for row in health.health_rows())
        call("zrg_test_shift_routing", 61.0)
    assert logs == [("retry", "db_error", "OperationalError 55P03")]
    assert (metrics.LOCK_TIMEOUTS._value.get() - before, seen) == (2, 1)
    assert process_retry_queue()["succeeded"] == 1


def test_rules_somebody_holds_keep_no_other_workspace_waiting(scene, monkeypatch):
    _, partner, leads = scene
    with platform(timeout_ms=60_000):
        other = make_source("other")
        catch_all(make_partner(other, "north"))
        theirs = make_leads(other, 1)
    monkeypatch.setattr(database, "LOCK_TIMEOUT", "50ms")
    before = metrics.LOCK_TIMEOUTS._value.get()

    with rules_held(partner):
        done = in_thread(lambda: run_first_pass(lambda: False))

    assert (done.settled, metrics.LOCK_TIMEOUTS._value.get() > before) == ({"success": 1}, True)
    with platform(timeout_ms=60_000):
        states = dict(Lead.objects.filter(pk__in=[*leads, *theirs]).values_list("pk", "routing_status"))
        assert states == dict.fromkeys(leads, "pending") | dict.fromkeys(theirs, "routed")
        assert RoutingLog.objects.count() == 1
    assert run_first_pass(lambda: False).settled == {"success": 2}


def test_a_row_of_the_queue_whose_lead_does_not_wait_is_reported(partner, capsys):
    lead = LeadFactory(workspace=partner.workspace, routing_status="routed")
    row = {"id": str(uuid4()), "lead_id": str(lead.pk), "workspace_id": str(partner.workspace_id)}
    row |= {"attempt_number": 2, "max_attempts": 3, "error_count": 1, "routing_context": {}}
    row |= dict.fromkeys(("next_retry_at", "created_at", "updated_at"), "2026-03-02T10:00:00Z")
    with connection.cursor() as cursor:
        cursor.execute("SELECT zrg_test_insert(%s, %s)", ["assignment_routingqueueentry", json.dumps(row)])

    with no_context():
        assert [(name, who) for name, who, _ in health.broken_promises()] == [("I4", str(lead.pk))]
        with pytest.raises(SystemExit) as ended:
            call_command("verify_routing")
        # It stands in nobody's way.
        assert process_retry_queue()["processed"] == 0

    assert ended.value.code == 1
    assert str(lead.pk) in capsys.readouterr().out
    assert RoutingQueueEntry.objects.open().count() == 1


@contextmanager
def rules_held(partner):
    """Somebody is about to change the rules of the source, and does not."""
    with platform(timeout_ms=60_000), transaction.atomic():
        RoutingPartner.objects.filter(pk=partner.pk).update(status="paused")
        yield
        transaction.set_rollback(True)


def in_thread(work):
    """Run `work` on a connection of its own and return what it returned."""
    found = []

    def run():
        try:
            found.append(work())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert found, "it failed"
    return found[0]

"""What routing writes for operators: its log lines with their fields, and its counters."""

import re

import pytest
from django.db import OperationalError

from assignment import metrics
from assignment.enums import SYSTEM_CODES
from assignment.models import RoutingRule
from assignment.services.routing import faults, rulesets
from assignment.services.routing.batch import route_batch
from assignment.services.routing.running import cleanup_stale_locks
from assignment.services.routing.single import route_lead
from tests.assignment.services.routing.conftest import ROOT
from tests.factories import LeadFactory, RoutingPartnerFactory, RoutingRuleFactory
from tests.support.client import no_context
from tests.support.routing_world import call, new_owner
from zrg.lib import log_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(caplog):
    """A function: the lines of an event so far, without time and level."""
    caplog.set_level("INFO")

    def of(event):
        found = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
        return [
            {key: value for key, value in one.items() if key not in ("event", "level", "ts")}
            for one in found
            if one.get("event") == event
        ]

    return of


def counted(metric, **labels):
    return (metric.labels(**labels) if labels else metric)._value.get()


def where(partner, lead, path):
    ids = {"lead": lead.pk, "source": partner.workspace_id, "destination": partner.destination_workspace_id}
    return {name: str(value) for name, value in ids.items()} | {"path": path}


@pytest.mark.parametrize("path", ["single", "batch"])
def test_a_person_the_destination_has_is_a_collision(partner, rule, lines, path):
    LeadFactory(workspace=partner.destination_workspace, email="kim@people.example", routing_status="routed")
    # Outside the window of credit: no probe sees the person.
    call("zrg_test_shift_routing", 91 * 86_400.0)
    lead = LeadFactory(workspace=partner.workspace, email="kim@people.example")

    if path == "single":
        assert route_lead(lead.pk, partner.workspace_id).result == "duplicate"
    else:
        assert route_batch(partner.workspace_id, [lead.pk]).settled == {"duplicate": 1}

    expected = where(partner, lead, path)
    assert lines("routing.collision_caught") == [expected | {"rule": str(rule.pk)}]
    assert lines("routing.duplicate_detected") == [expected]


def test_a_person_another_partner_has_is_a_duplicate_there(partner, rule, lead, lines):
    other = RoutingPartnerFactory()
    LeadFactory(workspace=other.destination_workspace, email=lead.email, routing_status="routed")

    assert route_lead(lead.pk, partner.workspace_id).result == "duplicate"

    there = {"destination": str(other.destination_workspace_id)}
    assert lines("routing.duplicate_detected") == [where(partner, lead, "single") | there]
    assert lines("routing.collision_caught") == []


def test_who_loses_a_claim_is_a_duplicate_where_the_rules_sent_it(partner, lines):
    second = RoutingPartnerFactory(workspace=partner.workspace)
    for one, industry in ((partner, "dental"), (second, "legal")):
        RoutingRuleFactory(
            workspace=partner.workspace,
            destination_workspace=one.destination_workspace,
            conditions={"field": "industry", "op": "eq", "value": industry},
        )
    phone = {"email": None, "phone": "+12025550123", "last_name": "Reyes"}
    LeadFactory(workspace=partner.workspace, industry="Dental", **phone)
    lost = LeadFactory(workspace=partner.workspace, industry="Legal", **phone)

    assert route_batch(partner.workspace_id).settled == {"success": 1, "duplicate": 1}

    assert lines("routing.duplicate_detected") == [where(second, lost, "batch")]
    assert lines("routing.collision_caught") == []


def test_a_batch_writes_one_line_and_one_for_each_lead_that_did_not_move(partner, lines):
    RoutingRuleFactory(
        workspace=partner.workspace,
        destination_workspace=partner.workspace,
        conditions={"field": "industry", "op": "eq", "value": "legal"},
    )
    keep = RoutingRule.objects.get()
    RoutingRuleFactory(
        workspace=partner.workspace,
        destination_workspace=partner.destination_workspace,
        conditions={"field": "industry", "op": "eq", "value": "dental"},
    )
    LeadFactory(workspace=partner.workspace, industry="Dental")
    kept = LeadFactory(workspace=partner.workspace, industry="Legal")
    nowhere = LeadFactory(workspace=partner.workspace, industry="Baking")

    route_batch(partner.workspace_id)

    (batch,) = lines("routing.batch")
    assert batch.pop("duration_ms") >= 0
    assert batch == {
        "source": str(partner.workspace_id), "claimed": 3, "settled": {"success": 1, "kept": 1}, "retry": 1,
        "deferred": 0, "failed": 0,
    }  # fmt: skip
    here = str(partner.workspace_id)
    assert lines("routing.complete") == [
        {"lead": str(kept.pk), "source": here, "destination": here, "rule": str(keep.pk), "result": "kept",
         "code": "rule_keep", "path": "batch"}
    ]  # fmt: skip
    (retry,) = lines("routing.retry_scheduled")
    assert (retry["lead"], retry["code"], retry["attempt"]) == (str(nowhere.pk), "no_matching_rule", 1)
    assert retry["next_retry_at"]


def test_a_single_move_says_everything_about_itself(partner, rule, lead, lines):
    route_lead(lead.pk, partner.workspace_id)

    (line,) = lines("routing.complete")
    assert line.pop("duration_ms") >= 0
    assert re.fullmatch(r"[0-9a-f-]{36}", line.pop("lock_owner"))
    assert line == where(partner, lead, "single") | {
        "rule": str(rule.pk), "result": "success", "code": None, "attempt": 1,
    }  # fmt: skip


def test_a_lock_somebody_holds_is_a_line_and_a_figure(partner, rule, lead, lines):
    assert call("acquire_routing_lock", lead.pk, new_owner())
    before = counted(metrics.LOCKS, outcome="busy")

    assert route_lead(lead.pk, partner.workspace_id).result == "lock_not_acquired"

    assert lines("routing.lock_busy") == [{"lead": str(lead.pk), "source": str(partner.workspace_id)}]
    assert counted(metrics.LOCKS, outcome="busy") == before + 1


def test_released_locks_are_counted_as_faults(partner, lead, lines):
    assert call("acquire_routing_lock", lead.pk, new_owner())
    call("zrg_test_shift_routing", 301.0)
    before = counted(metrics.ATTEMPTS, outcome="released"), counted(metrics.ERRORS, code="stale_lock")

    with no_context():
        cleanup_stale_locks()

    after = counted(metrics.ATTEMPTS, outcome="released"), counted(metrics.ERRORS, code="stale_lock")
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)
    assert lines("routing.stale_released") == [{"count": 1}]


def test_a_rule_nobody_can_read_is_counted_and_the_others_go_on(partner, rule, lead, lines):
    RoutingRuleFactory(workspace=partner.workspace, destination_workspace=partner.destination_workspace, priority=9)
    RoutingRule.objects.exclude(pk=rule.pk).update(conditions={"field": "moon", "op": "eq", "value": 1})
    rulesets.forget_rule_sets()
    before = counted(metrics.ERRORS, code="evaluation_error")

    assert route_lead(lead.pk, partner.workspace_id).matched_rule_id == rule.pk

    assert counted(metrics.ERRORS, code="evaluation_error") == before + 1
    assert len(lines("routing.rule_unreadable")) == 1


def test_lock_timeouts_are_counted_by_their_state():
    class Timeout(Exception):
        sqlstate = "55P03"

    error = OperationalError("canceling statement due to lock timeout")
    before = counted(metrics.LOCK_TIMEOUTS)
    faults.count_lock_timeout(error)
    error.__cause__ = Timeout()
    faults.count_lock_timeout(error)

    assert counted(metrics.LOCK_TIMEOUTS) == before + 1


@pytest.mark.unit
def test_the_objective_of_availability_names_the_faults_of_the_system():
    text = (ROOT / "docs" / "routing.md").read_text()
    (named,) = re.findall(r'errors_total{code=~"([^"]+)"}', text)

    assert set(named.split("\\|")) == {code.value for code in SYSTEM_CODES}
    assert {f"{metric._name}_total" for metric in (metrics.ERRORS, metrics.ATTEMPTS)} <= set(
        re.findall(r"zrg_\w+", text)
    )


@pytest.mark.unit
def test_the_saved_questions_ask_for_events_that_exist():
    text = (ROOT / "docs" / "routing.md").read_text()
    asked = set(re.findall(r'"(routing\.\w+)"', text))

    known = {value for name, value in vars(log_events).items() if name.startswith("ROUTING_")}
    assert asked >= {
        "routing.failed",
        "routing.complete",
        "routing.batch",
        "routing.lock_busy",
        "routing.duplicate_detected",
    }
    assert asked <= known

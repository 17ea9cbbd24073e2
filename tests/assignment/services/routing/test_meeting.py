"""Acts of two people, or of a person and a worker, that meet: with connections of their own."""

import threading

import pytest
from django.db import connection, connections, transaction

from assignment.models import LeadAttribution, RoutingLog, RoutingQueueEntry, RoutingRule
from assignment.services.routing import acting, rules, rulesets
from assignment.services.routing.batch import retry_batch
from assignment.services.routing.single import route_lead
from leads.models import Lead
from tests.factories import PlatformGrantFactory, UserFactory
from tests.stack.waiting import wait_for
from tests.support import routing_workers as workers
from tests.support.blocking import wait_until_blocking
from tests.support.routing_scene import catch_all, make_leads, make_partner, make_source
from zrg.lib.errors import BadInput
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.models import WorkspaceSettings

pytestmark = pytest.mark.integration

PATIENCE_SECONDS = 60


@pytest.fixture
def scene(committed_db):
    with platform(timeout_ms=60_000):
        source = make_source()
        partner = make_partner(source)
        catch_all(partner)
        return source, partner, make_leads(source, 1)[0]


class Beside:
    """Work on a connection of its own."""

    def __init__(self, work):
        self.answer, self.error = None, None
        self._thread = threading.Thread(target=self._run, args=(work,))
        self._thread.start()

    def _run(self, work):
        try:
            self.answer = work()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def done(self):
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive(), "the other connection waited"
        if self.error is not None:
            raise self.error
        return self.answer


def state(lead):
    with platform():
        return Lead.objects.values_list("routing_status", "routing_attempts", "workspace_id").get(pk=lead)


def waiting_locks():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT l.pid FROM pg_locks l"
            " JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database())"
        )
        return cursor.fetchone()[0]


def test_hard_11b_lock_order_of_a_saved_rule_and_saved_settings(scene):
    """Both wait for the routing in flight, the rule first; neither waits for the other in a circle."""
    source, _, _ = scene
    with platform():
        rule, person = RoutingRule.objects.get(), UserFactory()

    def save_rule():
        with platform(timeout_ms=60_000):
            return rules.change_rule(rule, {"weight": 5}, by=person, version=None).version

    def save_settings():
        with platform(timeout_ms=60_000):
            return WorkspaceSettings.objects.filter(workspace=source).update(routing_max_attempts=5)

    with tenant(source.pk, timeout_ms=60_000):
        rulesets.load_rule_set(source.pk)
        first = Beside(save_rule)
        wait_until_blocking()
        second = Beside(save_settings)
        wait_for(lambda: waiting_locks() == 2, PATIENCE_SECONDS)

    assert (first.done(), second.done()) == (2, 1)


def test_a_return_and_a_requeue_of_one_lead_leave_one_of_it(scene):
    source, _, lead = scene
    route_lead(lead, source.pk)
    with platform():
        row, person = LeadAttribution.objects.get(), UserFactory()

    def give_back():
        with platform(timeout_ms=60_000):
            acting.return_lead(row, "other", by=person)

    with platform(timeout_ms=60_000), transaction.atomic():
        acting.return_lead(row, "other", by=person)
        second = Beside(give_back)
        wait_until_blocking()
        requeued = Beside(lambda: requeue(source, lead, person))
        # Not failed yet for anybody else.
        assert requeued.done() == 0
    with pytest.raises(acting.AlreadyReturned):
        second.done()

    assert state(lead) == ("failed", 1, source.pk)
    assert requeue(source, lead, person) == 1
    assert route_lead(lead, source.pk).code == "no_matching_rule"
    with platform():
        results = list(RoutingLog.objects.order_by("created_at").values_list("routing_result", flat=True))
    assert results == ["success", "returned", "requeued", "retry"]
    assert workers.violations() == []


def requeue(source, lead, person):
    with tenant(source.pk):
        return acting.requeue(source.pk, by=person, lead_ids=[lead])


def test_a_lead_that_is_being_revived_does_not_expire_again(scene):
    source, _, lead = scene
    with platform(), connection.cursor() as cursor:
        cursor.execute("SELECT zrg_test_shift_routing(%s)", [91 * 86_400.0])
        cursor.execute("SELECT mark_expired_leads()")
        person = UserFactory()

    def expire():
        with platform(), connection.cursor() as cursor:
            cursor.execute("SELECT mark_expired_leads()")
            return cursor.fetchone()[0]

    with tenant(source.pk, timeout_ms=60_000):
        assert acting.revive(source.pk, [lead], by=person) == 1
        assert Beside(expire).done() == 0
    assert expire() == 0

    assert state(lead) == ("pending", 0, source.pk)


def test_a_lead_that_is_being_deleted_is_not_retried(scene):
    source, _, lead = scene
    with platform(), connection.cursor() as cursor:
        cursor.execute("SELECT acquire_routing_lock(%s, %s)", [lead, source.pk])
        cursor.execute("SELECT fail_routing(%s, 'x', %s)", [lead, source.pk])
        cursor.execute("SELECT zrg_test_shift_routing(61)")

    with platform(timeout_ms=60_000):
        Lead.objects.filter(pk=lead).delete()
        assert Beside(lambda: retry_batch(source.pk, limit=10).claimed).done() == 0

    assert retry_batch(source.pk, limit=10).claimed == 0
    with platform():
        assert RoutingQueueEntry.objects.count() == 0


def test_a_suspended_source_keeps_its_leads_as_they_are(scene):
    source, partner, lead = scene
    with platform(timeout_ms=60_000):
        type(source).objects.filter(pk=source.pk).update(status="suspended")

    assert route_lead(lead, source.pk).result == "disabled"
    assert state(lead) == ("pending", 0, source.pk)

    with platform(timeout_ms=60_000):
        type(source).objects.filter(pk=source.pk).update(status="active")
        type(source).objects.filter(pk=partner.destination_workspace_id).update(status="suspended")
    assert route_lead(lead, source.pk).code == "no_matching_rule"
    assert state(lead) == ("pending", 1, source.pk)


def test_a_rule_archived_meanwhile_takes_nobody(scene):
    source, _, lead = scene
    with platform():
        rule, person = RoutingRule.objects.get(), UserFactory()

    def archive():
        with platform(timeout_ms=60_000):
            return rules.archive_rule(rule, by=person).archived_at

    with tenant(source.pk, timeout_ms=60_000):
        rulesets.load_rule_set(source.pk)
        archiving = Beside(archive)
        wait_until_blocking()
        assert archiving.answer is None
    assert archiving.done() is not None

    assert route_lead(lead, source.pk).code == "no_matching_rule"
    assert state(lead)[2] == source.pk


def test_each_batch_of_one_pass_is_a_transaction_of_its_own(committed_db, client):
    with platform(timeout_ms=60_000):
        leads = {source: make_leads(source, 1)[0] for source in (make_source("hub"), make_source("plain"))}
        person = PlatformGrantFactory().user
        with connection.cursor() as cursor:
            for source, lead in leads.items():
                cursor.execute("SELECT acquire_routing_lock(%s, %s)", [lead, source.pk])
                cursor.execute("SELECT fail_routing(%s, 'x', %s)", [lead, source.pk])
            cursor.execute("SELECT zrg_test_shift_routing(61)")
    client.login_as(person)

    answer = client.post("/api/routing/retry/trigger", {"limit": 100}, content_type="application/json")

    assert (answer.status_code, answer.json()["processed"]) == (200, 2)
    with platform():
        # The time of a planned attempt is that of its transaction.
        assert RoutingQueueEntry.objects.open().values("updated_at").distinct().count() == 2


def test_two_rules_saved_at_once_do_not_both_take_the_last_place(scene, monkeypatch):
    source, partner, _ = scene
    monkeypatch.setattr(rules, "MAX_ACTIVE_RULES", 2)
    with platform():
        person = UserFactory()

    def add(name):
        values = {"name": name, "destination_workspace_id": partner.destination_workspace_id}
        with platform(timeout_ms=60_000):
            return rules.create_rule(source.pk, values, by=person).name

    with platform(timeout_ms=60_000):
        assert add("second") == "second"
        beside = Beside(lambda: add("third"))
        wait_until_blocking()
    with pytest.raises(BadInput) as refused:
        beside.done()

    assert refused.value.data["field"] == "is_active"
    with platform():
        assert RoutingRule.objects.filter(is_active=True).count() == 2
        rule = RoutingRule.objects.create(workspace=source, name="off", is_active=False)
        with pytest.raises(BadInput):
            rules.change_rule(rule, {"is_active": True}, by=person, version=None)

"""The rotation while somebody else is at it: locks held, people deciding, orders saved, leads leaving."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection, connections
from django.utils import timezone

from assignment import metrics
from assignment.contracts import LeadsRouted
from assignment.errors import AssigneeChanged
from assignment.models import LeadAssignmentEvent
from assignment.receivers import rotate_arrivals
from assignment.services.assigning import assign_manually
from assignment.services.backfilling import ASSIGNMENT_BACKFILL, backfill_assignments, start_backfill
from assignment.services.rotation import assign_lead
from assignment.services.rotation_config import RotationForm, save_rotation
from inbox.contracts import ReplyClassified
from leads.models import Lead
from tests.assignment.services.test_rotation_hard import assign, in_parallel, make_lead, make_workspace, pointer
from tests.factories.inbox import MessageFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.support.blocking import wait_until_blocking
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.announce import announce
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.models import Membership, Workspace, WorkspaceSettings
from zrg.workspaces.services.memberships import deactivate_member

pytestmark = pytest.mark.integration

PATIENCE_SECONDS = 60
SHORT = "200ms"


@contextmanager
def rotation_held(workspace):
    """Somebody holds the settings row of the workspace for as long as the block lasts."""
    with platform(timeout_ms=60_000):
        WorkspaceSettings.objects.select_for_update(no_key=True).get(workspace=workspace)
        yield


def in_thread(work):
    """Begin `work` on a connection of its own; returns what waits for its end and raises its error."""
    errors = []

    def run():
        try:
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()

    def ended():
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
        assert errors == []

    return ended


def drain_impatiently():
    """Do what is due, waiting for a lock no longer than a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [SHORT])
    drain()


def state(*leads):
    """Assignees, number of events."""
    found = dict(Lead.objects.values_list("pk", "assigned_to_id"))
    return [found[lead.pk] for lead in leads], LeadAssignmentEvent.objects.count()


def test_locks_are_waited_for_five_seconds(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        assert cursor.fetchone() == ("5s",)


def test_a_reply_whose_lock_takes_too_long_is_assigned_by_the_next_attempt(committed_db):
    with platform():
        workspace, people = make_workspace()
        lead = make_lead(workspace)
        message = MessageFactory(lead=lead)
        announce(ReplyClassified(workspace_id=workspace.pk, lead_id=lead.pk, message_id=message.pk, tag="Interested"))
    waits = metrics.ASSIGNMENT_LOCK_SECONDS._sum.get()

    with rotation_held(workspace):
        in_thread(drain_impatiently)()
    with platform():
        job = BackgroundJob.objects.get(payload__receiver="assignment.rotate_after_reply")
        before = state(lead)
        assert pointer(workspace) is None
    drain(until=timezone.now() + timedelta(hours=1))

    assert (job.status, job.attempts) == ("PENDING", 1)
    assert "lock timeout" in job.last_error
    assert metrics.ASSIGNMENT_LOCK_SECONDS._sum.get() - waits >= 0.2
    assert before == ([None], 0)
    with platform():
        job.refresh_from_db()
        assert job.status == "SUCCEEDED"
        assert state(lead) == ([people[0].pk], 1)
        assert pointer(workspace) == 0


def test_a_backfill_whose_lock_takes_too_long_goes_on_with_the_next_attempt(committed_db):
    with platform():
        workspace, people = make_workspace()
        leads = [make_lead(workspace) for _ in range(2)]
        start_backfill(workspace.pk, by=workspace.owner)

    with rotation_held(workspace):
        in_thread(drain_impatiently)()
    with platform():
        job = BackgroundJob.objects.get(type=ASSIGNMENT_BACKFILL)
        before = state(*leads)
    drain(until=timezone.now() + timedelta(hours=1))

    assert (job.status, job.attempts) == ("PENDING", 1)
    assert before == ([None, None], 0)
    with platform():
        job.refresh_from_db()
        assert job.status == "SUCCEEDED"
        assert sorted(state(*leads)[0]) == sorted(one.pk for one in people[:2])
        assert LeadAssignmentEvent.objects.count() == 2


def leaves(workspace, people, lead):
    deactivate_member(Membership.objects.get(user=people[0]), by=workspace.owner)


def goes_on_holiday(workspace, people, lead):
    Membership.objects.filter(user=people[0]).update(rotation_paused_until=timezone.now() + timedelta(days=2))


def is_stopped(workspace, people, lead):
    Lead.objects.filter(pk=lead.pk).update(status="blacklisted", blacklist_reason="opt_out")


def is_suspended(workspace, people, lead):
    Workspace.objects.filter(pk=workspace.pk).update(status=WorkspaceStatus.SUSPENDED)


def is_given_away(workspace, people, lead):
    Lead.objects.filter(pk=lead.pk).update(assigned_to=people[2])


def loses_interest(workspace, people, lead):
    Lead.objects.filter(pk=lead.pk).update(sentiment_tag="Not Interested")


def is_switched_off(workspace, people, lead):
    WorkspaceSettings.objects.filter(workspace=workspace).update(round_robin_enabled=False)


@pytest.mark.parametrize(
    ("happens", "outcome", "reason", "receiver"),
    [
        (leaves, "assigned", "", 1),
        (goes_on_holiday, "assigned", "", 1),
        (is_stopped, "none", "blacklisted", None),
        (is_suspended, "none", "blacklisted", None),
        (is_given_away, "kept", "", 2),
        (loses_interest, "none", "not_positive", None),
        (is_switched_off, "none", "disabled", None),
    ],
)
def test_hard_11a_only_eligible_setters_whatever_happens_while_waiting(
    committed_db, happens, outcome, reason, receiver
):
    with platform():
        workspace, people = make_workspace(sequence=(0, 1, 2))
        lead = make_lead(workspace)
    results = []

    with rotation_held(workspace):
        ended = in_thread(lambda: results.append(assign(lead)))
        wait_until_blocking()
        happens(workspace, people, lead)
    ended()

    with platform():
        wanted = people[receiver].pk if receiver is not None else None
        assert [(one.outcome, one.reason, one.user_id) for one in results] == [(outcome, reason, wanted)]
        assert state(lead) == ([wanted], int(outcome == "assigned"))
        assert pointer(workspace) == (receiver if outcome == "assigned" else None)


def test_an_arrival_that_is_gone_keeps_no_other_waiting(committed_db):
    with platform():
        workspace, people = make_workspace()
        leads = [make_lead(workspace) for _ in range(3)]
        event = LeadsRouted(
            workspace_id=workspace.pk,
            source_workspace_id=WorkspaceFactory().pk,
            log_ids=tuple(lead.pk for lead in leads),
            lead_ids=tuple(lead.pk for lead in leads),
        )

    with rotation_held(workspace):
        ended = in_thread(lambda: rotate_arrivals(event))
        wait_until_blocking()
        Lead.objects.filter(pk=leads[1].pk).delete()
    ended()

    with platform():
        assert state(leads[0], leads[2]) == ([people[0].pk, people[1].pk], 2)


def test_many_leads_are_given_fifty_per_transaction(committed_db, client):
    with platform(timeout_ms=60_000):
        workspace, people = make_workspace()
        client.login_as(workspace.owner)
        leads = [make_lead(workspace).pk for _ in range(60)]
    body = {"clientId": str(workspace.pk), "leadIds": [str(one) for one in leads], "userId": str(people[1].pk)}
    answers = []

    def give():
        answers.append(client.post("/api/assignment/bulk", body, content_type="application/json"))

    with platform(timeout_ms=60_000):
        Lead.objects.select_for_update().get(pk=leads[55])
        ended = in_thread(give)
        wait_until_blocking()
        meanwhile = set(Lead.objects.filter(assigned_to=people[1]).values_list("pk", flat=True))
    ended()

    assert meanwhile == set(leads[:50])
    assert answers[0].json() == {"assigned": 60, "unchanged": 0, "skipped": []}
    with platform():
        assert Lead.objects.filter(assigned_to=people[1]).count() == 60
        assert pointer(workspace) is None


def test_hard_11a_exact_shares_while_a_backfill_runs(committed_db):
    with platform(timeout_ms=60_000):
        workspace, _ = make_workspace(sequence=(0, 1, 2, 0))
        waiting = [make_lead(workspace, last_inbound_at=timezone.now()) for _ in range(25)]
        live = [make_lead(workspace, sentiment_tag="Neutral") for _ in range(25)]

    def work(start):
        def run():
            for lead in live[start::5]:
                with tenant(workspace.pk):
                    Lead.objects.filter(pk=lead.pk).update(sentiment_tag="Interested")
                assign_lead(lead.pk, workspace.pk, "email", "round_robin")

        return run

    errors = in_parallel([*(work(number) for number in range(5)), lambda: backfill_assignments(workspace.pk)])

    with platform():
        steps = list(LeadAssignmentEvent.objects.order_by("created_at").values_list("pointer_before", "pointer_after"))
        assigned = Lead.objects.exclude(assigned_to=None).count()
    places = [after for _, after in steps]
    assert errors == []
    assert (len(steps), assigned) == (len(waiting) + len(live), 50)
    assert [places.count(place) for place in range(4)] == [13, 13, 12, 12]
    assert steps[0][0] == -1
    assert all(earlier[1] == later[0] for earlier, later in pairwise(steps))


def test_hard_11a_two_workers_one_lead_one_setter_when_one_is_a_person(committed_db):
    with platform(timeout_ms=60_000):
        workspace, _ = make_workspace()
        leads = [make_lead(workspace) for _ in range(12)]
    refused = []

    def by_hand():
        for lead in leads:
            try:
                with tenant(workspace.pk):
                    assign_manually(lead.pk, workspace.pk, workspace.owner_id, expected=None, by=workspace.owner)
            except AssigneeChanged as error:
                refused.append((lead.pk, error.data["assignedTo"]))

    def by_turn():
        for lead in leads:
            assign_lead(lead.pk, workspace.pk, "email", "round_robin")

    errors = in_parallel([by_hand, by_turn])

    with platform():
        events = dict(LeadAssignmentEvent.objects.values_list("lead_id", "assigned_to_id"))
        count = LeadAssignmentEvent.objects.count()
        held = dict(Lead.objects.values_list("pk", "assigned_to_id"))
        turns = LeadAssignmentEvent.objects.filter(source="round_robin").count()
        last = pointer(workspace)
    assert errors == []
    assert (count, events) == (len(leads), held)
    assert {pk: str(held[pk]) for pk, _ in refused} == dict(refused)
    assert len(refused) == turns
    assert last == ((turns - 1) % 3 if turns else None)


def test_orders_saved_in_between_never_mix_with_old_places(committed_db):
    with platform(timeout_ms=60_000):
        workspace, people = make_workspace(sequence=(0, 1, 2))
        leads = [make_lead(workspace) for _ in range(30)]
    orders = {0: [one.pk for one in people]}
    wanted = [[2, 2, 1], [0], [1, 0, 2, 1, 0]]

    def save():
        for number in range(9):
            order = [people[one] for one in wanted[number % 3]]
            form = RotationForm(is_enabled=True, is_email_only=False, sequence=[one.email for one in order])
            with tenant(workspace.pk):
                row = save_rotation(workspace, form, by=workspace.owner, access=None)
            orders[row.round_robin_config_version] = [one.pk for one in order]

    def work(start):
        return lambda: [assign_lead(lead.pk, workspace.pk, "email", "round_robin") for lead in leads[start::3]]

    errors = in_parallel([save, *(work(number) for number in range(3))])

    with platform():
        events = list(LeadAssignmentEvent.objects.order_by("created_at"))
    assert errors == []
    assert (len(events), len(orders)) == (30, 10)
    by_version = {}
    for event in events:
        order = orders[event.config_version]
        assert (event.base_length, order[event.pointer_after]) == (len(order), event.assigned_to_id)
        assert event.pointer_before == by_version.get(event.config_version, -1)
        by_version[event.config_version] = event.pointer_after

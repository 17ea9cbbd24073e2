"""The rules of the rotation that may never break: one setter per lead, exact shares, nobody who should not."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from assignment.errors import UnknownSetters
from assignment.models import LeadAssignmentEvent
from assignment.services.backfilling import backfill_assignments
from assignment.services.rotation import assign_lead, maybe_assign_lead
from assignment.services.rotation_config import RotationForm, save_rotation
from leads.models import Lead
from leads.services.merging import merge_leads
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import MembershipFactory, UserFactory, WorkspaceFactory
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.models import Membership, Workspace, WorkspaceSettings
from zrg.workspaces.services.memberships import deactivate_member

pytestmark = pytest.mark.integration

CONNECTIONS = 8


def make_workspace(count=3, sequence=None, **settings):
    """A workspace with `count` setters; `sequence` are their numbers."""
    workspace = WorkspaceFactory(settings__round_robin_enabled=True)
    begin = timezone.now() - timedelta(days=1)
    people = [
        MembershipFactory(workspace=workspace, created_at=begin + timedelta(minutes=number)).user
        for number in range(count)
    ]
    ids = [people[number].pk for number in sequence or ()]
    WorkspaceSettings.objects.filter(workspace=workspace).update(round_robin_setter_sequence=ids, **settings)
    return workspace, people


def make_lead(workspace, **values):
    return LeadFactory(workspace=workspace, **{"sentiment_tag": "Interested", **values})


def pointer(workspace):
    return WorkspaceSettings.objects.get(workspace=workspace).round_robin_last_setter_index


def assign(lead, **values):
    given = {"sentiment": "Interested", "channel": "email", **values}
    return maybe_assign_lead(lead.pk, lead.workspace_id, **given)


def in_parallel(works):
    """Run each on a connection of its own, all starting together; errors are returned."""
    barrier, errors = threading.Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait(30)
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return errors


@pytest.mark.parametrize(("sequence", "count"), [((0, 1, 0, 1, 2), 43), ((), 32), ((2, 0), 17)])
def test_hard_11a_exact_shares(committed_db, sequence, count):
    with platform(timeout_ms=60_000):
        workspace, people = make_workspace(sequence=sequence)
        leads = [make_lead(workspace).pk for _ in range(count)]

    def work(start):
        def run():
            for lead in leads[start::CONNECTIONS]:
                assign_lead(lead, workspace.pk, "email", "round_robin")

        return run

    errors = in_parallel([work(number) for number in range(CONNECTIONS)])

    positions = [people[number].pk for number in sequence or range(3)]
    with platform():
        events = list(LeadAssignmentEvent.objects.values_list("pointer_after", "pointer_before", "assigned_to_id"))
        assigned = Counter(Lead.objects.values_list("assigned_to_id", flat=True))
        last = pointer(workspace)
    per_position = Counter(after for after, _, _ in events)
    low, extra = divmod(count, len(positions))
    assert errors == []
    assert len(events) == count
    assert per_position == {index: low + (index < extra) for index in range(len(positions))}
    assert all(positions[after] == user for after, _, user in events)
    assert Counter(before for _, before, _ in events)[-1] == 1
    assert assigned == Counter(user for _, _, user in events)
    assert last == (count - 1) % len(positions)


def test_hard_11a_two_workers_one_lead_one_setter(committed_db):
    with platform():
        workspace, people = make_workspace()
        lead = make_lead(workspace)
    results = []

    errors = in_parallel([lambda: results.append(assign(lead))] * CONNECTIONS)

    with platform():
        assert errors == []
        assert Counter(one.outcome for one in results) == {"assigned": 1, "kept": CONNECTIONS - 1}
        assert {one.user_id for one in results} == {people[0].pk}
        assert LeadAssignmentEvent.objects.count() == 1
        assert pointer(workspace) == 0


def test_hard_11a_no_stealing(db):
    workspace, people = make_workspace()
    lead = make_lead(workspace)
    first = assign(lead)
    deactivate_member(Membership.objects.get(user=people[0]), by=workspace.owner)

    again = assign(lead, sentiment="Meeting Requested")
    backfilled = backfill_assignments(workspace.pk)

    lead.refresh_from_db()
    assert (first.outcome, again.outcome, again.user_id) == ("assigned", "kept", people[0].pk)
    assert backfilled.as_json()["candidates"] == 0
    assert lead.assigned_to_id == people[0].pk
    assert (LeadAssignmentEvent.objects.count(), pointer(workspace)) == (1, 0)


@pytest.mark.parametrize(
    "values",
    [
        {"status": "blacklisted", "blacklist_reason": "opt_out"},
        {"sentiment_tag": "Blacklist"},
        {"status": "blacklisted", "blacklist_reason": "bounce", "sentiment_tag": "Blacklist"},
    ],
)
def test_hard_11a_blacklisted_not_assigned(db, values):
    workspace, _ = make_workspace()
    lead = make_lead(workspace, **values)

    result = assign(lead)
    backfilled = backfill_assignments(workspace.pk)

    lead.refresh_from_db()
    assert (result.outcome, result.reason) == ("none", "blacklisted")
    assert backfilled.assigned_to == []
    assert lead.assigned_to_id is None
    assert (LeadAssignmentEvent.objects.count(), pointer(workspace)) == (0, None)


def test_hard_11a_blacklisted_not_assigned_nor_in_a_suspended_workspace(db):
    workspace, _ = make_workspace(sequence=(0, 1))
    lead = make_lead(workspace)
    Workspace.objects.filter(pk=workspace.pk).update(status=WorkspaceStatus.SUSPENDED)

    results = [assign(lead), assign_lead(lead.pk, workspace.pk, "email", "routing")]
    trial, backfilled = (backfill_assignments(workspace.pk, dry_run=is_trial) for is_trial in (True, False))

    lead.refresh_from_db()
    assert {(one.outcome, one.reason) for one in results} == {("none", "blacklisted")}
    assert (trial.skipped, backfilled.skipped) == ({"blacklisted": 1}, {"blacklisted": 1})
    assert lead.assigned_to_id is None
    assert (LeadAssignmentEvent.objects.count(), pointer(workspace)) == (0, None)


def test_hard_11a_unknown_address_saves_nothing(db):
    workspace, people = make_workspace(sequence=(0, 1), round_robin_last_setter_index=1)
    outsider = UserFactory()
    MembershipFactory(user=outsider)
    before = WorkspaceSettings.objects.get(workspace=workspace)
    form = RotationForm(
        is_enabled=False,
        is_email_only=True,
        setters=[people[0].email, people[1].email, "nobody@x.example"],
        sequence=[people[0].email, outsider.email, people[2].email, "ghost@x.example", people[0].email],
    )

    with pytest.raises(UnknownSetters) as refused:
        save_rotation(workspace, form, by=workspace.owner, access=None)

    after = WorkspaceSettings.objects.get(workspace=workspace)
    assert (refused.value.code, refused.value.http_status) == ("unknown_setters", 422)
    assert refused.value.data["emails"] == ["nobody@x.example", outsider.email, people[2].email, "ghost@x.example"]
    assert (after.version, after.round_robin_enabled, after.round_robin_last_setter_index) == (before.version, True, 1)
    assert after.round_robin_setter_sequence == before.round_robin_setter_sequence
    assert Membership.objects.filter(workspace=workspace, is_active=True).count() == 3


INELIGIBLE = {
    "membership inactive": {"is_active": False},
    "out of rotation": {"in_rotation": False},
    "holiday, last day": {"rotation_paused_until": "today"},
    "account inactive": {"user__is_active": False},
    "another role": {"role": "INBOX_MANAGER"},
}


@pytest.mark.parametrize("values", INELIGIBLE.values(), ids=INELIGIBLE.keys())
@pytest.mark.parametrize("is_configured", [True, False])
def test_hard_11a_only_eligible_setters(db, values, is_configured):
    workspace = WorkspaceFactory(settings__round_robin_enabled=True, settings__timezone="Europe/Berlin")
    now = timezone.now()
    today = now.astimezone(timezone.get_fixed_timezone(60)).date()
    values = {key: today if value == "today" else value for key, value in values.items()}
    shut_out = MembershipFactory(workspace=workspace, **values).user
    stranger = MembershipFactory().user
    if is_configured:
        sequence = [shut_out.pk, stranger.pk]
        WorkspaceSettings.objects.filter(workspace=workspace).update(round_robin_setter_sequence=sequence)
    lead = make_lead(workspace)

    result = maybe_assign_lead(lead.pk, workspace.pk, sentiment="Interested", channel="email", now=now)

    lead.refresh_from_db()
    assert (result.outcome, result.reason) == ("none", "sequence_empty" if is_configured else "no_setters")
    assert lead.assigned_to_id is None
    assert (LeadAssignmentEvent.objects.count(), pointer(workspace)) == (0, None)


def test_lead_of_another_workspace_is_unknown(db):
    workspace, _ = make_workspace()
    lead = make_lead(WorkspaceFactory())

    with pytest.raises(NotVisible):
        maybe_assign_lead(lead.pk, workspace.pk, sentiment="Interested", channel="email")

    assert pointer(workspace) is None


def test_ledger_is_append_only_and_goes_to_the_survivor_of_a_merge(db):
    workspace, _ = make_workspace()
    lead, other = make_lead(workspace), make_lead(workspace)
    assign(lead)
    assign(other)

    for change in (
        lambda: LeadAssignmentEvent.objects.update(channel="sms"),
        lambda: LeadAssignmentEvent.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    merge_leads(other, lead, workspace.owner)

    assert list(LeadAssignmentEvent.objects.values_list("lead_id", "channel")) == [(other.pk, "email")] * 2


def test_failing_event_leaves_the_assignment(db, caplog):
    workspace, people = make_workspace()
    lead = make_lead(workspace)

    with tenant(workspace.pk):
        result = maybe_assign_lead(lead.pk, workspace.pk, sentiment="Interested", channel="no such channel at all")

    lead.refresh_from_db()
    assert (result.outcome, lead.assigned_to_id, pointer(workspace)) == ("assigned", people[0].pk, 0)
    assert LeadAssignmentEvent.objects.count() == 0

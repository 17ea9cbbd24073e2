"""The commands of the rotation against wrong arguments, and what they and the doctor find."""

import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from assignment.models import LeadAssignmentEvent
from assignment.services.rotation import assign_lead
from leads.models import Lead
from tests.assignment.services.test_rotation_hard import assign, make_lead, make_workspace
from zrg.workspaces.models import WorkspaceSettings

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

COMMANDS = ["rr_status", "rr_backfill", "rr_simulate", "rr_verify"]
NUMBERS = [("rr_backfill", "--limit"), ("rr_simulate", "--count"), ("rr_verify", "--last")]


def run(*arguments):
    """What it printed, and its exit code."""
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out)
    except CommandError as error:
        return out.getvalue() + str(error), error.returncode
    except SystemExit as ended:
        return out.getvalue(), ended.code
    return out.getvalue(), 0


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_workspace_is_said_in_one_line(name):
    workspace_id = uuid4()

    assert run(name, "--workspace", str(workspace_id)) == (f"No workspace has the id {workspace_id}.", 1)


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 23, "1.5"])
@pytest.mark.parametrize(("name", "option"), NUMBERS)
def test_a_number_that_makes_no_sense_is_refused(name, option, number):
    workspace, _ = make_workspace()
    make_lead(workspace)

    said, code = run(name, "--workspace", str(workspace.pk), f"{option}={number}")

    assert code == 1
    assert "a whole number from 1" in said
    assert not Lead.objects.exclude(assigned_to=None).exists()


def verify(workspace):
    said, code = run("rr_verify", "--workspace", str(workspace.pk))
    return said.splitlines()[-1], code


def test_verify_sees_a_lead_that_went_to_somebody_else():
    workspace, people = make_workspace(sequence=(0, 1))
    LeadAssignmentEvent.objects.create(
        workspace=workspace, lead=make_lead(workspace), assigned_to=people[1], source="round_robin", channel="email",
        pointer_before=-1, pointer_after=0, base_length=2, config_version=0,
    )  # fmt: skip
    WorkspaceSettings.objects.filter(workspace=workspace).update(round_robin_last_setter_index=0)

    assert verify(workspace) == (
        "out of sequence: 0, to somebody else: 1, not by e-mail although e-mail only: 0",
        1,
    )


def test_verify_sees_a_pointer_that_moved_by_itself():
    workspace, _ = make_workspace(sequence=(0, 1, 2))
    for _ in range(2):
        assign(make_lead(workspace))
    right = verify(workspace)
    WorkspaceSettings.objects.filter(workspace=workspace).update(round_robin_last_setter_index=2)

    assert right == ("out of sequence: 0, to somebody else: 0, not by e-mail although e-mail only: 0", 0)
    assert verify(workspace) == (
        "out of sequence: 1, to somebody else: 0, not by e-mail although e-mail only: 0",
        1,
    )


def test_verify_counts_channels_since_email_only_was_switched_on():
    workspace, _ = make_workspace(sequence=(0, 1, 2))
    rows = WorkspaceSettings.objects.filter(workspace=workspace)
    for change in (True, False, True):
        rows.update(round_robin_email_only=change)
    before = timezone.now() - timedelta(hours=1)
    lead = make_lead(workspace)
    LeadAssignmentEvent.objects.create(
        workspace=workspace, lead=lead, assigned_to_id=rows.get().round_robin_setter_sequence[0], source="round_robin",
        channel="sms", pointer_before=-1, pointer_after=0, base_length=3, config_version=0, created_at=before,
    )  # fmt: skip
    rows.update(round_robin_last_setter_index=0)
    old = verify(workspace)
    LeadAssignmentEvent.objects.create(
        workspace=workspace, lead=lead, assigned_to_id=rows.get().round_robin_setter_sequence[1], source="round_robin",
        channel="sms", pointer_before=0, pointer_after=1, base_length=3, config_version=0,
    )  # fmt: skip
    rows.update(round_robin_last_setter_index=1)

    assert old == ("out of sequence: 0, to somebody else: 0, not by e-mail although e-mail only: 0", 0)
    assert verify(workspace) == (
        "out of sequence: 0, to somebody else: 0, not by e-mail although e-mail only: 1",
        1,
    )


def test_verify_forgives_a_changed_order_and_an_erased_account():
    workspace, people = make_workspace(sequence=(0, 1))
    for _ in range(3):
        assign_lead(make_lead(workspace).pk, workspace.pk, "email", "round_robin")
    WorkspaceSettings.objects.filter(workspace=workspace).update(
        round_robin_setter_sequence=[people[2].pk], round_robin_last_setter_index=None, round_robin_config_version=1
    )
    LeadAssignmentEvent.objects.create(
        workspace=workspace, lead=make_lead(workspace), assigned_to=None, source="round_robin", channel="email",
        pointer_before=-1, pointer_after=0, base_length=1, config_version=1,
    )  # fmt: skip
    WorkspaceSettings.objects.filter(workspace=workspace).update(round_robin_last_setter_index=0)

    assert verify(workspace)[1] == 0


def doctor(workspace):
    found = json.loads(run("doctor", "--json", "--workspace", str(workspace.pk))[0].splitlines()[0])
    return [(one["name"], one["state"], one["evidence"]) for one in found if one["name"].startswith("rotation")]


def test_the_doctor_lists_rotations_nobody_receives_leads_from():
    fine, _ = make_workspace(sequence=(0,))
    empty, _ = make_workspace(count=0)
    gone, _ = make_workspace()
    WorkspaceSettings.objects.filter(workspace=gone).update(round_robin_setter_sequence=[uuid4(), uuid4()])
    off, _ = make_workspace(count=0)
    WorkspaceSettings.objects.filter(workspace=off).update(round_robin_enabled=False)

    assert doctor(fine) == doctor(off) == []
    assert doctor(empty) == [("rotation_empty", "warn", "no setter is active, and round robin is on")]
    assert doctor(gone) == [
        ("rotation_empty", "warn", "nobody of the order can receive leads"),
        ("rotation_entries", "warn", "2 entries of the order have no account and are passed over"),
    ]


def test_troubled_workspaces_are_found_in_two_queries(django_assert_num_queries):
    from assignment.services.fairness import empty_rotations

    for count in (0, 1, 2):
        make_workspace(count=count)

    with django_assert_num_queries(2):
        found = empty_rotations()

    assert [reason for _, reason in found] == ["no_setters"]

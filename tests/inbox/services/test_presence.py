"""Presence: who is shown where to whom, and for how long."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.services.presence import enter, leave, present_in
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import MembershipFactory, UserFactory, WorkspaceFactory
from tests.inbox.desk import make_desk
from zrg.workspaces.access import compute_access
from zrg.workspaces.models import Membership
from zrg.workspaces.services.memberships import deactivate_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    cache.clear()
    return make_desk()


def come(user, lead, state="viewing"):
    return enter(compute_access(user), lead.pk, state)


def seen_by(user, workspace):
    found = present_in(compute_access(user), workspace.pk)
    return [(one.lead_id, one.person.name, one.state) for one in found]


def test_others_are_told_and_oneself_is_not(desk):
    come(desk.setter, desk.lead)
    come(desk.manager, desk.lead, "typing")

    assert seen_by(desk.setter, desk.workspace) == [(desk.lead.pk, "Robin", "typing")]
    assert seen_by(desk.manager, desk.workspace) == [(desk.lead.pk, "Kim", "viewing")]
    assert [name for _, name, _ in seen_by(desk.owner, desk.workspace)] == ["Kim", "Robin"]


def test_going_on_ends_being_here_and_leaving_too(desk):
    other = LeadFactory(workspace=desk.workspace)
    come(desk.manager, desk.lead)
    come(desk.manager, other)
    moved = seen_by(desk.owner, desk.workspace)

    leave(desk.manager.pk)

    assert moved == [(other.pk, "Robin", "viewing")]
    assert seen_by(desk.owner, desk.workspace) == []


@pytest.mark.parametrize(("seconds", "count"), [(28, 1), (32, 0)])
def test_thirty_seconds_without_a_poll_end_it(desk, seconds, count):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        come(desk.manager, desk.lead)
    with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
        found = seen_by(desk.owner, desk.workspace)

    assert len(found) == count


def test_a_setter_sees_nobody_at_other_leads(desk):
    other = LeadFactory(workspace=desk.workspace)
    come(desk.manager, other)
    come(desk.owner, desk.lead)

    assert seen_by(desk.setter, desk.workspace) == [(desk.lead.pk, desk.owner.get_full_name(), "viewing")]


def test_a_setter_is_not_at_leads_of_others(desk):
    other = LeadFactory(workspace=desk.workspace)

    assert come(desk.setter, other) is None
    assert seen_by(desk.owner, desk.workspace) == []


def test_who_lost_the_lead_is_not_shown_there(desk):
    come(desk.setter, desk.lead)
    desk.lead.assigned_to = desk.manager
    desk.lead.save(update_fields=["assigned_to"])

    assert seen_by(desk.owner, desk.workspace) == []


def test_who_left_the_workspace_is_not_shown(desk):
    come(desk.manager, desk.lead)
    deactivate_member(Membership.objects.get(user=desk.manager), by=desk.owner)

    assert seen_by(desk.owner, desk.workspace) == []


@pytest.mark.parametrize("extras", [[], ["reply"]])
def test_clients_neither_see_nor_are_seen(desk, extras):
    client = MembershipFactory(
        workspace=desk.workspace, role="CLIENT_PORTAL", extra_permissions=extras, user=UserFactory()
    ).user
    come(desk.manager, desk.lead)

    assert come(client, desk.lead) is None
    assert seen_by(client, desk.workspace) == []
    assert [name for _, name, _ in seen_by(desk.owner, desk.workspace)] == ["Robin"]


def test_nobody_is_shown_across_workspaces(desk):
    second = WorkspaceFactory()
    theirs = LeadFactory(workspace=second)
    MembershipFactory(workspace=second, user=desk.manager, role="ADMIN")
    come(desk.manager, desk.lead)
    # Where the list of people still names her, she is somewhere else.
    come(desk.manager, theirs)

    assert seen_by(desk.owner, desk.workspace) == []
    assert seen_by(second.owner, second) == [(theirs.pk, "Robin", "viewing")]
    assert come(desk.owner, theirs) is None
    assert seen_by(desk.owner, second) == []


def test_what_the_cache_says_is_not_believed(desk):
    theirs = LeadFactory()
    cache.set(f"presence-in:{desk.workspace.pk}", (str(desk.manager.pk),), 60)
    cache.set(f"presence:{desk.manager.pk}", (str(desk.workspace.pk), str(theirs.pk), "typing"), 60)

    assert seen_by(desk.owner, desk.workspace) == []


def test_statements_do_not_grow_with_the_people_and_write_the_cache_only(desk):
    counts = []
    for number in (1, 6):
        for _ in range(number):
            lead = LeadFactory(workspace=desk.workspace)
            come(MembershipFactory(workspace=desk.workspace, role="INBOX_MANAGER", user=UserFactory()).user, lead)
        access = compute_access(desk.owner)
        enter(access, desk.lead.pk, "viewing")
        with CaptureQueriesContext(connection) as captured:
            enter(access, desk.lead.pk, "typing")
            present_in(access, desk.workspace.pk)
        counts.append(len(captured))
        written = [one["sql"] for one in captured if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert written != []
        assert [sql for sql in written if '"zrg_cache"' not in sql] == []

    assert counts[0] == counts[1]

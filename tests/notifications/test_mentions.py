"""Whom a note names hears of it once, alone, and only while they see the lead."""

import uuid
from typing import Any

import pytest

from inbox.contracts import PersonMentioned
from inbox.models import LeadNote
from inbox.services.notes import add_note, delete_note, edit_note
from notifications.models import NotificationEvent, NotificationSendLog
from notifications.services.mentions import tell_mentioned
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import MembershipFactory, UserFactory
from tests.notifications.support import connect_resend, connect_slack, deliver, rows, workspace
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import Membership, User
from zrg.workspaces.services.memberships import deactivate_member

pytestmark = pytest.mark.usefixtures("clean_cache")


class Team:
    """Two colleagues and a lead of the first."""

    def __init__(self, **settings: Any) -> None:
        self.workspace = workspace(**settings)
        self.kim = self._member("Kim", "kim@outbound.example")
        self.robin = self._member("Robin", "robin@outbound.example")
        self.lead = LeadFactory(workspace=self.workspace, first_name="Dana", last_name="Reyes", assigned_to=self.kim)

    def _member(self, name: str, email: str) -> User:
        user = UserFactory(display_name=name, email=email)
        return MembershipFactory(workspace=self.workspace, role="INBOX_MANAGER", user=user).user

    def write(self, text: str = "@Kim call her <today>", by: User | None = None) -> LeadNote:
        note = add_note(self.lead, note_id=uuid.uuid4(), text=text, by=by or self.robin)
        drain()
        return note


@pytest.fixture
def team(db: None) -> Team:
    return Team()


def test_one_mail_to_the_person_and_nobody_else(team: Team, simulator: RunningSimulator) -> None:
    connect_resend(team.workspace)

    team.write()
    deliver()
    deliver()

    (mail,) = simulator.state.resend.emails
    assert mail["to"] == ["kim@outbound.example"]
    assert mail["subject"] == "[Northwind] Robin mentioned you: Dana Reyes"
    assert mail["text"] == (
        "Robin mentioned you in an internal note\n"
        "Lead: Dana Reyes\n"
        "Note: @Kim call her <today>\n"
        f"Link: https://app.example.net/?view=inbox&clientId={team.workspace.pk}&leadId={team.lead.pk}"
    )
    assert simulator.requests("slack") == []
    assert (NotificationEvent.objects.get().kind, NotificationSendLog.objects.get().kind) == ("mention", "mention")


def test_slack_tells_who_is_known_there_by_address(team: Team, simulator: RunningSimulator) -> None:
    connect_slack(team.workspace)
    connect_resend(team.workspace)

    team.write("@Kim and @Robin <!channel> look", by=team.workspace.owner)
    deliver()

    assert rows() == [
        ("email", "robin@outbound.example", "sent", ""),
        ("slack_dm", "U0KIM", "sent", ""),
    ]
    (text,) = simulator.state.slack.texts("D0KIM")
    assert "&lt;!channel&gt;" in text


def test_switched_off_slack_alerts_leave_the_mail(db: None, simulator: RunningSimulator) -> None:
    team = Team(slack_alerts=False)
    connect_slack(team.workspace)
    connect_resend(team.workspace)

    team.write()
    deliver()

    assert rows() == [("email", "kim@outbound.example", "sent", "")]


def test_without_a_way_the_row_says_why(team: Team) -> None:
    team.write()
    deliver()

    assert rows() == [("email", "-", "skipped", "email_not_configured")]


def test_repeats_and_edits_tell_nobody_twice(team: Team, simulator: RunningSimulator) -> None:
    connect_resend(team.workspace)
    note = team.write()
    event = PersonMentioned(
        workspace_id=team.workspace.pk, lead_id=team.lead.pk, note_id=note.pk, person_id=team.kim.pk
    )

    edit_note(team.lead, note.pk, text="Nobody", by=team.robin)
    edit_note(team.lead, note.pk, text="@Kim after all", by=team.robin)
    drain()
    tell_mentioned(event)
    deliver()

    assert len(simulator.state.resend.emails) == 1


def test_who_lost_access_before_it_was_announced_is_not_told(team: Team, simulator: RunningSimulator) -> None:
    connect_resend(team.workspace)
    note = add_note(team.lead, note_id=uuid.uuid4(), text="@Kim", by=team.robin)
    deactivate_member(Membership.objects.get(user=team.kim), by=team.workspace.owner)

    drain()
    deliver()

    assert note.mentions == [team.kim.pk]
    assert (rows(), NotificationEvent.objects.count(), simulator.state.resend.emails) == ([], 0, [])


def test_who_lost_access_while_it_waited_is_not_told(team: Team, simulator: RunningSimulator) -> None:
    connect_resend(team.workspace)
    Membership.objects.filter(user=team.kim).update(role="SETTER")
    team.write()

    team.lead.assigned_to = team.robin
    team.lead.save(update_fields=["assigned_to"])
    deliver()

    assert rows() == [("email", "kim@outbound.example", "skipped", "no_access")]
    assert simulator.state.resend.emails == []


@pytest.mark.parametrize("act", ["deleted", "renamed"])
def test_a_note_that_names_nobody_any_more_is_not_told(team: Team, simulator: RunningSimulator, act: str) -> None:
    connect_resend(team.workspace)
    note = team.write()

    if act == "deleted":
        delete_note(team.lead, note.pk, by=team.robin)
    else:
        edit_note(team.lead, note.pk, text="Never mind", by=team.robin)
    deliver()

    assert rows() == [("email", "kim@outbound.example", "skipped", "note_deleted")]
    assert simulator.state.resend.emails == []


def test_a_suspended_workspace_tells_nobody(team: Team, simulator: RunningSimulator) -> None:
    connect_resend(team.workspace)
    add_note(team.lead, note_id=uuid.uuid4(), text="@Kim", by=team.robin)
    team.workspace.status = "suspended"
    team.workspace.save(update_fields=["status"])

    drain(expect_failures=True)
    deliver()

    assert (rows(), simulator.state.resend.emails) == ([], [])

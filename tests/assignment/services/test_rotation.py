"""Assigning step by step: receivers, people, saving, backfill, who left."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from assignment.contracts import LeadsRouted, RotationEmpty
from assignment.errors import AssigneeChanged, BackfillRunning, NotAssignable
from assignment.jobs import check_events
from assignment.models import LeadAssignmentEvent
from assignment.services.assigning import assign_manually, assign_many, leads_of_absent, spread_many
from assignment.services.backfilling import ASSIGNMENT_BACKFILL, backfill_assignments, start_backfill
from assignment.services.fairness import empty_rotations, late_leads, read_fairness, verify_rotation
from assignment.services.rotation_config import RotationForm, resolve_setter_emails, save_rotation
from inbox.contracts import ReplyClassified
from inbox.services.marking import change_sentiment
from leads.models import Lead
from notifications.models import NotificationSendLog
from tests.assignment.services.test_rotation_hard import assign, make_lead, make_workspace, pointer
from tests.factories.inbox import MessageFactory
from tests.factories.workspaces import MembershipFactory, UserFactory, WorkspaceFactory
from tests.notifications.support import connect_slack
from tests.support.drain import drain
from zrg.jobs.contracts import RunContext
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.announce import announce
from zrg.lib.errors import BadInput
from zrg.workspaces.models import Membership, User, WorkspaceSettings
from zrg.workspaces.services.memberships import set_rotation

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def assignees(*leads):
    found = dict(Lead.objects.values_list("pk", "assigned_to_id"))
    return [found[lead.pk] for lead in leads]


def classified(message, tag="Interested"):
    announce(
        ReplyClassified(workspace_id=message.workspace_id, lead_id=message.lead_id, message_id=message.pk, tag=tag)
    )
    drain()


def test_a_positive_reply_is_assigned_with_its_channel():
    workspace, people = make_workspace()
    lead = make_lead(workspace)

    classified(MessageFactory(lead=lead, channel="linkedin", email_bison_reply_id=None))

    event = LeadAssignmentEvent.objects.get()
    assert assignees(lead) == [people[0].pk]
    assert (event.channel, event.source, event.pointer_before, event.pointer_after) == (
        "linkedin",
        "round_robin",
        -1,
        0,
    )
    assert (event.base_length, event.config_version, event.assigned_by_id, event.previous_assigned_to_id) == (
        3,
        0,
        None,
        None,
    )


def test_a_tag_set_by_a_person_counts_the_channel_of_the_latest_reply():
    workspace, people = make_workspace(round_robin_email_only=True)
    by_text, by_mail = make_lead(workspace, sentiment_tag="Neutral"), make_lead(workspace, sentiment_tag="Neutral")
    MessageFactory(lead=by_text, channel="email", sent_at=timezone.now() - timedelta(days=2))
    MessageFactory(lead=by_text, channel="sms", email_bison_reply_id=None)
    MessageFactory(lead=by_mail)

    for lead in (by_text, by_mail):
        change_sentiment(lead, "Interested", by=workspace.owner)
    drain(expect_failures=True)

    assert assignees(by_text, by_mail) == [None, people[0].pk]
    assert pointer(workspace) == 0


def test_a_lead_that_lost_interest_meanwhile_is_left():
    workspace, _ = make_workspace()
    lead = make_lead(workspace, sentiment_tag="Not Interested")

    result = assign(lead)

    assert (result.outcome, result.reason, pointer(workspace)) == ("none", "not_positive", None)


def test_arrivals_are_assigned_in_their_new_workspace():
    workspace, people = make_workspace()
    positive, neutral = make_lead(workspace), make_lead(workspace, sentiment_tag="New")

    announce(
        LeadsRouted(
            workspace_id=workspace.pk,
            source_workspace_id=WorkspaceFactory().pk,
            log_ids=(uuid4(), uuid4()),
            lead_ids=(positive.pk, neutral.pk),
        )
    )
    drain()

    assert assignees(positive, neutral) == [people[0].pk, None]
    assert LeadAssignmentEvent.objects.get().source == "routing"


def test_paused_setter_returns_to_the_same_place():
    workspace, people = make_workspace(sequence=(0, 1, 2))
    leads = [make_lead(workspace) for _ in range(4)]
    second = Membership.objects.get(user=people[1])
    assign(leads[0])

    set_rotation(second, in_rotation=False, paused_until=None, by=workspace.owner)
    assign(leads[1])
    set_rotation(second, in_rotation=True, paused_until=None, by=workspace.owner)
    assign(leads[2])
    assign(leads[3])

    assert assignees(*leads) == [people[0].pk, people[2].pk, people[0].pk, people[1].pk]


def test_an_empty_sequence_alerts_each_channel_once_a_day():
    workspace, people = make_workspace(
        sequence=(0,), notification_slack_channel_ids=["C0AAAAAA1", "C0BBBBBB2"], notification_emails=[]
    )
    connect_slack(workspace)
    set_rotation(Membership.objects.get(user=people[0]), in_rotation=False, paused_until=None, by=workspace.owner)
    first, second = make_lead(workspace, first_name="<!here>"), make_lead(workspace)

    results = [assign(first), assign(second), assign(second)]
    announced = list(BackgroundJob.objects.filter(dedupe_key__contains=RotationEmpty.__name__))
    for job in announced:
        assert job.payload["data"]["sequence_length"] == 1
    drain(expect_failures=True)

    rows = NotificationSendLog.objects.filter(kind="round_robin_sequence_empty").order_by("target")
    day = timezone.now().astimezone(ZoneInfo("America/New_York")).date().isoformat()
    assert {one.reason for one in results} == {"sequence_empty"}
    assert len(announced) == 2
    assert [row.target for row in rows] == ["C0AAAAAA1", "C0BBBBBB2"]
    assert [row.dedupe_key for row in rows] == [
        f"round_robin_sequence_empty:{workspace.pk}:slack:{row.target}:{day}" for row in rows
    ]
    text = rows[0].payload["text"]
    assert "<!here>" not in text
    assert f"/w/{workspace.pk}/settings/integrations/assignments" in text
    assert empty_rotations() == [(workspace.pk, "sequence_empty")]


def test_without_slack_the_alert_goes_by_mail(settings):
    settings.MAIL_CONFIGURED = True
    workspace, _ = make_workspace(count=0, notification_emails=["ops@agency.example"])
    WorkspaceSettings.objects.filter(workspace=workspace).update(round_robin_setter_sequence=[uuid4()])

    assign(make_lead(workspace))
    drain(expect_failures=True)

    row = NotificationSendLog.objects.get(kind="round_robin_sequence_empty")
    assert (row.destination, row.target) == ("email", "all")
    assert row.dedupe_key.startswith(f"round_robin_sequence_empty:{workspace.pk}:email:all:")


def test_manual_assignment_compares_sets_and_leaves_the_pointer():
    workspace, people = make_workspace()
    manager = MembershipFactory(workspace=workspace, role="INBOX_MANAGER").user
    lead = make_lead(workspace)
    assign(lead)

    with pytest.raises(AssigneeChanged) as refused:
        assign_manually(lead.pk, workspace.pk, manager.pk, expected=None, by=workspace.owner)
    assign_manually(lead.pk, workspace.pk, manager.pk, expected=people[0].pk, by=workspace.owner)
    again = assign_manually(lead.pk, workspace.pk, manager.pk, expected=people[0].pk, by=workspace.owner)
    assign_manually(lead.pk, workspace.pk, None, expected=manager.pk, by=workspace.owner)

    events = LeadAssignmentEvent.objects.order_by("created_at").exclude(source="round_robin")
    assert refused.value.data == {"assignedTo": str(people[0].pk)}
    assert again.outcome == "kept"
    assert [(one.previous_assigned_to_id, one.assigned_to_id, one.assigned_by) for one in events] == [
        (people[0].pk, manager.pk, workspace.owner),
        (manager.pk, None, workspace.owner),
    ]
    assert {one.pointer_after for one in events} == {None}
    lead.refresh_from_db()
    assert (lead.assigned_to_id, lead.assigned_at, pointer(workspace)) == (None, None, 0)


@pytest.mark.parametrize("case", ["stranger", "portal", "inactive", "closed account", "blacklisted lead"])
def test_manual_assignment_refuses_who_cannot_receive(case):
    workspace, people = make_workspace(count=1)
    lead = make_lead(workspace)
    if case == "blacklisted lead":
        user = people[0]
        Lead.objects.filter(pk=lead.pk).update(status="blacklisted", blacklist_reason="manual")
    elif case == "stranger":
        user = UserFactory()
    else:
        values = {
            "portal": {"role": "CLIENT_PORTAL"},
            "inactive": {"is_active": False},
            "closed account": {"user__is_active": False},
        }[case]
        user = MembershipFactory(workspace=workspace, **values).user

    with pytest.raises(NotAssignable) as refused:
        assign_manually(lead.pk, workspace.pk, user.pk, expected=None, by=workspace.owner)

    assert (refused.value.code, refused.value.http_status) == ("not_assignable", 422)
    assert (assignees(lead), LeadAssignmentEvent.objects.count()) == ([None], 0)


def test_leads_of_those_who_left_are_spread_evenly_without_the_pointer():
    workspace, people = make_workspace(sequence=(0, 1, 0, 2), round_robin_last_setter_index=0)
    leads = [make_lead(workspace, assigned_to=people[0]) for _ in range(4)]
    stopped = make_lead(workspace, assigned_to=people[0], status="blacklisted", blacklist_reason="manual")
    set_rotation(Membership.objects.get(user=people[0]), in_rotation=False, paused_until=None, by=workspace.owner)
    assert leads_of_absent(workspace.pk).count() == 5

    done = spread_many([lead.pk for lead in (*leads, stopped)], workspace.pk, by=workspace.owner)

    assert (done.assigned, done.unchanged, done.skipped) == (4, 0, [(stopped.pk, "blacklisted")])
    assert assignees(*leads) == [people[1].pk, people[2].pk] * 2
    assert set(LeadAssignmentEvent.objects.values_list("source", "previous_assigned_to")) == {("manual", people[0].pk)}
    assert pointer(workspace) == 0


def test_leads_of_an_owner_whose_account_is_off_are_listed():
    workspace, _ = make_workspace()
    lead = make_lead(workspace, assigned_to=workspace.owner)
    before = leads_of_absent(workspace.pk).count()
    User.objects.filter(pk=workspace.owner_id).update(is_active=False)

    assert (before, list(leads_of_absent(workspace.pk))) == (0, [lead])


def test_bulk_takes_two_hundred():
    workspace, people = make_workspace()

    with pytest.raises(BadInput) as refused:
        assign_many([uuid4() for _ in range(201)], workspace.pk, people[0].pk, by=workspace.owner)
    done = assign_many([make_lead(workspace).pk, uuid4()], workspace.pk, people[0].pk, by=workspace.owner)

    assert refused.value.code == "too_many"
    assert (done.assigned, [reason for _, reason in done.skipped]) == (1, ["not_found"])


def test_bulk_takes_blacklisted_leads_away_and_gives_them_to_nobody():
    workspace, people = make_workspace()
    stopped = make_lead(workspace, status="blacklisted", blacklist_reason="manual", assigned_to=people[0])

    given = assign_many([stopped.pk], workspace.pk, people[1].pk, by=workspace.owner)
    spread = spread_many([stopped.pk], workspace.pk, by=workspace.owner)
    taken = assign_many([stopped.pk], workspace.pk, None, by=workspace.owner)

    assert given.skipped == spread.skipped == [(stopped.pk, "blacklisted")]
    assert (taken.assigned, taken.skipped) == (1, [])
    stopped.refresh_from_db()
    assert (stopped.assigned_to_id, stopped.assigned_at) == (None, None)


def saved(workspace, **values):
    row = WorkspaceSettings.objects.get(workspace=workspace)
    emails = dict(Membership.objects.values_list("user_id", "user__email"))
    given = {
        "is_enabled": row.round_robin_enabled,
        "is_email_only": row.round_robin_email_only,
        "sequence": [emails[one] for one in row.round_robin_setter_sequence],
    }
    return save_rotation(workspace, RotationForm(**{**given, **values}), by=workspace.owner, access=None)


def test_only_a_changed_sequence_starts_anew():
    workspace, people = make_workspace(
        sequence=(0, 1, 0), round_robin_last_setter_index=1, round_robin_config_version=4
    )
    emails = [one.email for one in people]

    row = saved(workspace, is_email_only=True, setters=[" " + emails[0].upper(), emails[1], emails[2]])
    kept = (row.round_robin_last_setter_index, row.round_robin_config_version)
    row = saved(workspace, is_enabled=False)
    switched = (row.round_robin_email_only, row.round_robin_last_setter_index, row.round_robin_config_version)
    row = saved(workspace, sequence=[emails[2], emails[0], emails[2]])

    assert kept == (1, 4)
    assert switched == (False, 1, 4)
    assert (row.round_robin_last_setter_index, row.round_robin_config_version) == (None, 5)
    assert row.round_robin_setter_sequence == [people[2].pk, people[0].pk, people[2].pk]
    assert resolve_setter_emails(workspace, [emails[1], emails[1], "x@y.example"]) == (
        [people[1].pk, people[1].pk],
        ["x@y.example"],
    )


def test_saving_the_team_keeps_the_default_order():
    workspace, people = make_workspace()
    before = list(Membership.objects.order_by("created_at").values_list("pk", "created_at"))
    newcomer = UserFactory()

    saved(workspace, setters=[newcomer.email, *(one.email for one in reversed(people))])

    after = list(Membership.objects.order_by("created_at").values_list("pk", "created_at"))
    assert after[:3] == before
    assert len(after) == 4


def test_a_setter_who_becomes_a_manager_in_one_save_stays_signed_in(client):
    workspace, people = make_workspace()
    client.login_as(people[0])
    page = f"/api/inbox/conversations?clientId={workspace.pk}"
    assert client.get(page).status_code == 200

    saved(workspace, setters=[one.email for one in people[1:]], managers=[people[0].email], sequence=[])

    assert client.get(page).status_code == 200
    assert list(Membership.objects.filter(user=people[0], is_active=True).values_list("role", flat=True)) == [
        "INBOX_MANAGER"
    ]


def test_backfill_runs_once_at_a_time_and_again_harmlessly():
    workspace, people = make_workspace()
    leads = [make_lead(workspace) for _ in range(2)]
    for lead in leads:
        MessageFactory(lead=lead)
    dry = backfill_assignments(workspace.pk, dry_run=True)
    assert (dry.as_json()["assigned"], assignees(*leads), pointer(workspace)) == (2, [None, None], None)

    start_backfill(workspace.pk, by=workspace.owner)
    with pytest.raises(BackfillRunning):
        start_backfill(workspace.pk, by=workspace.owner)
    drain()
    again = make_lead(workspace)
    start_backfill(workspace.pk, by=workspace.owner)
    drain()

    assert set(assignees(*leads)) == {people[0].pk, people[1].pk}
    assert assignees(again) == [people[2].pk]
    assert BackgroundJob.objects.filter(type=ASSIGNMENT_BACKFILL).count() == 1
    assert set(LeadAssignmentEvent.objects.values_list("source", flat=True)) == {"backfill"}


def test_backfill_stops_where_nothing_can_be_assigned():
    workspace, _ = make_workspace(count=0)
    for _ in range(3):
        make_lead(workspace)

    run = backfill_assignments(workspace.pk)

    assert run.as_json() == {
        "candidates": 3,
        "assigned": 0,
        "skipped": {"no_setters": 1},
        "errors": 0,
        "perSetter": {},
    }


def test_figures_tell_shares_order_and_waiting_leads():
    workspace, people = make_workspace(sequence=(0, 1, 0, 1, 2))
    for _ in range(10):
        assign(make_lead(workspace))
    late = make_lead(workspace)
    Lead.objects.filter(pk=late.pk).update(created_at=timezone.now() - timedelta(minutes=20))
    make_lead(workspace)

    fairness, verdict = read_fairness(workspace.pk, 7), verify_rotation(workspace.pk, 10)

    assert [(one.count, one.actual, one.configured) for one in fairness.shares] == [
        (4, 40.0, 40.0),
        (4, 40.0, 40.0),
        (2, 20.0, 20.0),
    ]
    assert (fairness.total, fairness.channels) == (10, {"E-mail": 10})
    assert (verdict.breaks, verdict.off_channel, verdict.shares) == (
        0,
        0,
        {people[0].pk: 4, people[1].pk: 4, people[2].pk: 2},
    )
    assert list(late_leads()) == [late]


def test_the_nightly_check_names_assigned_leads_without_event():
    workspace, people = make_workspace()
    assign(make_lead(workspace))
    context = RunContext(job="rollup-check", deadline=float("inf"), correlation_id="test")
    check_events(context)
    assert context.problems == []
    bare = make_lead(workspace, assigned_to=people[0])

    check_events(context)

    assert context.problems == [f"1 assigned leads have no assignment event, first {bare.pk}"]

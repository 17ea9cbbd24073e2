"""A reply whose time is over is told once, to the people of the workspace."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import structlog
import time_machine

from inbox.schedules import tell_overdue_replies
from inbox.services.overdue import tell_overdue
from inbox.services.sentiment import CAUSE_MANUAL, set_sentiment
from leads.models import Lead
from notifications.models import NotificationEvent, NotificationSendLog
from tests.factories import LeadFactory
from tests.factories.inbox import MessageFactory
from tests.notifications.support import connect_slack, deliver, workspace
from tests.support.drain import drain
from zrg.jobs.contracts import RunContext
from zrg.jobs.models import BackgroundJob

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

# A Monday, 10:00 in New York.
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def minutes(number):
    return NOW + timedelta(minutes=number)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def northwind(db):
    found = workspace("Northwind", channels=("C0SALES",))
    connect_slack(found)
    return found


def wrote(owner, tag="Meeting Requested", at=NOW, **values):
    lead = values.pop("lead", None) or LeadFactory(workspace=owner, sentiment_tag=tag, **values)
    return MessageFactory(lead=lead, sent_at=at)


def told():
    return [
        event.dedupe_key.rpartition(":")[2]
        for event in NotificationEvent.objects.filter(kind="reply_overdue").order_by("created_at")
    ]


def sweep(owner, at):
    count = tell_overdue(owner.pk, now=minutes(at))
    drain()
    return count


def test_breach_is_told_once_where_notices_go(northwind, simulator):
    inbound = wrote(northwind, first_name="Dana", last_name="Reyes")

    counts = [sweep(northwind, at) for at in (4, 5, 6, 60)]
    deliver()

    assert counts == [0, 1, 0, 0]
    assert told() == [str(inbound.pk)]
    (text,) = simulator.state.slack.texts("C0SALES")
    assert text.splitlines()[:2] == [
        "Northwind: Reply overdue: Meeting Requested, waiting 5 m, assigned to nobody",
        "Lead: Dana Reyes",
    ]
    assert NotificationSendLog.objects.get().kind == "reply_overdue"


def test_each_inbound_is_told_and_a_new_tag_is_not_a_new_one(northwind):
    first = wrote(northwind)
    sweep(northwind, 5)
    set_sentiment(first.lead_id, "Call Requested", actor=northwind.owner, cause=CAUSE_MANUAL)

    again = sweep(northwind, 7)
    second = wrote(northwind, lead=first.lead, at=minutes(4))
    later = sweep(northwind, 15)

    assert (again, later) == (0, 1)
    assert told() == [str(first.pk), str(second.pk)]


def test_answered_snoozed_and_old_breaches_are_not_told(northwind):
    answered, snoozed, done = (wrote(northwind) for _ in range(3))
    old = wrote(northwind, at=minutes(-4320), last_name="Old")
    MessageFactory(lead=answered.lead, outbound=True, sent_at=minutes(1))
    Lead.objects.filter(pk=snoozed.lead_id).update(snoozed_until=minutes(30))
    Lead.objects.filter(pk=done.lead_id).update(snooze_until_reply=True)

    assert sweep(northwind, 6) == 0
    assert Lead.objects.get(pk=old.lead_id).overdue_noted_for == old.sent_at
    assert sweep(northwind, 31) == 1
    assert told() == [str(snoozed.pk)]


def test_breach_is_logged_and_names_the_setter(northwind):
    inbound = wrote(northwind, assigned_to=northwind.owner)

    with structlog.testing.capture_logs() as logs:
        tell_overdue(northwind.pk, now=minutes(6))

    (line,) = [one for one in logs if one["event"] == "lead.reply_overdue"]
    assert (line["lead"], line["tag"], line["late_seconds"]) == (str(inbound.lead_id), "Meeting Requested", 60)
    notice = BackgroundJob.objects.get(type="RECEIVER")
    assert f"assigned to {northwind.owner.get_full_name()}" in str(notice.payload)


def test_routine_walks_every_workspace_and_a_dry_run_tells_nobody(northwind, clock):
    other = workspace("Granite", channels=())
    wrote(northwind)
    wrote(other)
    clock.move_to(minutes(6))

    def run(**params):
        context = RunContext(job="autosend", deadline=time.monotonic() + 30, correlation_id="test", params=params)
        tell_overdue_replies(context)
        return context.stats.get("overdue", 0)

    assert (run(dryRun=True), run(), run()) == (0, 2, 0)

"""A lead's tag that people care about is told at once: to whom, how often, and never to the lead itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from inbox.services.sentiment import set_sentiment
from integrations.models import NotificationContact
from integrations.slack.simulator import DEMO_CHANNEL
from leads.models import Lead
from notifications.models import NotificationEvent, NotificationSendLog
from notifications.services.sentiment import notify_sentiment_change
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.notifications.support import (
    OPS,
    connect_ghl,
    connect_resend,
    connect_slack,
    deliver,
    make_due,
    rows,
    workspace,
)
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.models import AdminAuditEvent, Workspace

pytestmark = pytest.mark.usefixtures("clean_cache")
TAG = "Meeting Requested"
PHONE = "+14155550131"
# Noon in New York.
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
EVERYWHERE = {"slack": True, "email": True, "sms": True}


def rule(mode: str = "realtime", **destinations: bool) -> dict[str, Any]:
    return {"mode": mode, "destinations": destinations or EVERYWHERE}


@pytest.fixture
def northwind(db: None) -> Workspace:
    found = workspace(notification_phones=[PHONE], notification_sentiment_rules={TAG: rule(), "Objection": rule()})
    connect_slack(found)
    connect_resend(found)
    connect_ghl(found)
    return found


@pytest.fixture
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


def lead_of(owner: Workspace, **values: Any) -> Lead:
    return LeadFactory(workspace=owner, **{"first_name": "Dana", "last_name": "Reyes", **values})


def tell(lead: Lead, tag: str = TAG, *, text: str = "Tuesday works", change: str = "", now: datetime = NOON) -> None:
    message = MessageFactory(workspace=lead.workspace, lead=lead, body=text) if not change else None
    notify_sentiment_change(lead, "New", tag, message, "inbound", change=change, now=now)


def test_everybody_who_is_named_hears_of_it(northwind: Workspace, simulator: RunningSimulator, noon: None) -> None:
    lead = lead_of(northwind, phone="+15550100020")

    tell(lead, text="Tuesday works,\n could you send")
    deliver()

    link = f"https://app.example.net/?view=inbox&clientId={northwind.pk}&leadId={lead.pk}"
    text = (
        "Lead: Dana Reyes\nSentiment: Meeting Requested\nPhone: +15550100020\n"
        f"Latest: Tuesday works, could you send\nLink: {link}"
    )
    (mail,) = simulator.state.resend.emails
    (sms,) = simulator.state.ghl.messages
    assert simulator.state.slack.texts(DEMO_CHANNEL) == [text.replace("&", "&amp;")]
    assert (mail["to"], mail["subject"], mail["text"]) == ([OPS], "[Northwind] Meeting Requested: Dana Reyes", text)
    assert sms["body"] == f"Northwind: Meeting Requested — Dana Reyes. {link}"
    assert NotificationContact.objects.get().phone == PHONE
    assert {status for _, _, status, _ in rows()} == {"sent"}


def test_without_a_rule_it_is_recorded_and_told_to_nobody(northwind: Workspace) -> None:
    lead = lead_of(northwind)

    tell(lead, "Neutral")

    event = NotificationEvent.objects.get()
    assert (event.kind, event.sentiment_tag, event.previous_tag, event.lead) == ("sentiment", "Neutral", "New", lead)
    assert rows() == []


def test_nothing_changed_or_suspended_records_nothing(northwind: Workspace) -> None:
    lead = lead_of(northwind)

    same = notify_sentiment_change(lead, TAG, TAG, None, "inbound", now=NOON)
    nothing = notify_sentiment_change(lead, TAG, None, None, "inbound", now=NOON)
    Workspace.objects.filter(pk=northwind.pk).update(status="suspended")
    suspended = notify_sentiment_change(lead, "New", TAG, None, "inbound", now=NOON)

    assert (same, nothing, suspended) == (None, None, None)
    assert NotificationEvent.objects.count() == NotificationSendLog.objects.count() == 0


def test_each_destination_says_why_nobody_was_told(db: None) -> None:
    owner = workspace(notification_sentiment_rules={TAG: rule()}, notification_emails=[])
    connect_resend(owner)

    tell(lead_of(owner))

    assert rows() == [
        ("email", "-", "skipped", "no_recipients"),
        ("slack", "-", "skipped", "slack_not_configured"),
        ("sms", "-", "skipped", "sms_not_configured"),
    ]


def test_hard_10_once_per_recipient_of_news(northwind: Workspace, simulator: RunningSimulator, noon: None) -> None:
    """The same message again adds nothing; the same tag is silent for an hour, which begins with the first."""
    lead = lead_of(northwind)
    message = MessageFactory(workspace=northwind, lead=lead, body="Yes")
    for _ in range(3):
        notify_sentiment_change(lead, "New", TAG, message, "inbound", now=NOON)
        deliver()
    first = NotificationSendLog.objects.count()

    tell(lead, change="b", now=NOON + timedelta(minutes=59))
    suppressed = rows(status="suppressed")
    tell(lead, change="c", now=NOON + timedelta(minutes=61))

    assert first == 3
    assert len(simulator.state.slack.texts(DEMO_CHANNEL)) == len(simulator.state.resend.emails) == 1
    assert len(simulator.state.ghl.messages) == 1
    assert suppressed == [
        ("email", "all", "suppressed", "repeated"),
        ("slack", DEMO_CHANNEL, "suppressed", "repeated"),
        ("sms", PHONE, "suppressed", "repeated"),
    ]
    assert len(rows(status="pending")) == 3


def test_hard_10_lead_phone_refused(northwind: Workspace, simulator: RunningSimulator, noon: None) -> None:
    """A number that is a lead's by the time it would be told gets no text, whichever was there first."""
    before = lead_of(northwind, phone=PHONE)
    tell(before)
    other = lead_of(northwind)
    Lead.objects.filter(pk=before.pk).update(phone=None)
    tell(other)
    Lead.objects.filter(pk=before.pk).update(phone=PHONE)

    deliver()

    texts = NotificationSendLog.objects.filter(destination="sms").order_by("created_at")
    assert [(row.status, row.reason) for row in texts] == [("suppressed", "lead_phone")] * 2
    assert simulator.requests("ghl") == []


def test_hard_10_inert_text_of_news(northwind: Workspace, simulator: RunningSimulator, noon: None) -> None:
    lead = lead_of(northwind, first_name="<!channel>\r\nBcc: x@y.z", last_name="& <https://evil.example|you>")

    tell(lead, text="<!here> @channel <@U0PRIYA>\r\nSubject: x")
    deliver()

    posted = next(call for call in simulator.requests("slack", path="/api/chat.postMessage"))["json"]
    (mail,) = simulator.state.resend.emails
    (sms,) = simulator.state.ghl.messages
    assert "<" not in posted["text"]
    assert posted["text"].split("\n")[2] == "Latest: &lt;!here&gt; @channel &lt;@U0PRIYA&gt; Subject: x"
    assert "link_names" not in posted
    assert mail["subject"].startswith("[Northwind] Meeting Requested: <!channel> Bcc: x@y.z")
    assert "\n" not in mail["subject"]
    assert set(mail) == {"from", "to", "subject", "text", "id"}
    assert "here" not in sms["body"]
    assert len(sms["body"]) <= 320


def test_hard_10_inside_workspace_news_stay_inside(
    northwind: Workspace, simulator: RunningSimulator, noon: None
) -> None:
    granite = workspace("Granite Co", channels=("G0OWNERS",), notification_emails=["owner@granite.example"])
    connect_slack(granite)

    tell(lead_of(northwind))
    deliver()

    assert simulator.state.slack.texts("G0OWNERS") == []
    assert [mail["to"] for mail in simulator.state.resend.emails] == [[OPS]]
    assert set(NotificationSendLog.objects.values_list("workspace_id", flat=True)) == {northwind.pk}


def test_hard_10_notification_never_fails_a_job_of_a_reply(northwind: Workspace, simulator: RunningSimulator) -> None:
    """Every provider of ours is down: the tag is set, every job ends well, the news waits."""
    for provider in ("slack", "resend", "ghl"):
        simulator.script(provider, times=20, status=500, body={})
    lead = lead_of(northwind)

    set_sentiment(lead.pk, TAG, actor=northwind.owner, cause="manual")
    drain()
    deliver()

    lead.refresh_from_db()
    assert lead.sentiment_tag == TAG
    assert set(BackgroundJob.objects.filter(type="RECEIVER").values_list("status", flat=True)) == {JobStatus.SUCCEEDED}
    assert NotificationSendLog.objects.exclude(status="pending").count() == 0
    assert NotificationSendLog.objects.count() == 3


def test_a_person_may_set_the_same_tag_again(northwind: Workspace) -> None:
    lead = lead_of(northwind)
    for tag in (TAG, "Objection", TAG):
        set_sentiment(lead.pk, tag, actor=northwind.owner, cause="manual")
    drain()

    acts = AdminAuditEvent.objects.filter(action="lead.sentiment_set").order_by("created_at")
    keys = set(NotificationEvent.objects.values_list("dedupe_key", flat=True))
    assert keys == {f"sentiment:{lead.pk}:audit-{act.pk}:{act.after['sentiment_tag']}" for act in acts}
    assert len(keys) == 3


def test_texts_wait_for_the_morning_and_newer_news_replace_them(
    northwind: Workspace, simulator: RunningSimulator
) -> None:
    lead = lead_of(northwind)
    with time_machine.travel(NIGHT, tick=True):
        tell(lead, change="a", now=NIGHT)
        tell(lead, "Objection", change="b", now=NIGHT + timedelta(minutes=5))
        deliver()
        early = list(simulator.state.ghl.messages)
    with time_machine.travel(MORNING + timedelta(seconds=1), tick=True):
        deliver()

    texts = NotificationSendLog.objects.filter(destination="sms").order_by("created_at")
    assert early == []
    assert [(row.status, row.reason) for row in texts] == [("suppressed", "replaced"), ("sent", "")]
    assert texts[1].payload["not_before"] == MORNING.isoformat()
    assert ["Objection" in message["body"] for message in simulator.state.ghl.messages] == [True]


def test_no_more_texts_than_the_cap(northwind: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFICATION_SMS_DAILY_CAP", "2")
    with time_machine.travel(NOON, tick=True):
        for _ in range(3):
            tell(lead_of(northwind))

    texts = NotificationSendLog.objects.filter(destination="sms").order_by("created_at")
    assert [(row.status, row.reason) for row in texts] == [("pending", ""), ("pending", ""), ("suppressed", "sms_cap")]


def test_a_text_that_may_have_left_is_not_sent_again(
    northwind: Workspace, simulator: RunningSimulator, noon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GHL_MAX_NETWORK_RETRIES", "0")
    simulator.script("ghl", path="/conversations/messages", times=1, close="after")

    tell(lead_of(northwind))
    deliver()
    make_due()
    deliver()

    assert [status for place, _, status, _ in rows() if place == "sms"] == ["unknown"]
    assert len(simulator.requests("ghl", path="/conversations/messages")) == 1


def test_suspended_before_it_left_is_skipped(northwind: Workspace, simulator: RunningSimulator, noon: None) -> None:
    tell(lead_of(northwind))
    Workspace.objects.filter(pk=northwind.pk).update(status="suspended")

    deliver()

    assert {(status, reason) for _, _, status, reason in rows()} == {("skipped", "suspended")}
    assert simulator.requests("slack") == simulator.requests("resend") == simulator.requests("ghl") == []

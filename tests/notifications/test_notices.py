"""What other parts announce reaches the right people, once a day, and nobody else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings

from integrations.models import Connection
from integrations.slack.simulator import DEMO_CHANNEL, DEMO_PLATFORM_TOKEN
from notifications.models import NotificationEvent, NotificationSendLog
from notifications.services.notices import tell_notice
from tests.factories import ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.notifications.support import OPS, connect_resend, connect_slack, deliver, global_webhook, rows, workspace
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.contracts import Notice
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.jobs.services.announce import announce
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.usefixtures("clean_cache")
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def notice(owner: Workspace | None, text: str = "Check the calendar", **more: Any) -> Notice:
    values: dict[str, Any] = {"kind": "availability_empty", "notice_key": str(uuid4()), **more}
    return Notice(workspace_id=owner.pk if owner else None, text=text, **values)


@pytest.fixture
def northwind(db: None) -> Workspace:
    found = workspace(channels=(DEMO_CHANNEL, "C0SALES"))
    connect_slack(found)
    connect_resend(found)
    return found


@pytest.mark.parametrize(
    ("ways", "destinations"),
    [(("email",), {"email"}), (("slack",), {"slack"}), (("email", "slack"), {"email", "slack"})],
)
def test_ways_that_are_named_are_used(northwind: Workspace, ways: tuple[str, ...], destinations: set[str]) -> None:
    tell_notice(notice(northwind, "A new lead arrived.", kind="lead_routed", ways=ways))

    assert {row[0] for row in rows()} == set(ways)


def test_every_channel_hears_of_it(northwind: Workspace, simulator: RunningSimulator) -> None:
    lead = LeadFactory(workspace=northwind, first_name="Dana", last_name="Reyes")

    tell_notice(notice(northwind, "Nobody answered for two hours", lead_id=lead.pk))
    deliver()

    assert rows() == [("slack", DEMO_CHANNEL, "sent", ""), ("slack", "C0SALES", "sent", "")]
    assert simulator.state.slack.texts(DEMO_CHANNEL) == [
        "Northwind: Nobody answered for two hours\n"
        "Lead: Dana Reyes\n"
        f"Link: https://app.example.net/?view=inbox&amp;clientId={northwind.pk}&amp;leadId={lead.pk}"
    ]
    assert simulator.requests("resend") == []
    event = NotificationEvent.objects.get()
    assert (event.workspace_id, event.lead_id, event.kind) == (northwind.pk, lead.pk, "availability_empty")
    assert set(NotificationSendLog.objects.values_list("event_id", "lead_id")) == {(event.pk, lead.pk)}


def test_without_slack_one_mail_goes_to_all(db: None, simulator: RunningSimulator) -> None:
    owner = workspace()
    connect_resend(owner)

    tell_notice(notice(owner))
    deliver()

    (mail,) = simulator.state.resend.emails
    assert (mail["to"], mail["subject"]) == ([OPS], "[Northwind] Check the calendar")
    assert mail["text"] == "Northwind: Check the calendar"


@pytest.mark.parametrize(
    ("chosen", "slack", "resend", "expected"),
    [
        ({"slack_alerts": False}, True, False, ["email_not_configured", "slack_off"]),
        ({}, False, False, ["email_not_configured", "slack_not_configured"]),
        ({"notification_slack_channel_ids": []}, True, False, ["email_not_configured", "no_recipients"]),
        ({"notification_slack_channel_ids": [], "notification_emails": []}, True, True, ["no_recipients"] * 2),
        ({"slack_alerts": False, "notification_emails": []}, False, True, ["no_recipients", "slack_off"]),
    ],
)
def test_why_nobody_was_told(
    db: None, simulator: RunningSimulator, chosen: dict[str, Any], slack: bool, resend: bool, expected: list[str]
) -> None:
    owner = workspace(**chosen)
    if slack:
        connect_slack(owner)
    if resend:
        connect_resend(owner)

    tell_notice(notice(owner))
    deliver()

    assert rows() == [("email", "-", "skipped", expected[0]), ("slack", "-", "skipped", expected[1])]
    assert simulator.requests("slack") == simulator.requests("resend") == []


def test_lost_slack_is_replaced_by_mail(northwind: Workspace, simulator: RunningSimulator) -> None:
    Connection.objects.filter(provider="SLACK").update(status="DISCONNECTED")

    tell_notice(notice(northwind))

    assert [(destination, target) for destination, target, _, _ in rows()] == [("email", "all")]


def test_once_a_day_for_each_subject(northwind: Workspace) -> None:
    lead, other = LeadFactory(workspace=northwind), LeadFactory(workspace=northwind)
    # 23:30 and, half an hour later, midnight in New York.
    late = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
    told = [
        (notice(northwind, lead_id=lead.pk), NOON),
        (notice(northwind, lead_id=lead.pk), late),
        (notice(northwind, lead_id=other.pk), NOON),
        (notice(northwind), NOON),
        (notice(northwind, lead_id=lead.pk), late + timedelta(minutes=30)),
    ]

    counts = []
    for one, at in told:
        tell_notice(one, now=at)
        counts.append(NotificationSendLog.objects.filter(target=DEMO_CHANNEL).count())

    assert counts == [1, 1, 2, 3, 4]
    assert NotificationEvent.objects.count() == 5


def test_overdue_replies_are_told_each(northwind: Workspace) -> None:
    for key in ("m1", "m2", "m1"):
        tell_notice(notice(northwind, kind="reply_overdue", notice_key=key), now=NOON)

    assert NotificationSendLog.objects.filter(target=DEMO_CHANNEL).count() == 2


def test_hard_10_once_per_recipient_repeated_receiver(northwind: Workspace, simulator: RunningSimulator) -> None:
    one = notice(northwind)
    for _ in range(3):
        tell_notice(one)
        deliver()

    assert len(simulator.state.slack.texts(DEMO_CHANNEL)) == 1


def test_hard_10_inside_workspace(northwind: Workspace, simulator: RunningSimulator) -> None:
    """A notice that names a lead of another workspace names nobody; each workspace uses its own channels."""
    granite = workspace("Granite Co", channels=("G0OWNERS",))
    connect_slack(granite)
    stranger = LeadFactory(workspace=granite, first_name="Secret", last_name="Person")

    tell_notice(notice(northwind, lead_id=stranger.pk))
    deliver()

    text = simulator.state.slack.texts(DEMO_CHANNEL)[0]
    assert "Secret" not in text
    assert str(stranger.pk) not in text
    assert NotificationEvent.objects.get().lead_id is None
    assert simulator.state.slack.texts("G0OWNERS") == []


def test_hard_10_inert_text(northwind: Workspace, simulator: RunningSimulator) -> None:
    lead = LeadFactory(
        workspace=northwind, first_name="<!channel>", last_name="<@U0PRIYA> & <https://evil.example|you>\r\nBcc: x@y.z"
    )

    tell_notice(notice(northwind, "<!here> @channel\r\nSubject: x", lead_id=lead.pk))
    Connection.objects.filter(provider="SLACK").update(is_active=False)
    tell_notice(notice(northwind, "<!here>\r\nBcc: x@y.z", kind="followups_blocked", lead_id=lead.pk))
    Connection.objects.filter(provider="SLACK").update(is_active=True)
    deliver()

    posted = next(call for call in simulator.requests("slack", path="/api/chat.postMessage"))["json"]
    lines = posted["text"].split("\n")
    assert lines[0] == "Northwind: &lt;!here&gt; @channel Subject: x"
    assert lines[1] == ("Lead: &lt;!channel&gt; &lt;@U0PRIYA&gt; &amp; &lt;https://evil.example|you&gt; Bcc: x@y.z")
    assert len(lines) == 3
    # @channel in plain words means nothing unless Slack is asked to look for names.
    assert "link_names" not in posted
    assert "parse" not in posted
    (mail,) = simulator.state.resend.emails
    assert "\n" not in mail["subject"]
    assert "\r" not in mail["subject"]
    assert set(mail) == {"from", "to", "subject", "text", "id"}


def test_deleted_lead_is_not_told(northwind: Workspace, simulator: RunningSimulator) -> None:
    lead = LeadFactory(workspace=northwind)
    tell_notice(notice(northwind, lead_id=lead.pk))
    lead.delete()

    deliver()

    assert {(status, reason) for _, _, status, reason in rows()} == {("skipped", "lead_deleted")}
    assert simulator.requests("slack") == []


def test_suspended_workspace_is_left_alone(northwind: Workspace, simulator: RunningSimulator) -> None:
    Workspace.objects.filter(pk=northwind.pk).update(status="suspended")

    tell_notice(notice(northwind))

    assert rows() == [("email", "-", "skipped", "suspended"), ("slack", "-", "skipped", "suspended")]


def test_hard_10_notification_never_fails_a_job(northwind: Workspace, simulator: RunningSimulator) -> None:
    """Slack is down and the token is gone: whoever announced is done, the notice waits in the outbox."""
    simulator.script("slack", times=20, status=500, body={})
    announce(notice(northwind))

    drain()
    deliver()

    assert set(BackgroundJob.objects.values_list("type", "status")) == {("RECEIVER", JobStatus.SUCCEEDED)}
    assert {status for _, _, status, _ in rows()} == {"pending"}


def test_hard_10_notification_never_fails_a_job_reply_is_kept(
    northwind: Workspace, simulator: RunningSimulator, client: ZrgClient
) -> None:
    """A reply without text announces a notice; everything about it works although nobody can be told."""
    from inbox.models import Message
    from tests.integrations.emailbison.payloads import REPLY, URL, call

    ConnectionFactory(workspace=northwind, external_account_id="14", host="send.meetinboxxia.com")
    simulator.state.slack.tokens.clear()
    now = datetime.now(UTC).isoformat()
    body = call(
        reply={**REPLY, "text_body": "", "html_body": "", "date_received": now, "created_at": now, "email_subject": ""}
    )

    assert client.post(URL, body, content_type="application/json").status_code == 200
    drain()
    deliver()
    # The refused token is a notice of its own.
    drain()

    assert WebhookEvent.objects.get().outcome == "processed"
    assert Message.objects.filter(direction="inbound").count() == 1
    assert not BackgroundJob.objects.exclude(status__in=[JobStatus.SUCCEEDED, JobStatus.CANCELLED]).exists()
    assert ("slack", DEMO_CHANNEL, "failed", "invalid_auth") in rows(kind="attachment_only")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (
            {"webhook": True, "SLACK_BOT_TOKEN": DEMO_PLATFORM_TOKEN, "PLATFORM_ALERT_EMAILS": OPS},
            [("slack", "global")],
        ),
        (
            {"SLACK_BOT_TOKEN": DEMO_PLATFORM_TOKEN, "PLATFORM_ALERT_EMAILS": " Kim@outbound.example, no address,,"},
            [("slack_dm", "kim@outbound.example")],
        ),
        (
            {"RESEND_API_KEY": "re_simulator_key", "RESEND_FROM_EMAIL": "z@zrg.example", "PLATFORM_ALERT_EMAILS": OPS},
            [("email", OPS)],
        ),
    ],
)
def test_platform_notices(
    db: None,
    simulator: RunningSimulator,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, Any],
    expected: list[tuple[str, str]],
) -> None:
    if environment.pop("webhook", False):
        monkeypatch.setenv("SLACK_WEBHOOK_URL", global_webhook(simulator.url))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    tell_notice(notice(None, "Oldest due work waits for 31 minutes", kind="platform_alert", notice_key="queue_age:h"))
    deliver()

    assert [(row[0], row[1], row[2]) for row in rows()] == [(*one, "sent") for one in expected]
    assert NotificationEvent.objects.get().workspace_id is None


def test_platform_notice_without_anybody(db: None) -> None:
    tell_notice(notice(None, "x", kind="platform_alert"))

    assert rows() == [("slack", "-", "skipped", "no_recipients")]


def test_platform_alert_once_per_kind_and_hour(
    db: None, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", global_webhook(simulator.url))
    for key in (
        "queue_age:2026-03-02T10",
        "queue_age:2026-03-02T10",
        "unrouted:2026-03-02T10",
        "queue_age:2026-03-02T11",
    ):
        tell_notice(notice(None, key, kind="platform_alert", notice_key=key))
    deliver()

    assert len(simulator.state.slack.webhook_texts) == 3


@override_settings(MAIL_CONFIGURED=True)
def test_smtp_carries_what_resend_does_not(db: None, mailoutbox: list[Any], settings: Any) -> None:
    settings.MAIL_TRANSPORT = {"email_backend": "django.core.mail.backends.locmem.EmailBackend"}
    owner = workspace()

    tell_notice(notice(owner))
    deliver()

    assert [mail.to for mail in mailoutbox] == [[OPS]]
    assert NotificationSendLog.objects.get().via == "smtp"

"""The outbox against the simulated Slack and Resend: what is sent, to whom, how fast, and what is not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.slack.simulator import DEMO_CHANNEL, DEMO_PLATFORM_TOKEN
from notifications.constants import GLOBAL_WEBHOOK
from notifications.models import NotificationSendLog
from notifications.services.outbox import mark_handled, requeue
from tests.notifications.support import (
    OPS,
    POST,
    SENDER,
    deliver,
    global_webhook,
    put,
    put_mail,
    put_slack,
    rows,
    the_row,
    workspace,
)
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.usefixtures("clean_cache")


def test_slack_row_is_posted_and_refers_to_its_message(northwind: Workspace, simulator: RunningSimulator) -> None:
    put_slack(northwind)

    deliver()

    (message,) = simulator.state.slack.messages
    row = the_row()
    assert (message["text"], row.status, row.via) == ("Hello", "sent", "slack")
    assert row.provider_ref == f"{DEMO_CHANNEL}:{message['ts']}"
    assert row.sent_at is not None


def test_mail_goes_once_to_all_addresses(northwind: Workspace, simulator: RunningSimulator) -> None:
    put_mail(northwind)

    deliver()

    (mail,) = simulator.state.resend.emails
    assert (mail["from"], mail["to"], mail["subject"]) == (SENDER, [OPS, "boss@northwind.example"], "News")
    assert (the_row().status, the_row().via, the_row().provider_ref) == ("sent", "resend", mail["id"])
    assert simulator.requests("resend")[0]["headers"]["idempotency-key"] == "k1"


@pytest.mark.parametrize(
    ("kind", "hours", "status"),
    [
        ("sentiment_realtime", 2.1, "failed"),
        ("sentiment_realtime", 1.9, "sent"),
        ("daily_digest", 12.1, "failed"),
        ("daily_digest", 11.9, "sent"),
        ("integration_health", 48, "sent"),
    ],
)
def test_old_news_is_not_told(
    northwind: Workspace, simulator: RunningSimulator, kind: str, hours: float, status: str
) -> None:
    put_slack(northwind, kind=kind)
    NotificationSendLog.objects.update(created_at=timezone.now() - timedelta(hours=hours))

    deliver()

    assert (the_row().status, the_row().reason) == (status, "stale" if status == "failed" else "")


def test_missing_credentials_fail_at_once(db: None, simulator: RunningSimulator) -> None:
    owner = workspace()
    put_slack(owner, key="k1")
    put_mail(owner, key="k2")
    put(None, "slack", GLOBAL_WEBHOOK, key="k3")
    put(None, "slack_dm", "kim@outbound.example", key="k4")

    deliver()

    assert {status for _, _, status, _ in rows()} == {"failed"}
    assert {reason for _, _, _, reason in rows()} == {"not_configured"}


def test_platform_rows(db: None, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", global_webhook(simulator.url))
    monkeypatch.setenv("SLACK_BOT_TOKEN", DEMO_PLATFORM_TOKEN)
    put(None, "slack", GLOBAL_WEBHOOK, key="k1")
    put(None, "slack_dm", "kim@outbound.example", key="k2")

    deliver()

    assert simulator.state.slack.webhook_texts == ["Hello"]
    assert simulator.state.slack.texts("D0KIM") == ["Hello"]
    assert {status for _, _, status, _ in rows()} == {"sent"}


def test_direct_message_of_a_workspace(northwind: Workspace, simulator: RunningSimulator) -> None:
    put(northwind, "slack_dm", "U0PRIYA")

    deliver()

    assert simulator.state.slack.texts("D0PRIYA") == ["Hello"]
    assert the_row().provider_ref.startswith("D0PRIYA:")


def test_account_mails_leave_from_the_platform(
    northwind: Workspace, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESEND_API_KEY", "re_simulator_key")
    monkeypatch.setenv("RESEND_FROM_EMAIL", "ZRG <platform@zrg.example>")
    put(northwind, "email", "new@people.example", kind="invitation")

    deliver()

    (mail,) = simulator.state.resend.emails
    assert (mail["from"], mail["to"]) == ("ZRG <platform@zrg.example>", ["new@people.example"])


def test_one_message_a_second_to_a_channel(northwind: Workspace, simulator: RunningSimulator) -> None:
    from notifications.services.outbox import deliver_outbox
    from tests.notifications.support import run_context

    for number in range(3):
        put_slack(northwind, key=f"k{number}")
    waits: list[float] = []

    deliver_outbox(run_context(), pause=waits.append)

    assert len(simulator.state.slack.messages) == 3
    assert len(waits) >= 1
    assert all(0 < wait <= 1 for wait in waits)


def test_trouble_of_our_own_stops_nobody(northwind: Workspace, simulator: RunningSimulator) -> None:
    put_slack(northwind, key="k1")
    NotificationSendLog.objects.update(payload={"encrypted": "no token"})
    put_slack(northwind, key="k2")

    deliver()

    assert [status for _, _, status, _ in rows()] == ["pending", "sent"]


def test_handled_rows_are_not_tried_again(northwind: Workspace, simulator: RunningSimulator) -> None:
    put_slack(northwind)
    simulator.script("slack", POST, close="before")
    deliver()
    row = the_row()

    assert mark_handled(row)
    assert not mark_handled(row)
    assert not requeue(row)
    assert rows() == [("slack", DEMO_CHANNEL, "skipped", "handled:network")]


def test_hard_10_inert_text_no_token_in_rows(northwind: Workspace, simulator: RunningSimulator) -> None:
    put_slack(northwind)
    simulator.script("slack", POST, status=200, body={"ok": False, "error": "xoxb-simulator-workspace is bad"})

    deliver()

    assert the_row().reason == "bad_request"

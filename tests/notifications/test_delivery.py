"""The outbox against the simulated Slack and Resend: each fault ends in its state, nothing arrives twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Connection, ProviderBudget
from integrations.slack.simulator import DEMO_CHANNEL, DEMO_PLATFORM_TOKEN
from notifications.constants import ALL_ADDRESSES, GLOBAL_WEBHOOK
from notifications.models import NotificationSendLog
from notifications.services.outbox import NewRow, claim_due, enqueue, mark_handled, requeue, settle_abandoned
from tests.notifications.support import (
    OPS,
    SENDER,
    connect_resend,
    connect_slack,
    deliver,
    global_webhook,
    make_due,
    rows,
    workspace,
)
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.usefixtures("clean_cache")
POST = "/api/chat.postMessage"


@pytest.fixture
def northwind(db: None) -> Workspace:
    """Connected to Slack and Resend."""
    found = workspace()
    connect_slack(found)
    connect_resend(found)
    return found


def put(
    owner: Workspace | None,
    destination: str,
    target: str,
    *,
    kind: str = "availability_empty",
    key: str = "k1",
    **more: Any,
) -> None:
    row = NewRow(kind=kind, destination=destination, target=target, key=key, text="Hello", subject="News", **more)
    enqueue([row], event=None, workspace_id=owner.pk if owner else None)


def put_slack(owner: Workspace, **more: Any) -> None:
    put(owner, "slack", DEMO_CHANNEL, **more)


def put_mail(owner: Workspace, **more: Any) -> None:
    put(owner, "email", ALL_ADDRESSES, recipients=(OPS, "boss@northwind.example"), **more)


def the_row() -> NotificationSendLog:
    return NotificationSendLog.objects.get()


def run_out(simulator: RunningSimulator) -> None:
    """Every attempt the outbox is willing to make."""
    for _ in range(8):
        make_due()
        deliver()


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
    ("respond", "status", "reason"),
    [
        ({"status": 429, "headers": {"Retry-After": "600"}}, "pending", "rate_limited"),
        ({"status": 503, "body": {}}, "pending", "provider_5xx"),
        ({"status": 200, "body": {"ok": False, "error": "internal_error"}}, "pending", "provider_5xx"),
        ({"status": 200, "body": {"ok": False, "error": "ratelimited"}}, "pending", "rate_limited"),
        ({"close": "before"}, "unknown", "network"),
        ({"close": "after"}, "unknown", "network"),
        ({"status": 200, "body": "<html>"}, "unknown", "invalid_response"),
        ({"status": 200, "body": {"ok": False, "error": "channel_not_found"}}, "failed", "channel_not_found"),
        ({"status": 200, "body": {"ok": False, "error": "is_archived"}}, "failed", "is_archived"),
        ({"status": 200, "body": {"ok": False, "error": "token_revoked"}}, "failed", "token_revoked"),
    ],
)
def test_hard_10_once_per_recipient_slack_faults(
    northwind: Workspace, simulator: RunningSimulator, respond: dict[str, Any], status: str, reason: str
) -> None:
    put_slack(northwind)
    simulator.script("slack", POST, **respond)

    deliver()

    row = the_row()
    assert (row.status, row.reason) == (status, reason)
    run_out(simulator)
    posts = len(simulator.requests("slack", path=POST))
    if status == "pending":
        assert (the_row().status, simulator.state.slack.texts(DEMO_CHANNEL), posts) == ("sent", ["Hello"], 2)
    else:
        assert (the_row().status, posts) == (status, 1)
        assert len(simulator.state.slack.messages) == (1 if respond.get("close") == "after" else 0)


def test_hard_10_once_per_recipient_timeout_after_acceptance(
    northwind: Workspace, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack accepts what it is too slow to confirm; the row says unknown and stays."""
    monkeypatch.setenv("SLACK_TIMEOUT_MS", "1000")
    put_slack(northwind)
    simulator.script("slack", POST, delay_ms=1_300)

    deliver()

    assert (the_row().status, the_row().reason) == ("unknown", "timeout")
    run_out(simulator)
    assert (the_row().status, the_row().attempts) == ("unknown", 1)


def test_rate_limit_waits_as_long_as_asked(northwind: Workspace, simulator: RunningSimulator) -> None:
    put_slack(northwind)
    simulator.script("slack", POST, status=429, headers={"Retry-After": "600"})

    deliver()

    wait = (the_row().next_attempt_at - timezone.now()).total_seconds()
    assert 590 < wait < 610


def test_lost_token_disconnects(northwind: Workspace, simulator: RunningSimulator) -> None:
    put_slack(northwind)
    simulator.state.slack.tokens.clear()

    deliver()

    assert rows() == [("slack", DEMO_CHANNEL, "failed", "invalid_auth")]
    assert Connection.objects.get(provider="SLACK").status == "DISCONNECTED"


@pytest.mark.parametrize(
    ("respond", "status", "reason"),
    [
        ({"status": 429, "body": {"name": "rate_limit_exceeded"}}, "pending", "rate_limited"),
        ({"status": 500, "body": {}}, "pending", "provider_5xx"),
        ({"close": "before"}, "pending", "network"),
        ({"close": "after"}, "pending", "network"),
        ({"status": 200, "body": "gateway"}, "pending", "invalid_response"),
        ({"status": 409, "body": {"name": "concurrent_idempotent_requests", "message": "x"}}, "pending", "conflict"),
        ({"status": 409, "body": {"name": "invalid_idempotent_request", "message": "x"}}, "failed", "conflict"),
        ({"status": 422, "body": {"name": "validation_error", "message": "x"}}, "failed", "unprocessable"),
        ({"status": 403, "body": {"name": "validation_error", "message": "x"}}, "failed", "sender_invalid"),
    ],
)
def test_hard_10_once_per_recipient_mail_faults(
    northwind: Workspace, simulator: RunningSimulator, respond: dict[str, Any], status: str, reason: str
) -> None:
    put_mail(northwind)
    simulator.script("resend", "/emails", **respond)

    deliver()

    assert (the_row().status, the_row().reason) == (status, reason)
    run_out(simulator)
    keys = {call["headers"]["idempotency-key"] for call in simulator.requests("resend")}
    assert keys == {"k1"}
    if status == "pending":
        assert (the_row().status, len(simulator.state.resend.emails)) == ("sent", 1)
    else:
        assert (the_row().status, simulator.state.resend.emails) == ("failed", [])


def test_six_attempts_then_failed(northwind: Workspace, simulator: RunningSimulator) -> None:
    put_mail(northwind)
    simulator.script("resend", "/emails", times=20, status=429, body={"name": "rate_limit_exceeded"})

    run_out(simulator)

    assert (the_row().status, the_row().attempts, len(simulator.requests("resend"))) == ("failed", 6, 6)


def test_six_uncertain_attempts_end_unknown(northwind: Workspace, simulator: RunningSimulator) -> None:
    """The circuit opens after five outages and makes no call; in the end nobody knows whether one arrived."""
    put_mail(northwind)
    simulator.script("resend", "/emails", times=20, close="before")

    for _ in range(8):
        ProviderBudget.objects.all().delete()
        make_due()
        deliver()

    row = the_row()
    assert (row.status, row.attempts, len(simulator.requests("resend"))) == ("unknown", 6, 6)
    assert not requeue(row)


def test_open_circuit_spends_no_attempt(northwind: Workspace, simulator: RunningSimulator) -> None:
    until = timezone.now() + timedelta(minutes=10)
    ProviderBudget.objects.create(
        workspace=northwind, provider="SLACK", state="open", open_seconds=600, next_try_at=until
    )
    put_slack(northwind)

    deliver()

    row = the_row()
    assert (row.status, row.attempts, simulator.requests("slack")) == ("pending", 0, [])
    assert abs((row.next_attempt_at - until).total_seconds()) < 5


def test_one_targets_trouble_is_not_anothers(northwind: Workspace, simulator: RunningSimulator) -> None:
    put(northwind, "slack", "C0GONE", key="k1")
    put(northwind, "slack", DEMO_CHANNEL, key="k2")
    put_mail(northwind, key="k3")

    deliver()

    assert rows() == [
        ("email", "all", "sent", ""),
        ("slack", DEMO_CHANNEL, "sent", ""),
        ("slack", "C0GONE", "failed", "channel_not_found"),
    ]


def test_sender_that_died_while_mailing_is_repeated_with_the_key(
    northwind: Workspace, simulator: RunningSimulator
) -> None:
    put_mail(northwind)
    died_while("resend")

    assert settle_abandoned() == 1
    deliver()

    assert (the_row().status, len(simulator.state.resend.emails)) == ("sent", 1)
    assert the_row().uncertain_at is not None


def test_sender_that_died_while_posting_is_not_repeated(northwind: Workspace, simulator: RunningSimulator) -> None:
    put_slack(northwind)
    died_while("slack")

    assert settle_abandoned() == 1
    deliver()

    assert (the_row().status, the_row().reason, simulator.state.slack.messages) == ("unknown", "sender_died", [])


def died_while(via: str) -> None:
    claim_due()
    NotificationSendLog.objects.update(via=via, locked_at=timezone.now() - timedelta(minutes=6))


def test_key_is_not_trusted_for_longer_than_it_is_remembered(northwind: Workspace, simulator: RunningSimulator) -> None:
    put_mail(northwind)
    NotificationSendLog.objects.update(uncertain_at=timezone.now() - timedelta(hours=24))

    deliver()

    assert (the_row().status, the_row().reason, simulator.requests("resend")) == ("unknown", "key_forgotten", [])


def test_mail_that_may_be_at_resend_does_not_change_its_way(
    db: None, simulator: RunningSimulator, settings: Any
) -> None:
    settings.MAIL_CONFIGURED = True
    put_mail(workspace())
    NotificationSendLog.objects.update(uncertain_at=timezone.now())

    deliver()

    assert (the_row().status, the_row().reason) == ("unknown", "way_changed")


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

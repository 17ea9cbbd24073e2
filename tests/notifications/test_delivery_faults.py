"""Each fault of Slack and Resend ends in its state, and nothing arrives twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Connection, ProviderBudget
from integrations.slack.simulator import DEMO_CHANNEL
from notifications.models import NotificationSendLog
from notifications.services.outbox import claim_due, requeue, settle_abandoned
from tests.notifications.support import (
    POST,
    deliver,
    make_due,
    put,
    put_mail,
    put_slack,
    rows,
    run_out,
    the_row,
    workspace,
)
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.usefixtures("clean_cache")


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

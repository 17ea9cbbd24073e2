"""Alerts of the queue and unrouted calls reach the staff of the installation."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.models import NotificationEvent
from notifications.schedules import look_for_due
from notifications.services.unrouted import announce_unrouted
from tests.notifications.support import deliver, global_webhook
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.contracts import RunContext
from zrg.jobs.models import WebhookEvent
from zrg.jobs.services.alerts import raise_alerts

pytestmark = pytest.mark.usefixtures("clean_cache")


@pytest.fixture(autouse=True)
def _webhook(simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", global_webhook(simulator.url))


def context(job: str) -> RunContext:
    return RunContext(job=job, deadline=time.monotonic() + 30, correlation_id="test")


def unrouted(key: str, provider: str = "EMAILBISON") -> None:
    WebhookEvent.objects.create(
        provider=provider, event_type="x", dedupe_key=key, status="UNROUTED", finished_at=timezone.now()
    )


def test_queue_alerts_reach_the_channel_once_an_hour(db: None, simulator: RunningSimulator) -> None:
    unrouted("k1")

    for _ in range(2):
        raise_alerts(context("maintenance"))
        drain()
        deliver()

    texts = [text for text in simulator.state.slack.webhook_texts if "unknown workspaces" in text]
    assert texts == ["1 inbound calls of unknown workspaces within the hour"]


def test_unrouted_calls_are_told_once_a_day(db: None, simulator: RunningSimulator) -> None:
    for number in range(3):
        unrouted(f"k{number}", "EMAILBISON" if number else "GHL")
    now = timezone.now()

    for hours in (0, 1, 24):
        assert announce_unrouted(now=now.replace(hour=12) + timedelta(hours=hours)) == 3
    drain()
    deliver()

    assert (
        simulator.state.slack.webhook_texts
        == ["Inbound calls of unknown workspaces wait for a person: EMAILBISON 2, GHL 1"] * 2
    )


def test_nothing_unrouted_nothing_told(db: None) -> None:
    look_for_due(context("notifications"))
    drain()

    assert not NotificationEvent.objects.exists()

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.zrg.jobs.support import make_event, make_workspace
from zrg.jobs import registry
from zrg.jobs.contracts import Notice, RunContext
from zrg.jobs.models import BackgroundJob, ScheduledJob
from zrg.jobs.services import alerts
from zrg.jobs.services.schedules import sync_schedules

pytestmark = pytest.mark.django_db


def kinds():
    return {alert.kind for alert in alerts.current_alerts()}


def test_quiet_installation_has_no_alert():
    sync_schedules()

    assert kinds() == set()


def test_old_due_work_is_an_alert():
    ws = make_workspace()
    BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key="k", run_at=timezone.now() - timedelta(minutes=31))

    assert kinds() == {"queue_age"}


def test_silent_schedule_is_an_alert():
    sync_schedules()
    ScheduledJob.objects.filter(pk="maintenance").update(created_at=timezone.now() - timedelta(minutes=31))

    assert kinds() == {"schedule:maintenance"}


def test_dead_letters_are_an_alert_and_urgent_ones_at_once():
    ws = make_workspace()
    make_event(ws, key="reply", status="FAILED", priority=10, finished_at=timezone.now())
    assert kinds() == {"dead_urgent"}

    for number in range(20):
        BackgroundJob.objects.create(
            type="T", workspace=ws, dedupe_key=str(number), status="FAILED", finished_at=timezone.now()
        )
    assert kinds() == {"dead_urgent", "dead_letters"}


def test_unrouted_calls_are_an_alert():
    make_event(None, status="UNROUTED", finished_at=timezone.now())

    assert kinds() == {"unrouted"}


def test_alert_is_announced_once_an_hour(monkeypatch):
    monkeypatch.setattr(registry, "_receivers", registry.defaultdict(dict))
    monkeypatch.setattr(registry, "_events", {})
    registry.register_event_receiver(Notice, "told", print)
    make_event(None, status="UNROUTED", finished_at=timezone.now())

    for _ in range(2):
        alerts.raise_alerts(RunContext(job="maintenance", deadline=float("inf"), correlation_id="c"))

    assert BackgroundJob.objects.filter(type="RECEIVER").count() == 1

from datetime import timedelta

import pytest
from django.utils import timezone

from zrg.jobs.models import JobsHeartbeat
from zrg.jobs.services.heartbeats import beat_now, check_alive
from zrg.workspaces.registry import health_checks

pytestmark = pytest.mark.django_db


def test_fresh_heartbeats_are_healthy():
    beat_now(["beat", "worker:jobs"], "host")
    beat_now(["beat"], "host")

    health = check_alive(["beat", "worker:jobs"])

    assert (health.ok, health.data["age_seconds"]) == (True, {"beat": 0, "worker:jobs": 0})
    assert JobsHeartbeat.objects.count() == 2


def test_missing_or_old_heartbeat_is_named():
    beat_now(["beat"])
    JobsHeartbeat.objects.update(seen_at=timezone.now() - timedelta(seconds=121))

    health = check_alive(["beat", "worker:events"])

    assert (health.ok, health.detail) == (False, "silent: beat, worker:events")


def test_readiness_asks_for_beat_and_workers():
    assert {"beat", "workers"} <= set(health_checks())

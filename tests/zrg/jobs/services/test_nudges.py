from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from tests.zrg.jobs.support import make_workspace, schedule_registered
from zrg.jobs.contracts import ScheduleSpec
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services import nudges
from zrg.jobs.services.enqueue import enqueue_job
from zrg.jobs.services.nudges import Watch, nudge, nudge_queue
from zrg.workspaces.context import tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    messages = []

    def send(task, argument, **options):
        messages.append((argument, options["queue"], round(options["countdown"])))
        return "id"

    monkeypatch.setattr(nudges, "send", send)
    monkeypatch.setattr(nudges, "_last_tried", {})
    cache.clear()
    return messages


def other_process():
    """Another process knows nothing of what this one did last."""
    nudges._last_tried.clear()


def test_nudges_of_a_second_are_one_message(sent):
    answers = [nudge_queue("jobs") for _ in range(3)]
    other_process()

    assert [*answers, nudge_queue("jobs")] == [True, False, False, False]
    assert sent == [("jobs", "jobs", 0)]


def test_queues_are_nudged_apart(sent):
    nudge_queue("jobs")
    nudge_queue("events")

    assert [queue for _, queue, _ in sent] == ["jobs", "events"]


def test_watched_queue_needs_no_nudge(sent):
    watch = Watch("jobs")
    watch.keep()
    assert nudge_queue("jobs") is False

    other_process()
    watch.drop()
    assert nudge_queue("jobs") is True


def test_worker_loop_needs_no_nudge(sent):
    nudges.keep_loop_known()

    assert nudge_queue("jobs") is False
    assert nudge_queue("jobs", run_at=datetime.now(UTC) + timedelta(minutes=1)) is False


def test_later_work_is_nudged_at_its_time(sent):
    moment = datetime.now(UTC) + timedelta(minutes=2)

    assert nudge_queue("jobs", run_at=moment) is True
    assert nudge_queue("jobs", run_at=moment) is False
    assert nudge_queue("jobs", run_at=datetime.now(UTC) + timedelta(minutes=16)) is False
    assert [(name, 119 <= countdown <= 121) for name, _, countdown in sent] == [("jobs", True)]


def test_lost_nudge_loses_no_row(monkeypatch, django_capture_on_commit_callbacks):
    def refuse(*_, **__):
        raise OSError("no broker")

    monkeypatch.setattr(nudges, "send", refuse)
    ws = make_workspace()

    with django_capture_on_commit_callbacks(execute=True), tenant(ws.pk):
        enqueue_job("T", ws.pk, dedupe_key="k")

    assert BackgroundJob.objects.count() == 1


def test_many_jobs_of_a_transaction_are_one_message(sent, django_capture_on_commit_callbacks):
    ws = make_workspace()

    with django_capture_on_commit_callbacks(execute=True), tenant(ws.pk):
        for number in range(5):
            enqueue_job("T", ws.pk, dedupe_key=str(number))

    assert sent == [("jobs", "jobs", 0)]


def test_schedule_is_nudged_by_name_on_its_queue(sent):
    spec = ScheduleSpec(
        name="demo-sends", cadence=None, budget_seconds=1, stale_alert_seconds=None, handler=print, queue="sends"
    )
    with schedule_registered(spec):
        assert nudge("demo-sends") is True

    assert nudge("nobody") is False
    assert sent == [("demo-sends", "sends", 0)]


def test_broken_cache_costs_a_nudge_only(monkeypatch):
    monkeypatch.setattr(nudges.cache, "get_many", lambda *_: 1 / 0)

    assert nudge_queue("jobs") is False

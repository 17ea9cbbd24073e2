from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.zrg.jobs.support import schedule_registered
from zrg.jobs.contracts import ScheduleSpec
from zrg.jobs.enums import RunSource
from zrg.jobs.errors import UnknownSchedule
from zrg.jobs.models import ScheduledJob, TaskRun
from zrg.jobs.services import dispatching
from zrg.jobs.services.dispatching import dispatch_run
from zrg.jobs.services.runs import RunInterrupted, run_task

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 5, 12, 0, 5, tzinfo=UTC)


def spec(handler=lambda ctx: None, **values):
    return ScheduleSpec(
        **{
            "name": "demo",
            "cadence": timedelta(minutes=1),
            "budget_seconds": 60,
            "stale_alert_seconds": 300,
            "handler": handler,
            **values,
        }
    )


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(
        dispatching, "send", lambda task, argument, **options: messages.append((argument, options)) or "id"
    )
    return messages


def ask(**values):
    return dispatch_run("demo", RunSource.TEST, now=NOON, **values)


def test_dispatch_sends_one_message_with_the_limits_of_the_budget(sent):
    with schedule_registered(spec()):
        answer = ask()

    run = TaskRun.objects.get()
    assert (answer.enqueued, run.status, run.celery_task_id) == (True, "ENQUEUED", "id")
    assert run.dispatch_key == "cron:demo:2026-03-05T12:00"
    assert sent == [(str(run.pk), {"queue": "scheduled", "soft_time_limit": 90, "time_limit": 120})]


def test_second_request_of_a_window_is_suppressed(sent):
    with schedule_registered(spec()):
        first = ask()
        second = dispatch_run("demo", RunSource.BEAT, now=NOON + timedelta(seconds=40))

    assert (second.duplicate, second.run.pk, len(sent)) == (True, first.run.pk, 1)


def test_parameters_at_their_defaults_share_the_window(sent):
    with schedule_registered(spec(default_params={"limit": 100})):
        ask()
        assert ask(params={"limit": 100, "dryRun": False}).duplicate is True
        assert ask(params={"limit": 5}).enqueued is True


def test_broker_away_leaves_a_row_that_the_next_request_takes_over(monkeypatch, sent):
    def refuse(*_, **__):
        raise OSError("no broker")

    with schedule_registered(spec()):
        with monkeypatch.context() as patch:
            patch.setattr(dispatching, "send", refuse)
            failed = ask()
            assert (failed.failed, TaskRun.objects.get().status) == (True, "ENQUEUE_FAILED")
        assert ask().enqueued is True

    assert TaskRun.objects.get().status == "ENQUEUED"


def test_disabled_schedule_is_skipped(sent):
    ScheduledJob.objects.create(name="demo", cadence="", budget_seconds=1, enabled=False)

    with schedule_registered(spec()):
        ask()

    run = TaskRun.objects.get()
    assert (run.status, run.stats, sent) == ("SKIPPED", {"reason": "disabled"}, [])


def test_unknown_schedule_is_refused():
    with pytest.raises(UnknownSchedule):
        dispatch_run("nobody", RunSource.TEST)


def running(minutes, **values):
    return TaskRun.objects.create(
        job="demo",
        dispatch_key=f"old-{minutes}",
        correlation_id="3b9f6c1e-8a52-4a6b-9a0f-0d6c2b7f1e11",
        source="beat",
        window_start=NOON,
        window_seconds=60,
        **{
            "status": "RUNNING",
            "heartbeat_at": timezone.now() - timedelta(minutes=minutes),
            **values,
        },
    )


def test_hard_04_dead_run_never_blocks(sent):
    dead = running(16)

    with schedule_registered(spec()):
        run = ask().run
        run_task(run.pk)

    dead.refresh_from_db()
    run.refresh_from_db()
    assert (dead.status, run.status) == ("STALE", "SUCCEEDED")


def test_living_run_makes_the_next_one_skipped(sent):
    alive = running(14)

    with schedule_registered(spec()):
        run = run_task(ask().run.pk)

    alive.refresh_from_db()
    assert (alive.status, run.status, run.stats) == ("RUNNING", "SKIPPED", {"reason": "already_running"})


def test_run_that_never_started_is_asked_for_once_more(sent):
    lost = running(
        0,
        status="ENQUEUED",
        heartbeat_at=None,
        params={"limit": 3},
        created_at=timezone.now() - timedelta(minutes=11),
    )

    with schedule_registered(spec()):
        ask()
        again = TaskRun.objects.get(params={"limit": 3}, status="ENQUEUED")
        TaskRun.objects.filter(pk=again.pk).update(created_at=timezone.now() - timedelta(minutes=11))
        dispatch_run("demo", RunSource.TEST, now=NOON + timedelta(minutes=1))

    lost.refresh_from_db()
    again.refresh_from_db()
    assert (lost.status, again.status) == ("STALE", "STALE")
    assert TaskRun.objects.filter(params={"limit": 3}).count() == 2


def test_run_keeps_its_statistics_and_ends_once(sent):
    def work(ctx):
        ctx.count("rows", 3)
        ctx.heartbeat()

    with schedule_registered(spec(work)):
        run = ask().run
        run_task(run.pk)
        run_task(run.pk)

    run.refresh_from_db()
    assert (run.status, run.stats, run.attempt) == ("SUCCEEDED", {"rows": 3}, 1)
    assert run.duration_ms >= 0


def test_run_out_of_time_is_partial(sent):
    def work(ctx):
        ctx.deadline = 0
        assert ctx.should_stop()

    with schedule_registered(spec(work)):
        assert run_task(ask().run.pk).status == "PARTIAL"


def test_run_that_raises_is_failed_with_a_redacted_error(sent):
    def work(ctx):
        raise ValueError("jane@example.com broke it")

    with schedule_registered(spec(work)):
        run = run_task(ask().run.pk)

    assert (run.status, run.last_error) == ("FAILED", "ValueError: [email] broke it")


def test_connection_error_puts_the_same_run_back(sent, monkeypatch):
    from django.db import OperationalError, connection

    # The real connection is needed for the assertions below.
    monkeypatch.setattr(connection, "close", lambda: None)

    def work(ctx):
        raise OperationalError("server closed the connection unexpectedly")

    with schedule_registered(spec(work)):
        run = ask().run
        with pytest.raises(RunInterrupted):
            run_task(run.pk, may_retry=True)
        run.refresh_from_db()
        assert (run.status, run.attempt) == ("ENQUEUED", 1)
        assert run_task(run.pk).status == "FAILED"


def test_hard_04_enqueued_is_not_done(sent):
    with schedule_registered(spec()):
        run = ask().run

    assert run.status == "ENQUEUED"
    assert TaskRun.objects.good().count() == 0

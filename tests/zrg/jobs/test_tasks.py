"""The Celery tasks: ids in, one service called."""

from datetime import timedelta

import pytest
from celery.exceptions import Retry
from django.db import OperationalError, connection

from tests.zrg.jobs.support import job_type, make_workspace, schedule_registered
from zrg.celery import app
from zrg.jobs import tasks
from zrg.jobs.contracts import ScheduleSpec
from zrg.jobs.enums import RunSource
from zrg.jobs.models import BackgroundJob, TaskRun
from zrg.jobs.services import dispatching, engine
from zrg.jobs.services.dispatching import dispatch_run

pytestmark = pytest.mark.django_db


def spec(handler):
    return ScheduleSpec(
        name="demo", cadence=timedelta(minutes=1), budget_seconds=5, stale_alert_seconds=None, handler=handler
    )


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(dispatching, "send", lambda task, argument, **_: messages.append(argument) or "id")
    return messages


def test_hard_04_no_business_data_in_arguments(sent):
    with schedule_registered(spec(print)):
        tasks.tick("demo")

    assert sent == [str(TaskRun.objects.get().pk)]


def test_tick_of_a_schedule_that_is_gone_does_nothing(sent):
    tasks.tick("nobody")

    assert (sent, TaskRun.objects.count()) == ([], 0)


def test_drain_works_off_the_jobs_of_its_queue(monkeypatch):
    real = engine.drain_queue
    monkeypatch.setattr(
        engine, "drain_queue", lambda queue: real(queue, concurrency=0, watching=False, should_stop=lambda: False)
    )
    ws = make_workspace()
    for type_, key in (("T", "jobs"), ("S", "sends")):
        BackgroundJob.objects.create(type=type_, workspace=ws, dedupe_key=key)

    with job_type("T", lambda ctx: None), job_type("S", lambda ctx: None, queue="sends"):
        tasks.drain("sends")

    assert dict(BackgroundJob.objects.values_list("dedupe_key", "status")) == {"jobs": "PENDING", "sends": "SUCCEEDED"}


def test_drain_of_a_schedule_runs_its_routine_without_a_ledger():
    ran = []
    with schedule_registered(spec(lambda ctx: ran.append((ctx.job, ctx.task_run_id)))):
        tasks.drain("demo")

    assert (ran, TaskRun.objects.count()) == ([("demo", None)], 0)


def test_run_scheduled_tries_connection_errors_again_and_nothing_else(monkeypatch):
    monkeypatch.setattr(connection, "close", lambda: None)

    def lose_connection(ctx):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(tasks.run_scheduled, "retry", lambda **options: Retry(exc=options["exc"]))
    with schedule_registered(spec(lose_connection)):
        run = dispatch_run("demo", RunSource.TEST).run
        with pytest.raises(Retry):
            tasks.run_scheduled(str(run.pk))
        run.refresh_from_db()
        assert run.status == "ENQUEUED"
    with schedule_registered(spec(lambda ctx: 1 / 0)):
        tasks.run_scheduled(str(run.pk))

    run.refresh_from_db()
    assert (run.status, run.attempt) == ("FAILED", 2)


def test_celery_is_configured_as_told():
    conf = app.conf

    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, True, 1)
    assert (conf.task_serializer, conf.accept_content, conf.task_ignore_result) == ("json", ["json"], True)
    assert [queue.name for queue in conf.task_queues] == ["events", "jobs", "scheduled", "sends", "routing"]
    assert sorted(name for name in app.tasks if name.startswith("zrg.")) == [
        "zrg.jobs.tasks.drain",
        "zrg.jobs.tasks.run_scheduled",
        "zrg.jobs.tasks.tick",
    ]

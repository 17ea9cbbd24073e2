from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leads.models import Lead
from tests.factories.leads import LeadFactory
from tests.support.drain import WorkFailed, drain
from tests.zrg.jobs.support import job_type, make_event, make_workspace, processor_registered
from zrg.jobs.errors import Cancelled, Permanent, Reschedule
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.jobs.services import engine
from zrg.jobs.services.enqueue import enqueue_job, requeue_job
from zrg.workspaces.context import current_context, tenant

pytestmark = pytest.mark.django_db


def boom(ctx):
    raise ValueError("boom for jane@example.com")


def enqueue(ws, key="k", type="T", **values):
    with tenant(ws.pk):
        assert enqueue_job(type, ws.pk, dedupe_key=key, **values)


def test_job_that_returns_is_succeeded_without_a_context_around_it():
    ws = make_workspace()
    seen = []
    enqueue(ws, payload={"order": "7"})

    with job_type("T", lambda ctx: seen.append((current_context().kind, ctx.payload["order"], ctx.attempts))):
        stats = drain()

    assert seen == [("", "7", 1)]
    assert stats == {"claimed": 1, "succeeded": 1}
    job = BackgroundJob.objects.get()
    assert (job.status, job.attempts, job.last_error, job.locked_at) == ("SUCCEEDED", 1, None, None)
    assert job.finished_at >= job.started_at


def test_job_that_raises_waits_two_to_three_seconds_and_keeps_a_redacted_error():
    ws = make_workspace()
    enqueue(ws)

    with job_type("T", boom):
        drain()

    job = BackgroundJob.objects.get()
    assert (job.status, job.attempts, job.locked_by) == ("PENDING", 1, None)
    assert timedelta(seconds=2) <= job.run_at - job.updated_at < timedelta(seconds=3)
    assert job.last_error == "ValueError: boom for [email]"


def test_job_that_always_raises_ends_failed_and_drain_tells():
    ws = make_workspace()

    with job_type("T", boom, max_attempts=3):
        enqueue(ws)
        with pytest.raises(WorkFailed, match="boom"):
            drain(until=datetime.now(UTC) + timedelta(hours=1))

    job = BackgroundJob.objects.get()
    assert (job.status, job.attempts) == ("FAILED", 3)


def test_reschedule_costs_no_attempt():
    ws = make_workspace()
    moment = datetime.now(UTC) + timedelta(seconds=60)
    enqueue(ws)
    BackgroundJob.objects.update(attempts=2)

    def later(ctx):
        raise Reschedule(moment, "quiet hours")

    with job_type("T", later):
        drain()

    job = BackgroundJob.objects.get()
    assert (job.status, job.attempts, job.reschedules, job.run_at) == ("PENDING", 2, 1, moment)


def test_two_hundredth_reschedule_fails():
    ws = make_workspace()
    enqueue(ws)
    BackgroundJob.objects.update(reschedules=199)

    def later(ctx):
        raise Reschedule(datetime.now(UTC), "not yet")

    with job_type("T", later):
        drain(expect_failures=True)

    job = BackgroundJob.objects.get()
    assert (job.status, job.last_error) == ("FAILED", "Rescheduled 200 times: not yet")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Permanent("no such template"), "FAILED"),
        (Cancelled("draft decided"), "CANCELLED"),
        (type("DoesNotExist", (Exception,), {"__qualname__": "Lead.DoesNotExist"})("gone"), "PENDING"),
        (type("DoesNotExist", (Exception,), {"__qualname__": "Persona.DoesNotExist"})("gone"), "PENDING"),
    ],
)
def test_handler_decides_about_its_job(error, status):
    ws = make_workspace()
    enqueue(ws)

    def decide(ctx):
        raise error

    with job_type("T", decide):
        drain(expect_failures=True)

    assert BackgroundJob.objects.get().status == status


@pytest.mark.parametrize(("is_there", "status"), [(False, "CANCELLED"), (True, "PENDING")])
def test_job_is_cancelled_only_when_its_object_is_really_gone(is_there, status):
    """A handler without a context finds nothing either; that look-up must not cancel work."""
    lead = LeadFactory()
    enqueue(lead.workspace, lead_id=lead.pk)
    if not is_there:
        Lead.objects.filter(pk=lead.pk).delete()

    def look_without_context(ctx):
        Lead.objects.get(pk=ctx.lead_id)

    with job_type("T", look_without_context):
        drain(expect_failures=True)

    assert BackgroundJob.objects.get().status == status


def test_job_flagged_while_it_ran_runs_again():
    ws = make_workspace()
    runs = []
    enqueue(ws)

    def flag_once(ctx):
        runs.append(ctx.attempts)
        if len(runs) == 1:
            with tenant(ctx.workspace_id):
                assert requeue_job("k")

    with job_type("T", flag_once):
        drain()

    assert runs == [1, 1]
    job = BackgroundJob.objects.get()
    assert (job.status, job.payload) == ("SUCCEEDED", {})


def test_job_of_an_unknown_type_is_left_for_a_newer_version():
    ws = make_workspace()
    enqueue(ws, type="FROM_THE_FUTURE")

    drain()

    job = BackgroundJob.objects.get()
    assert (job.status, job.attempts) == ("PENDING", 0)


def test_jobs_of_a_suspended_workspace_wait():
    ws = make_workspace()
    enqueue(ws)
    type(ws).objects.filter(pk=ws.pk).update(status="suspended")

    with job_type("T", boom):
        drain()

    assert BackgroundJob.objects.get().status == "PENDING"


def test_event_and_its_effects_are_one_transaction():
    ws = make_workspace()
    make_event(ws)

    def process(event):
        BackgroundJob.objects.create(type="X", workspace=ws, dedupe_key="effect")
        raise ValueError("half way")

    with processor_registered("EMAILBISON", process):
        drain()

    assert BackgroundJob.objects.count() == 0
    event = WebhookEvent.objects.get()
    assert (event.status, event.attempts, event.last_error) == ("PENDING", 1, "ValueError: half way")


def test_event_keeps_outcome_and_what_it_became():
    ws = make_workspace()
    make_event(ws)

    def process(event):
        event.message_id = ws.pk
        return "processed"

    with processor_registered("EMAILBISON", process):
        stats = drain()

    event = WebhookEvent.objects.get()
    assert (event.status, event.outcome, event.message_id) == ("SUCCEEDED", "processed", ws.pk)
    assert stats == {"claimed": 1, "succeeded": 1}


def test_ignored_event_is_counted_as_ignored():
    ws = make_workspace()
    make_event(ws, key="a")
    make_event(ws, key="b")
    answers = iter(["ignored:filtered", Cancelled("duplicate")])

    def process(event):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with processor_registered("EMAILBISON", process):
        stats = drain()

    assert stats == {"claimed": 2, "ignored": 2}
    outcomes = set(WebhookEvent.objects.values_list("status", "outcome"))
    assert outcomes == {("SUCCEEDED", "ignored:filtered"), ("SUCCEEDED", "ignored:duplicate")}


def test_poison_event_fails_after_eight_attempts_and_hurts_nobody():
    ws = make_workspace()
    make_event(ws, key="poison")
    make_event(ws, key="good")

    def process(event):
        if event.dedupe_key == "poison":
            raise ValueError("poison")
        return "processed"

    with processor_registered("EMAILBISON", process):
        began = datetime.now(UTC)
        drain(until=began + timedelta(minutes=5), expect_failures=True)

    assert dict(WebhookEvent.objects.values_list("dedupe_key", "status")) == {"poison": "FAILED", "good": "SUCCEEDED"}
    assert WebhookEvent.objects.get(dedupe_key="poison").attempts == 8


def test_sweep_runs_jobs_although_events_fail(monkeypatch):
    ws = make_workspace()
    enqueue(ws)
    monkeypatch.setattr("zrg.jobs.services.claiming.claim_events", lambda *_: 1 / 0)

    with job_type("T", lambda ctx: None):
        stats = engine.drain(concurrency=0)

    assert stats.as_dict() == {
        "released": 0,
        "webhook_events": {"claimed": 0, "succeeded": 0, "retried": 0, "failed": 0, "ignored": 0},
        "jobs": {"due": 1, "claimed": 1, "succeeded": 1, "retried": 0, "failed": 0, "rescheduled": 0, "skipped": 0},
        "oldest_due_seconds": 0,
        "remaining_due": 0,
    }


def test_sweep_stops_at_its_limit(settings):
    ws = make_workspace()
    settings.JOB_SETTINGS = replace(settings.JOB_SETTINGS, job_limit=2)
    for number in range(3):
        enqueue(ws, key=str(number))

    with job_type("T", lambda ctx: None):
        stats = engine.drain(concurrency=0)

    assert (stats.jobs["claimed"], stats.remaining_due) == (2, 1)


def test_sweep_without_time_claims_nothing():
    ws = make_workspace()
    enqueue(ws)

    with job_type("T", lambda ctx: None):
        stats = engine.drain(1000, concurrency=0)

    assert stats.jobs["claimed"] == 0


def test_nudged_drain_out_of_time_hands_over(monkeypatch):
    handed = []
    monkeypatch.setattr(engine, "hand_over", lambda queue: handed.append(queue))
    ws = make_workspace()
    enqueue(ws)

    with job_type("T", lambda ctx: None):
        engine.drain_queue("jobs", budget_seconds=0, concurrency=0, should_stop=lambda: False)
        assert handed == ["jobs"]
        engine.drain_queue("jobs", concurrency=0, watching=False, should_stop=lambda: False)

    assert handed == ["jobs"]
    assert BackgroundJob.objects.get().status == "SUCCEEDED"


def test_drain_of_jobs_lets_a_flood_of_calls_pass_first(monkeypatch):
    monkeypatch.setattr("zrg.jobs.services.queue_state.FLOOD", 3)
    ws = make_workspace()
    order = []
    enqueue(ws)
    for number in range(3):
        make_event(ws, key=str(number))

    def process(event):
        order.append("call")
        return "processed"

    with job_type("T", lambda ctx: order.append("job")), processor_registered("EMAILBISON", process):
        engine.drain_queue("jobs", concurrency=0, watching=False, should_stop=lambda: False)

    assert order == ["call", "call", "call", "job"]

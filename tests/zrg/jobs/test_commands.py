import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.zrg.jobs.support import job_type, make_event, make_workspace, schedule_registered
from zrg.jobs.contracts import ScheduleSpec
from zrg.jobs.models import BackgroundJob, TaskRun, WebhookEvent
from zrg.jobs.services import engine
from zrg.workspaces.models import AdminAuditEvent

pytestmark = pytest.mark.django_db


def run(name, *arguments):
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def demo():
    spec = ScheduleSpec(
        name="demo", cadence=None, budget_seconds=5, stale_alert_seconds=None, handler=lambda ctx: ctx.count("rows", 2)
    )
    with schedule_registered(spec):
        yield


def test_drain_jobs_repeats_until_nothing_is_due(monkeypatch, settings):
    from dataclasses import replace

    settings.JOB_SETTINGS = replace(settings.JOB_SETTINGS, job_limit=2)
    real = engine.drain
    monkeypatch.setattr(engine, "drain", lambda budget: real(budget, concurrency=0, should_stop=lambda: False))
    ws = make_workspace()
    for number in range(3):
        BackgroundJob.objects.create(type="T", workspace=ws, dedupe_key=str(number))

    with job_type("T", lambda ctx: None):
        lines = run("drain_jobs").splitlines()

    assert [json.loads(line)["jobs"]["succeeded"] for line in lines] == [2, 1]


def test_run_job_inline_runs_here_and_prints_the_ledger(demo):
    answer = json.loads(run("run_job", "demo", "--inline", "--param", "limit=3"))

    assert (answer["status"], answer["stats"]) == ("SUCCEEDED", {"rows": 2})
    assert (TaskRun.objects.get().params, TaskRun.objects.get().source) == ({"limit": 3}, "manual")


def test_run_job_dry_run_is_a_parameter(demo):
    run("run_job", "demo", "--inline", "--dry-run")

    assert TaskRun.objects.get().params == {"dryRun": True}


@pytest.mark.parametrize("arguments", [("nobody",), ("demo", "--param", "limit=x")])
def test_run_job_refuses_what_it_does_not_know(demo, arguments):
    with pytest.raises(CommandError):
        run("run_job", *arguments)


def test_replay_jobs_brings_back_the_oldest_first_and_says_who():
    ws = make_workspace()
    for number in range(3):
        BackgroundJob.objects.create(
            type="T",
            workspace=ws,
            dedupe_key=str(number),
            status="FAILED",
            finished_at=f"2026-03-0{number + 1}T00:00:00Z",
            attempts=5,
        )

    assert run("replay_jobs", "--limit", "2") == "2 jobs replayed\n"

    rows = BackgroundJob.objects.order_by("dedupe_key").values_list("status", "attempts")
    assert list(rows) == [("PENDING", 0), ("PENDING", 0), ("FAILED", 5)]
    assert set(AdminAuditEvent.objects.values_list("actor_label", flat=True)) == {"command:replay_jobs"}


def test_replay_webhooks_leaves_calls_without_workspace():
    make_event(None, key="lost", status="UNROUTED", finished_at="2026-03-01T00:00:00Z")
    make_event(make_workspace(), key="found", status="UNROUTED", finished_at="2026-03-02T00:00:00Z")

    assert run("replay_webhooks", "--status", "UNROUTED") == "1 calls replayed, 1 left (no workspace)\n"

    assert dict(WebhookEvent.objects.values_list("dedupe_key", "status")) == {"lost": "UNROUTED", "found": "PENDING"}


def test_queue_status_ends_with_1_when_an_alert_holds():
    assert "jobs: 0 due" in run("queue_status")

    make_event(None, status="UNROUTED", finished_at="2099-01-01T00:00:00Z")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("queue_status", "--json", stdout=out)

    assert ended.value.code == 1
    assert [alert["kind"] for alert in json.loads(out.getvalue())["alerts"]] == ["unrouted"]


def test_release_and_sync_print_what_they_did():
    assert run("release_stale_locks") == "webhook_events: 0 released\njobs: 0 released\n"
    assert "created" in run("sync_schedules")

import json
from datetime import timedelta

import pytest
import time_machine

from tests.zrg.jobs.support import make_workspace, schedule_registered
from zrg.jobs.contracts import ScheduleSpec
from zrg.jobs.models import ScheduledJob, TaskRun
from zrg.jobs.services import dispatching

pytestmark = pytest.mark.django_db
SECRET = "cron-3f1b8e6d2a9c4750be61d8f2"
HEADERS = {"x-cron-secret": SECRET}


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(dispatching, "send", lambda task, argument, **_: messages.append(argument) or "id")
    return messages


@pytest.fixture
def seen():
    return []


@pytest.fixture(autouse=True)
def _demo(seen):
    spec = ScheduleSpec(
        name="insights/demo",
        cadence=timedelta(minutes=1),
        budget_seconds=60,
        stale_alert_seconds=300,
        handler=lambda ctx: seen.append(dict(ctx.params)) or ctx.count("rows"),
    )
    with schedule_registered(spec):
        yield


@pytest.mark.parametrize(
    "headers", [{"Authorization": f"Bearer {SECRET}"}, {"Authorization": f"bearer  {SECRET}"}, HEADERS]
)
@time_machine.travel("2026-03-05T16:41:37Z", tick=False)
def test_trigger_dispatches(client, headers):
    response = client.get("/api/cron/insights/demo", headers=headers)

    run = TaskRun.objects.get()
    assert response.status_code == 202
    assert response.json() == {
        "success": True,
        "mode": "dispatch-only",
        "enqueued": True,
        "duplicate": False,
        "job": "insights/demo",
        "dispatchKey": "cron:insights/demo:2026-03-05T16:41",
        "correlationId": str(run.correlation_id),
        "taskRunId": str(run.pk),
        "windowStart": "2026-03-05T16:41:00Z",
        "timestamp": "2026-03-05T16:41:37Z",
    }


def test_trigger_again_in_the_window_is_suppressed(client):
    with time_machine.travel("2026-03-05T16:41:05Z", tick=False):
        client.post("/api/cron/insights/demo", headers=HEADERS)
    with time_machine.travel("2026-03-05T16:41:40Z", tick=False):
        response = client.post("/api/cron/insights/demo", headers=HEADERS)

    assert response.status_code == 200
    assert (response.json()["mode"], response.json()["status"]) == ("dispatch-duplicate-suppressed", "ENQUEUED")
    assert TaskRun.objects.count() == 1


@pytest.mark.parametrize("path", ["insights/demo", "nobody", "status", f"runs/{'0' * 8}-0000-4000-8000-{'0' * 12}"])
def test_hard_04_cron_closed_without_secret(client, settings, path):
    settings.CRON_SECRET = ""

    response = client.get(f"/api/cron/{path}", headers={"Authorization": "Bearer ", "x-cron-secret": ""})

    assert (response.status_code, response.json()) == (503, {"error": "Cron endpoint not configured"})
    assert TaskRun.objects.count() == 0


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, ""),
        ({"Authorization": "Bearer wrong"}, ""),
        ({"Authorization": f"Basic {SECRET}"}, ""),
        ({"x-cron-secret": SECRET[:-1]}, ""),
        ({}, f"?secret={SECRET}&x-cron-secret={SECRET}"),
    ],
)
def test_wrong_secret_is_refused(client, headers, query):
    response = client.get(f"/api/cron/insights/demo{query}", headers=headers)

    assert (response.status_code, response.json()) == (401, {"error": "Unauthorized"})
    assert TaskRun.objects.count() == 0


def test_unknown_job_and_method(client):
    assert client.get("/api/cron/nobody", headers=HEADERS).status_code == 404
    assert client.put("/api/cron/insights/demo", headers=HEADERS).status_code == 405


def test_broker_away_answers_503(client, monkeypatch):
    def refuse(*_, **__):
        raise OSError("no broker")

    monkeypatch.setattr(dispatching, "send", refuse)

    response = client.get("/api/cron/insights/demo", headers=HEADERS)

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert response.json() == {
        "success": False,
        "error": "Failed to enqueue",
        "retryable": True,
        "dispatchKey": TaskRun.objects.get().dispatch_key,
    }


@pytest.mark.parametrize("switch", ["variable", "row"])
def test_inline_runs_in_the_request(client, settings, seen, switch):
    if switch == "variable":
        settings.CRON_INLINE_JOBS = frozenset({"INSIGHTS_DEMO"})
    else:
        ScheduledJob.objects.create(name="insights/demo", cadence="", budget_seconds=1, inline=True)

    response = client.get("/api/cron/insights/demo?dryRun=yes&limit=5000", headers=HEADERS)

    body = response.json()
    assert (response.status_code, body["mode"], body["rows"], body["status"]) == (200, "inline", 1, "SUCCEEDED")
    assert seen == [{"dryRun": True, "limit": 1000}]


def test_inline_failure_answers_500(client, settings):
    settings.CRON_INLINE_JOBS = frozenset({"BROKEN"})
    spec = ScheduleSpec(
        name="broken", cadence=None, budget_seconds=1, stale_alert_seconds=None, handler=lambda ctx: 1 / 0
    )
    with schedule_registered(spec):
        response = client.get("/api/cron/broken", headers=HEADERS)

    assert response.status_code == 500
    assert response.json()["correlationId"] == str(TaskRun.objects.get().correlation_id)


def test_sync_waits_for_the_end(client, monkeypatch):
    from zrg.jobs.services.runs import run_task

    # The worker of this test is faster than the request.
    monkeypatch.setattr("zrg.jobs.views.time.sleep", lambda _: run_task(TaskRun.objects.get().pk))

    response = client.get("/api/cron/insights/demo?sync=1", headers=HEADERS)

    assert (response.status_code, response.json()["status"], response.json()["stats"]) == (
        200,
        "SUCCEEDED",
        {"rows": 1},
    )


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("dryRun=perhaps", "dryRun"),
        ("force=2", "force"),
        ("limit=many", "limit"),
        ("timeBudgetMs=1.5", "timeBudgetMs"),
        ("concurrency=x", "concurrency"),
        ("clientId=nobody", "clientId"),
        ("clientId=4c0b9f5e-7d57-4a39-8a11-1b2c3d4e5f60", "clientId"),
    ],
)
def test_bad_parameter_is_refused(client, query, name):
    response = client.get(f"/api/cron/insights/demo?{query}", headers=HEADERS)

    assert (response.status_code, response.json()) == (400, {"error": f"Invalid parameter: {name}"})
    assert TaskRun.objects.count() == 0


def test_parameters_come_from_query_and_json(client):
    ws = make_workspace()

    client.post(
        f"/api/cron/insights/demo?clientId={ws.pk}&staleDays=soon&workspaceLimit=0",
        data=json.dumps({"limit": 7, "dryRun": "", "unknown": 1}),
        content_type="application/json",
        headers=HEADERS,
    )

    assert TaskRun.objects.get().params == {"clientId": str(ws.pk), "limit": 7, "workspaceLimit": 1}


def test_malformed_json_is_refused(client):
    response = client.post("/api/cron/insights/demo", data="{", content_type="application/json", headers=HEADERS)

    assert response.json() == {"error": "Invalid parameter: body"}


def test_dispatch_also_dispatches_what_belongs_to_it(client):
    others = ScheduleSpec(
        name="first", cadence=None, budget_seconds=1, stale_alert_seconds=None, handler=print, also=("insights/demo",)
    )
    with schedule_registered(others):
        client.get("/api/cron/first", headers=HEADERS)

    assert sorted(TaskRun.objects.values_list("job", flat=True)) == ["first", "insights/demo"]


def test_run_can_be_read(client):
    client.get("/api/cron/insights/demo", headers=HEADERS)
    run = TaskRun.objects.get()

    body = client.get(f"/api/cron/runs/{run.pk}", headers=HEADERS).json()

    assert (body["taskRunId"], body["status"], body["finishedAt"]) == (str(run.pk), "ENQUEUED", None)


def test_status_lists_schedules_and_depths(client):
    body = client.get("/api/cron/status", headers=HEADERS).json()

    demo = next(row for row in body["jobs"] if row["job"] == "insights/demo")
    assert (demo["lastRun"], demo["lastSuccessAt"], demo["running"]) == (None, None, False)
    assert body["queues"] == {"eventsDue": 0, "jobsDue": 0, "due": 0, "oldestDueSeconds": 0}

"""HTTP triggers of scheduled jobs, for deployments whose clock is elsewhere."""

import hmac
import json
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from zrg.jobs import registry
from zrg.jobs.contracts import ScheduleSpec
from zrg.jobs.enums import TERMINAL_RUNS, RunSource, RunStatus
from zrg.jobs.errors import BadParameter, UnknownSchedule
from zrg.jobs.models import TaskRun
from zrg.jobs.rules.params import TRUE_WORDS, parse_params
from zrg.jobs.services import queue_state
from zrg.jobs.services.dispatching import Dispatched, dispatch_run, is_inline
from zrg.jobs.services.runs import run_task
from zrg.workspaces.context import dispatch as dispatch_context
from zrg.workspaces.models import Workspace

METHODS = ("GET", "POST")
SYNC_WAIT_SECONDS = 25.0
SYNC_POLL_SECONDS = 0.25
RETRY_AFTER_SECONDS = 60
MAX_BODY_BYTES = 64 * 1024

View = Callable[..., HttpResponse]


def cron_view(view: View) -> View:
    """Only for who knows CRON_SECRET, in every environment; errors of a run's request as JSON."""

    @csrf_exempt
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refused = refuse_cron(request)
        if refused is not None:
            return refused
        if request.method not in METHODS:
            return JsonResponse({"error": "Method not allowed"}, status=405, headers={"Allow": ", ".join(METHODS)})
        try:
            return view(request, *args, **kwargs)
        except UnknownSchedule:
            return JsonResponse({"error": "Not found"}, status=404)
        except BadParameter as error:
            return JsonResponse({"error": str(error)}, status=400)

    return guarded


def refuse_cron(request: HttpRequest) -> JsonResponse | None:
    """The answer to a call without the right secret; None when the caller may go on.

    Without a configured secret nobody may, in no environment. The secret is never read from the URL.
    """
    if not settings.CRON_SECRET:
        return JsonResponse({"error": "Cron endpoint not configured"}, status=503)
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    given = (bearer if scheme.lower() == "bearer" else "", request.headers.get("x-cron-secret", ""))
    expected = settings.CRON_SECRET.encode()
    if not any(hmac.compare_digest(value.strip().encode(), expected) for value in given):
        return JsonResponse({"error": "Unauthorized"}, status=401)
    return None


@cron_view
def trigger(request: HttpRequest, job: str) -> HttpResponse:
    """Ask for a run of `job`: 202 dispatched, 200 for a repeat in the window or a finished run."""
    spec = registry.schedule(job)
    raw = _raw_params(request)
    params = parse_params(raw, spec.bounds)
    _check_client(params)
    inline = is_inline(job)
    answer = dispatch_run(job, RunSource.CRON_HTTP, params, inline=inline)
    for other in spec.also:
        if registry.has_schedule(other):
            dispatch_run(other, RunSource.CRON_HTTP)
    if answer.duplicate:
        return JsonResponse(_duplicate_body(answer.run))
    if answer.failed:
        return _failed_response(answer.run)
    if inline and answer.run.status == RunStatus.DISPATCHING:
        return _inline_response(spec, answer.run)
    if answer.enqueued and str(raw.get("sync", "")).strip().lower() in TRUE_WORDS:
        return _sync_response(answer)
    return JsonResponse(_dispatched_body(answer), status=202)


@cron_view
def run_detail(request: HttpRequest, task_run_id: UUID) -> HttpResponse:
    """One run as its row stands."""
    run = TaskRun.objects.filter(pk=task_run_id).first()
    return JsonResponse(_run_body(run)) if run else JsonResponse({"error": "Not found"}, status=404)


@cron_view
def status(request: HttpRequest) -> HttpResponse:
    """Per schedule the last run, the last good one and its age; depths of the queues."""
    now = timezone.now()
    jobs = []
    for spec in registry.schedules():
        runs = TaskRun.objects.of_job(spec.name).order_by("-created_at")
        last, good = runs.first(), runs.good().first()
        ended = good.finished_at if good else None
        jobs.append(
            {
                "job": spec.name,
                "cadence": spec.cadence_text(),
                "lastRun": _run_body(last) if last else None,
                "lastSuccessAt": _iso(ended),
                "ageSeconds": round((now - ended).total_seconds()) if ended else None,
                "staleAlertSeconds": spec.stale_alert_seconds,
                "running": runs.running().exists(),
            }
        )
    remaining, oldest = queue_state.remaining_due()
    queues = {
        "eventsDue": queue_state.events_due(),
        "jobsDue": queue_state.jobs_due(),
        "due": remaining,
        "oldestDueSeconds": oldest,
    }
    return JsonResponse({"success": True, "timestamp": _iso(now), "jobs": jobs, "queues": queues})


def _raw_params(request: HttpRequest) -> dict[str, Any]:
    params: dict[str, Any] = {}
    if request.method == "POST" and len(request.body) > MAX_BODY_BYTES:
        raise BadParameter("body")
    if request.method == "POST" and request.body.strip() and "form" not in (request.content_type or ""):
        try:
            body = json.loads(request.body)
        except ValueError:
            raise BadParameter("body") from None
        if not isinstance(body, dict):
            raise BadParameter("body")
        params.update(body)
    return params | request.GET.dict() | (request.POST.dict() if "form" in (request.content_type or "") else {})


def _check_client(params: dict[str, Any]) -> None:
    if "clientId" not in params:
        return
    with dispatch_context():
        if not Workspace.objects.not_deleted().filter(pk=params["clientId"]).exists():
            raise BadParameter("clientId")


def _inline_response(spec: ScheduleSpec, run: TaskRun) -> JsonResponse:
    run = run_task(run.pk)
    if run.status == RunStatus.FAILED:
        body = {"success": False, "mode": "inline", "error": "Run failed", "correlationId": str(run.correlation_id)}
        return JsonResponse(body | {"taskRunId": str(run.pk)}, status=500)
    return JsonResponse({"success": True, "mode": "inline", "job": spec.name, **_ended_body(run)})


def _sync_response(answer: Dispatched) -> JsonResponse:
    deadline = time.monotonic() + SYNC_WAIT_SECONDS
    run = answer.run
    while run.status not in TERMINAL_RUNS and time.monotonic() < deadline:
        time.sleep(SYNC_POLL_SECONDS)
        run.refresh_from_db()
    if run.status not in TERMINAL_RUNS:
        return JsonResponse(_dispatched_body(answer), status=202)
    return JsonResponse({"success": run.status != RunStatus.FAILED, "mode": "sync", "job": run.job, **_ended_body(run)})


def _failed_response(run: TaskRun) -> JsonResponse:
    body = {"success": False, "error": "Failed to enqueue", "retryable": True, "dispatchKey": run.dispatch_key}
    return JsonResponse(body, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def _dispatched_body(answer: Dispatched) -> dict[str, Any]:
    run = answer.run
    return {
        "success": True,
        "mode": "dispatch-only",
        "enqueued": answer.enqueued,
        "duplicate": False,
        "job": run.job,
        "dispatchKey": run.dispatch_key,
        "correlationId": str(run.correlation_id),
        "taskRunId": str(run.pk),
        "windowStart": _iso(run.window_start),
        "timestamp": _iso(timezone.now()),
        **({"status": run.status, **run.stats} if run.status == RunStatus.SKIPPED else {}),
    }


def _duplicate_body(run: TaskRun) -> dict[str, Any]:
    return {
        "success": True,
        "mode": "dispatch-duplicate-suppressed",
        "enqueued": False,
        "duplicate": True,
        "job": run.job,
        "dispatchKey": run.dispatch_key,
        "correlationId": str(run.correlation_id),
        "taskRunId": str(run.pk),
        "status": run.status,
    }


def _ended_body(run: TaskRun) -> dict[str, Any]:
    ids = {
        "status": run.status,
        "dispatchKey": run.dispatch_key,
        "correlationId": str(run.correlation_id),
        "taskRunId": str(run.pk),
        "durationMs": run.duration_ms,
    }
    return {**run.stats, **ids, "stats": run.stats}


def _run_body(run: TaskRun) -> dict[str, Any]:
    return {
        "taskRunId": str(run.pk),
        "job": run.job,
        "dispatchKey": run.dispatch_key,
        "correlationId": str(run.correlation_id),
        "source": run.source,
        "params": run.params,
        "status": run.status,
        "attempt": run.attempt,
        "windowStart": _iso(run.window_start),
        "enqueuedAt": _iso(run.enqueued_at),
        "startedAt": _iso(run.started_at),
        "heartbeatAt": _iso(run.heartbeat_at),
        "finishedAt": _iso(run.finished_at),
        "durationMs": run.duration_ms,
        "stats": run.stats,
        "lastError": run.last_error,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None

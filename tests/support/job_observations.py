"""What can be observed at the end of a scenario, under every name an expectation may use."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from tests.support.job_world import World, run_waiting
from zrg.jobs.models import BackgroundJob, TaskRun, WebhookEvent
from zrg.jobs.services import engine

# --- the end ---------------------------------------------------------------------------------------------


def observe(world: World) -> dict[str, Any]:
    if world.waits_for_drain:
        # The sentence told what the handler does; the sweep lets it.
        world.stats |= engine.drain(concurrency=0, should_stop=lambda: False).as_dict()
    seen: dict[str, Any] = {
        "returns": world.returns,
        "logs": [line["event"] for line in world.logs],
        "rows": BackgroundJob.objects.count(),
        "claimed": world.claimed[0] if len(world.claimed) == 1 else world.claimed,
        "order": world.order,
        "task_runs": TaskRun.objects.count(),
        **world.stats,
    }
    event = WebhookEvent.objects.order_by("created_at").first()
    if event is not None:
        seen |= _event_facts(event)
    job = BackgroundJob.objects.order_by("seq").first()
    if job is not None:
        seen |= _job_facts(job)
    if (event is not None and job is None) or (world.webhook is not None and event is not None):
        seen |= {"status": event.status, "attempts": event.attempts}
    seen |= _response_facts(world)
    return seen | _run_facts(world)


def _job_facts(job: BackgroundJob) -> dict[str, Any]:
    jobs = BackgroundJob.objects.order_by("seq")
    return {
        "job": job.status,
        "status": job.status,
        "statuses": list(jobs.values_list("status", flat=True)),
        "jobs": list(jobs.values_list("status", flat=True)),
        "attempts": job.attempts,
        "reschedules": job.reschedules,
        "locked_by": job.locked_by,
        "locked_by_recorded": job.locked_by,
        "locked_at": job.locked_at,
        "last_error": job.last_error,
        "payload": job.payload,
        "finished": job.finished_at is not None,
        "run_at_delay_seconds": (job.run_at - timezone.now()).total_seconds() + _age(job.updated_at),
        "workspace_gone": not jobs.exclude(status="CANCELLED").exists(),
    }


def _age(moment: datetime) -> float:
    # Delays are told from the moment the row was written.
    return (timezone.now() - moment).total_seconds()


def _event_facts(event: WebhookEvent) -> dict[str, Any]:
    from inbox.models import Message

    return {
        "event": event.status,
        "event_status": event.status,
        "events": WebhookEvent.objects.count(),
        "event_attempts": event.attempts,
        "event_last_error": event.last_error,
        "redelivered_count": event.redelivered_count,
        "outcome": event.outcome,
        "messages": Message.objects.count(),
    }


def _response_facts(world: World) -> dict[str, Any]:
    if not world.responses:
        return {}
    bodies = [response.json() for response in world.responses]
    statuses = [response.status_code for response in world.responses]
    last = bodies[-1]
    names = ("first", "second", "third")
    facts = {f"{name}_mode": body.get("mode") for name, body in zip(names, bodies, strict=False)}
    return {
        **last,
        **facts,
        "http_status": statuses[0] if len(statuses) == 1 else statuses,
        "retry_after": world.responses[-1].headers.get("Retry-After"),
        "job_name": last.get("job"),
        "body": last,
    }


def _run_facts(world: World) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    newest = TaskRun.objects.order_by("-created_at").first()
    if newest is not None:
        facts |= {"run_status": newest.status, "task_run_status": newest.status, "run_stats": newest.stats}
        facts |= {"reason": newest.stats.get("reason")}
    if world.old_run is not None:
        world.old_run.refresh_from_db()
        run_waiting()
        new = TaskRun.objects.exclude(pk=world.old_run.pk).order_by("-created_at").first()
        facts |= {"old_status": world.old_run.status}
        if new is not None:
            facts |= {"new_status": new.status, "new_status_after_run": new.status, "reason": new.stats.get("reason")}
    return facts

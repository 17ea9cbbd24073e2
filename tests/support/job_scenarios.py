"""Plays the scenarios of the job engine: each step is a sentence, the end is what can be observed.

A step is recognised by the first pattern that fits; an unknown sentence fails the case. What a step
does is done through the product: enqueue, claim, run, finish, the HTTP trigger, the webhook.
"""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import time_machine
from django.conf import settings
from django.db import OperationalError, transaction
from django.test import TestCase, override_settings
from django.utils import timezone
from structlog.testing import capture_logs

from tests.factories import ConnectionFactory
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.zrg.jobs.support import make_event, make_workspace, processor_registered, schedule_registered
from zrg.jobs import errors, registry
from zrg.jobs.contracts import Event, ScheduleSpec
from zrg.jobs.enums import RunStatus
from zrg.jobs.models import BackgroundJob, ScheduledJob, TaskRun, WebhookEvent
from zrg.jobs.rules.outcomes import SUCCEEDED
from zrg.jobs.services import dispatching, engine, enqueue, leases, nudges
from zrg.jobs.services.announce import announce
from zrg.jobs.services.claiming import ClaimedJob, claim_events, claim_jobs
from zrg.jobs.services.execution import run_job
from zrg.jobs.services.runs import run_task
from zrg.workspaces.models import WorkspaceSettings

ROLLBACK = r"rolls? ?back|rolled back|transaction (fails|is undone|aborts)"
TYPE = "SMS_INBOUND_POST_PROCESS"
DAY = "2026-03-05"
# The table of schedules; those this version does not have yet are played by a stand-in.
JOBS = frozenset(
    [
        "background-jobs",
        "outbox",
        "notifications",
        "followups",
        "reactivations",
        "autosend",
        "unknown-sends",
        "availability",
        "appointment-reconcile",
        "emailbison/availability-slot",
        "booking-qualification-jobs",
        "calendar-health",
        "calendly-subscriptions",
        "enrichment",
        "integration-health",
        "conversation-sync",
        "response-timing",
        "analytics-facts",
        "insights/booked-summaries",
        "insights/context-packs",
        "insights/message-performance",
        "insights/message-performance-eval",
        "ai-retry",
        "ai-retention",
        "maintenance",
        "retention",
        "rollup-check",
        "lead-routing",
        "lead-routing-retry",
        "lead-routing-locks",
        "lead-routing-expire",
        "lead-routing-health",
        "lead-routing-nightly",
    ]
)


@dataclass
class World:
    """What a scenario has built and seen so far."""

    stack: ExitStack
    logs: list[dict[str, Any]]
    workspaces: dict[str, Any] = field(default_factory=dict)
    messages: dict[str, UUID] = field(default_factory=dict)
    made: int = 0
    order: list[str] = field(default_factory=list)
    last_call: tuple[str, str] | None = None
    claims: dict[str, list[ClaimedJob]] = field(default_factory=dict)
    handler: Callable[[Any], Any] = lambda ctx: None
    waits_for_drain: bool = False
    gone: bool = False
    savepoint: str | None = None
    returns: list[Any] = field(default_factory=list)
    claimed: list[int] = field(default_factory=list)
    responses: list[Any] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)
    broker_down: bool = False
    sent: list[str] = field(default_factory=list)
    old_run: TaskRun | None = None
    webhook: dict[str, Any] | None = None
    now: str | None = None

    def workspace(self, name: str = "A") -> Any:
        if name not in self.workspaces:
            self.workspaces[name] = make_workspace(name)
        return self.workspaces[name]

    def job(self, name: str = "A", **values: Any) -> BackgroundJob:
        defaults = {"type": TYPE, "dedupe_key": uuid4().hex, "workspace": self.workspace(name)}
        return BackgroundJob.objects.create(**{**defaults, **values})


def play(steps: list[str], **given: Any) -> dict[str, Any]:
    """Do the steps in order and return everything an expectation may name."""
    with ExitStack() as stack:
        world = World(stack=stack, logs=stack.enter_context(capture_logs()))
        stack.enter_context(patch.object(dispatching, "send", lambda task, argument, **_: _send(world, argument)))
        stack.enter_context(patch.object(nudges, "send", lambda task, argument, **_: _send(world, argument)))
        stack.enter_context(patch.dict(registry._jobs))
        registry._jobs.pop(TYPE, None)
        registry.register_job(TYPE, lambda ctx: world.handler(ctx))
        nudges._last_tried.clear()
        # A worker that is as quick as the request waits.
        stack.enter_context(patch("zrg.jobs.views.time.sleep", lambda _: _run_waiting()))
        for step in steps:
            _do(world, step)
        return _observe(world)


def _do(world: World, step: str) -> None:
    for pattern, action in STEPS:
        found = re.search(pattern, step, re.IGNORECASE)
        if found:
            # Nudges leave when the transaction of the step would have committed.
            with TestCase.captureOnCommitCallbacks(execute=True):
                action(world, step, found)
            return
    raise LookupError(f"no step for: {step}")


def _send(world: World, argument: str) -> str:
    if world.broker_down:
        raise OSError("broker is down")
    world.sent.append(argument)
    return "message-id"


# --- jobs ------------------------------------------------------------------------------------------


def _enqueue(world: World, step: str, found: re.Match[str]) -> None:
    if found["type"]:
        world.last_call = (found["type"], found["message"] or "m1")
    type_, message = world.last_call or (TYPE, "m1")
    message_id = world.messages.setdefault(message, uuid4())
    workspace = world.workspace()
    world.savepoint = transaction.savepoint()
    world.returns.append(enqueue.enqueue_job(type_, workspace, message_id=message_id))
    if re.search(ROLLBACK, step, re.IGNORECASE):
        _roll_back(world, step, found)


def _roll_back(world: World, step: str, found: re.Match[str]) -> None:
    if world.savepoint:
        transaction.savepoint_rollback(world.savepoint)


def _nothing(world: World, step: str, found: re.Match[str]) -> None:
    """The step describes what every scenario does anyway."""


def _requeue(world: World, step: str, found: re.Match[str]) -> None:
    job = BackgroundJob.objects.order_by("seq").first()
    assert job is not None
    world.returns.append(enqueue.requeue_job(job.dedupe_key))


def _given_jobs(world: World, step: str, found: re.Match[str]) -> None:
    numbers = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "": 1}
    word = (found["count"] or "").lower()
    count = int(word) if word.isdigit() else numbers.get(word, 1)
    values = _job_values(step)
    if quota := re.search(r"quota (?:default )?(?:is |= ?|of )?(?P<quota>\d+)", step, re.IGNORECASE):
        _quota(world, step, quota)
    lead = uuid4() if re.search(r"(one|the same|a) lead", step, re.IGNORECASE) else None
    one = match[1] if (match := re.search(r"workspace ([A-Z])\b", step)) else "A"
    began = timezone.now() - timedelta(hours=1)
    for name, size in _sizes(step) or [(one, count)]:
        for _ in range(size):
            world.made += 1
            due = began + timedelta(seconds=world.made)
            key = f"{name}{BackgroundJob.objects.filter(workspace=world.workspace(name)).count() + 1}"
            world.job(name, lead_id=lead, dedupe_key=key, **{"run_at": due, **values})


def _sizes(step: str) -> list[tuple[str, int]]:
    """`A has 3 due jobs, B has 2` or `3 due jobs of A, 2 of B`; nothing for a single workspace."""
    pairs = [(name, int(size)) for name, size in re.findall(r"\b([A-Z])\b(?: has|:| with)? (\d+)", step)]
    if not pairs:
        pairs = [(name, int(size)) for size, name in re.findall(r"(\d+)[^,\d]*?\bof (?:workspace )?([A-Z])\b", step)]
    return pairs if len(pairs) > 1 else []


def _job_values(step: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, column in (("attempts", "attempts"), ("max", "max_attempts"), ("max_attempts", "max_attempts")):
        if match := re.search(rf"\b{name}\b(?: attempts)? (?:is |= ?)?(\d+)", step, re.IGNORECASE):
            values[column] = int(match[1])
    if match := re.search(r"(\d+) reschedules|reschedules (\d+)|rescheduled (\d+) times", step, re.IGNORECASE):
        values["reschedules"] = int(next(group for group in match.groups() if group))
    if match := re.search(r"\b(PENDING|RUNNING|SUCCEEDED|FAILED|CANCELLED)\b", step, re.IGNORECASE):
        values["status"] = match[1].upper()
    named = re.search(r"\btype ([A-Z][A-Z_]{3,})", step)
    if named and registry.job_spec(named[1]) is None:
        values["type"] = named[1]
    elif re.search(r"unknown (job )?type|type .*unknown", step, re.IGNORECASE):
        values["type"] = "FROM_A_NEWER_VERSION"
    if match := re.search(r"(?:locked(?:_at)?|lock)\D*(\d+) ?min", step, re.IGNORECASE):
        ago = timezone.now() - timedelta(minutes=int(match[1]))
        values |= {"status": "RUNNING", "locked_at": ago, "locked_by": "dead-worker"}
    elif values.get("status") == "RUNNING":
        values |= {"locked_at": timezone.now(), "locked_by": "other-worker"}
    if re.search(r"run_at .*(future|hour)|due in", step, re.IGNORECASE):
        values["run_at"] = timezone.now() + timedelta(hours=1)
    return values


def _claim(world: World, step: str, found: re.Match[str]) -> None:
    worker = match[1] if (match := re.search(r"worker ([A-Z])\b", step)) else "worker"
    limit = int(match[1]) if (match := re.search(r"limit (\d+)", step)) else 10
    if not BackgroundJob.objects.exists():
        world.job()
    claims = claim_jobs(limit, worker)
    world.claims[worker] = claims
    world.claimed.append(len(claims))
    names = dict(BackgroundJob.objects.values_list("pk", "dedupe_key"))
    world.order += [names[job.id] for job in claims]
    if re.search(r"succeeds|finishes|handler returns", step, re.IGNORECASE):
        _finish(world, worker)


def _finish(world: World, worker: str) -> None:
    done = [leases.Finished(job.id, job.attempts, SUCCEEDED) for job in world.claims[worker]]
    leases.finish(leases.JOBS, worker, done)


def _worker_finishes(world: World, step: str, found: re.Match[str]) -> None:
    _finish(world, found["worker"])


def _handler_ends(world: World, step: str, found: re.Match[str]) -> None:
    """The handler of what was claimed last does what the sentence says."""
    if not world.gone:
        world.handler = _behaviour(step)
    worker, claims = next(reversed(world.claims.items())) if world.claims else ("worker", [])
    if not claims:
        claims = world.claims["worker"] = claim_jobs(10, worker)
    ended = [(job, run_job(job)) for job in claims]
    finished = [leases.Finished(job.id, job.attempts, done.outcome) for job, done in ended if done.outcome]
    leases.finish(leases.JOBS, worker, finished)


def _behaviour(step: str) -> Callable[[Any], Any]:
    if not re.search(r"rais|fails|throws", step, re.IGNORECASE):
        return lambda ctx: None
    if re.search(r"Reschedule", step):
        seconds = int(match[1]) if (match := re.search(r"\+ ?(\d+) ?s", step)) else 60
        return _raising(lambda: errors.Reschedule(datetime.now(UTC) + timedelta(seconds=seconds), "not yet"))
    text = match[1] if (match := re.search(r"\(['\"]?(.*?)['\"]?\)", step)) else "boom"
    kinds: dict[str, Callable[[str], Exception]] = {
        "Permanent": errors.Permanent,
        "Cancelled": errors.Cancelled,
        "OperationalError": OperationalError,
        "ValueError": ValueError,
        "RuntimeError": RuntimeError,
        "TimeoutError": TimeoutError,
    }
    kind = next((make for name, make in kinds.items() if name in step), ValueError)
    return _raising(lambda: kind(text))


def _raising(make: Callable[[], Exception]) -> Callable[[Any], Any]:
    def behave(_: Any) -> None:
        raise make()

    return behave


def _stale_release(world: World, step: str, found: re.Match[str]) -> None:
    if not re.search(r"^\s*release", step, re.IGNORECASE):
        long_ago = timezone.now() - timedelta(milliseconds=settings.JOB_SETTINGS.job_stale_lock_ms + 60_000)
        BackgroundJob.objects.filter(status="RUNNING").update(locked_at=long_ago)
        WebhookEvent.objects.filter(status="RUNNING").update(locked_at=long_ago)
    world.stats["released"] = sum(leases.release_stale_locks().values())


def _gone(world: World, step: str, found: re.Match[str]) -> None:
    # A handler that finds its object gone says so; of a failed one the engine looks (test_engine).
    world.handler, world.gone = _raising(lambda: errors.Cancelled(f"{found['what']} gone")), True
    if world.claims:
        _finish_claims_with_handler(world)


def _finish_claims_with_handler(world: World) -> None:
    worker, claims = next(reversed(world.claims.items()))
    finished = [leases.Finished(job.id, job.attempts, run_job(job).outcome or SUCCEEDED) for job in claims]
    leases.finish(leases.JOBS, worker, finished)


def _workspace_status(world: World, step: str, found: re.Match[str]) -> None:
    row = world.workspace()
    values = {"status": found["status"].lower()}
    if values["status"] == "deleted":
        values["deleted_at"] = timezone.now()
    type(row).objects.filter(pk=row.pk).update(**values)


def _enterprise(world: World, step: str, found: re.Match[str]) -> None:
    WorkspaceSettings.objects.filter(workspace=world.workspace()).update(high_quota_enabled=True)
    if re.search(r"\bjobs?\b", step):
        match = re.search(GIVEN_JOBS, step, re.IGNORECASE)
        assert match is not None
        _given_jobs(world, step, match)


def _quota(world: World, step: str, found: re.Match[str]) -> None:
    knobs = replace(settings.JOB_SETTINGS, quota_default=int(found["quota"]))
    world.stack.enter_context(override_settings(JOB_SETTINGS=knobs))


# --- events ----------------------------------------------------------------------------------------


def _event_handler(world: World, step: str, found: re.Match[str]) -> None:
    behaviour = _behaviour(step)
    world.stack.enter_context(processor_registered("EMAILBISON", lambda event: behaviour(event) or "processed"))
    world.waits_for_drain = True
    if not WebhookEvent.objects.exists():
        make_event(world.workspace())


def _given_event(world: World, step: str, found: re.Match[str]) -> None:
    _post_webhook(world)
    values = {"status": found["status"]}
    if found["status"] in ("SUCCEEDED", "RUNNING"):
        drain()
    if found["status"] == "FAILED":
        values |= {"attempts": 8}
    WebhookEvent.objects.update(**values)
    world.responses.clear()


def _same_webhook(world: World, step: str, found: re.Match[str]) -> None:
    _post_webhook(world)
    if re.search(r"drain", step, re.IGNORECASE):
        drain()


def _post_webhook(world: World) -> None:
    if world.webhook is None:
        workspace = world.workspace()
        ConnectionFactory(workspace=workspace, external_account_id="88")
        world.webhook = {"path": f"/api/webhooks/email?clientId={workspace.pk}", "body": _reply_body()}
    response = ZrgClient().post(
        world.webhook["path"], data=json.dumps(world.webhook["body"]), content_type="application/json"
    )
    world.responses.append(response)


def _reply_body() -> dict[str, Any]:
    return {
        "event": {"type": "LEAD_REPLIED", "workspace_id": 88},
        "data": {
            "lead": {"id": 7, "email": "jane@prospect.example", "first_name": "Jane", "last_name": "Doe"},
            "campaign": {"id": 5, "name": "Spring"},
            "sender_email": {"id": 61, "email": "sender61@outbound.example", "name": "Sam"},
            "reply": {
                "id": 9001,
                "uuid": "b7b6c1de-0000-4000-8000-000000000001",
                "email_subject": "Re: Hello",
                "from_email_address": "jane@prospect.example",
                "from_name": "Jane Doe",
                "text_body": "Sounds good, tell me more.",
                "html_body": "<p>Sounds good, tell me more.</p>",
                "date_received": "2026-03-05T16:00:00Z",
                "automated_reply": False,
            },
        },
    }


def _events_of_priorities(world: World, step: str, found: re.Match[str]) -> None:
    for number, priority in enumerate(re.findall(r"\d+", step)):
        due = timezone.now() - timedelta(minutes=60 - number)
        make_event(world.workspace(), key=f"{number}:{priority}", priority=int(priority), run_at=due)


def _claim_events(world: World, step: str, found: re.Match[str]) -> None:
    limit = int(match[1]) if (match := re.search(r"limit (\d+)", step)) else 25
    taken = claim_events(limit, "worker")
    world.claimed.append(len(taken))
    world.order += [event.priority for event in taken]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened(Event):
    """What a scenario announces."""

    message: str

    @property
    def key(self) -> str:
        return self.message


def _announce(world: World, step: str, found: re.Match[str]) -> None:
    if not re.search(r"no receiver|nobody", step, re.IGNORECASE) and not registry.receivers_of("Happened"):
        world.stack.enter_context(patch.dict(registry._events))
        world.stack.enter_context(patch.dict(registry._receivers))
        registry.register_event_receiver(Happened, "scenario", lambda event: None)
    new = announce(Happened(workspace_id=world.workspace().pk, message="m1"))
    world.returns.append(new > 0)


# --- drains ------------------------------------------------------------------------------------------


def _drain(world: World, step: str, found: re.Match[str]) -> None:
    world.waits_for_drain = False
    times = int(match[1]) if (match := re.search(r"(\d+) times", step)) else 1
    for _ in range(times):
        world.stats |= engine.drain(concurrency=0, should_stop=lambda: False).as_dict()
        if times > 1:
            # Each time the wait has passed.
            BackgroundJob.objects.filter(status="PENDING").update(run_at=timezone.now())
            WebhookEvent.objects.filter(status="PENDING").update(run_at=timezone.now())


# --- schedules -----------------------------------------------------------------------------------------


def _schedule(world: World, name: str) -> None:
    if registry._schedules.get(name) in _MADE.values():
        return
    spec = ScheduleSpec(
        name=name,
        cadence=timedelta(minutes=1),
        budget_seconds=60,
        stale_alert_seconds=600,
        handler=lambda ctx: world.handler(ctx),
    )
    _MADE[name] = world.stack.enter_context(schedule_registered(spec))
    world.stack.callback(_MADE.pop, name, None)


_MADE: dict[str, ScheduleSpec] = {}


def _http(world: World, step: str, found: re.Match[str]) -> None:
    name = found["job"].split("?")[0]
    if name in JOBS:
        _schedule(world, name)
    headers = _headers(step)
    with ExitStack() as stack:
        if re.search(
            r"(secret )?(is )?(unset|not set|not configured|missing in)|without CRON_SECRET", step, re.IGNORECASE
        ):
            stack.enter_context(override_settings(CRON_SECRET=""))
        world.responses.append(_call(found["method"].lower(), f"/api/cron/{found['job']}", headers))


def _no_secret(world: World, step: str, found: re.Match[str]) -> None:
    world.stack.enter_context(override_settings(CRON_SECRET=""))


def _headers(step: str) -> dict[str, str]:
    in_url = "secret=" in step and not re.search(r"bearer|x-cron-secret[: ]", step, re.IGNORECASE)
    if in_url or re.search(
        r"without (a |any )?(secret|credential|auth)|no (secret|credential|auth)", step, re.IGNORECASE
    ):
        return {}
    wrong = re.search(r"wrong|bad|empty", step, re.IGNORECASE)
    secret = ("" if "empty" in step.lower() else "wrong") if wrong else settings.CRON_SECRET
    if re.search(r"x-cron-secret", step, re.IGNORECASE):
        return {"x-cron-secret": secret}
    return {"Authorization": f"Bearer {secret}"}


def _call(method: str, path: str, headers: dict[str, str]) -> Any:
    return getattr(ZrgClient(), method)(path, headers=headers)


def _dispatch(world: World, step: str, found: re.Match[str]) -> None:
    name = found["job"] or (TaskRun.objects.values_list("job", flat=True).first() or "followups")
    _schedule(world, name)
    clock = match[1] if (match := re.search(r"at (\d\d:\d\d(?::\d\d)?)", step)) else None
    headers = {"Authorization": f"Bearer {settings.CRON_SECRET}"}
    query = f"?{match[0]}" if (match := re.search(r"\b\w+=[^\s,]+(&\w+=[^\s,]+)*", step)) else ""
    with ExitStack() as stack:
        if clock:
            stack.enter_context(time_machine.travel(f"{DAY}T{clock}Z", tick=False))
        if re.search(r"broker (is )?down|redis (is )?down", step, re.IGNORECASE):
            world.broker_down = True
        if re.search(r"inline", step, re.IGNORECASE):
            ScheduledJob.objects.update_or_create(
                name=name, defaults={"cadence": "", "budget_seconds": 60, "inline": True}
            )
        world.responses.append(_call("post", f"/api/cron/{name}{query}", headers))


def _running(world: World, step: str, found: re.Match[str]) -> None:
    name = found["job"]
    _schedule(world, name)
    minutes = int(match[1]) if (match := re.search(r"(\d+) ?min", step)) else 1
    status = found["status"].upper()
    moment = timezone.now() - timedelta(minutes=minutes)
    world.old_run = TaskRun.objects.create(
        job=name,
        dispatch_key=f"cron:{name}:before",
        correlation_id=uuid4(),
        source="beat",
        status=status,
        window_start=moment,
        window_seconds=60,
        created_at=moment,
        enqueued_at=moment,
        heartbeat_at=moment if status == "RUNNING" else None,
    )


def _switch(world: World, step: str, found: re.Match[str]) -> None:
    name = found["job"]
    _schedule(world, name)
    values = {"enabled": False} if found["switch"].lower() in ("disabled", "enabled=false", "off") else {"inline": True}
    ScheduledJob.objects.update_or_create(name=name, defaults={"cadence": "", "budget_seconds": 60, **values})


def _inline_by_variable(world: World, step: str, found: re.Match[str]) -> None:
    names = settings.CRON_INLINE_JOBS | {found["name"].upper()}
    world.stack.enter_context(override_settings(CRON_INLINE_JOBS=names))


def _broker_down(world: World, step: str, found: re.Match[str]) -> None:
    world.broker_down = True


def _broker_up(world: World, step: str, found: re.Match[str]) -> None:
    world.broker_down = False


def _run_finished(world: World, step: str, found: re.Match[str]) -> None:
    world.handler = _behaviour(step)
    _run_waiting()


def _run_waiting() -> None:
    for run in TaskRun.objects.filter(status=RunStatus.ENQUEUED).order_by("created_at"):
        run_task(run.pk)


# --- the end ---------------------------------------------------------------------------------------------


def _observe(world: World) -> dict[str, Any]:
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
        _run_waiting()
        new = TaskRun.objects.exclude(pk=world.old_run.pk).order_by("-created_at").first()
        facts |= {"old_status": world.old_run.status}
        if new is not None:
            facts |= {"new_status": new.status, "new_status_after_run": new.status, "reason": new.stats.get("reason")}
    return facts


def _rolled(world: World, step: str, found: re.Match[str]) -> None:
    if re.search(r"enqueue", step, re.IGNORECASE):
        match = re.search(ENQUEUE, step, re.IGNORECASE)
        assert match is not None
        _enqueue(world, step, match)
    else:
        _roll_back(world, step, found)


ENQUEUE = r"enqueue(?:_job)?(?: a)?(?: (?P<type>[A-Z][A-Z_]{4,}))?(?:.*?(?:for )?message (?P<message>\w+))?"
GIVEN_JOBS = r"^(?P<count>\d+|a|an|one|two|three|four|five|ten)? ?(due |running |pending )?(jobs?\b|.*\b(jobs?|row)\b)"
Action = Callable[[World, str, "re.Match[str]"], None]
_JOB_NAME = r"(?!jobs?\b|event\b|redis\b|broker\b|workspace\b)(?P<job>[a-z][a-z0-9-]*(?:/[a-z0-9-]+)*)"
STEPS: list[tuple[str, Action]] = [
    (r"^(?P<method>GET|POST|PUT|DELETE|PATCH) /api/cron/(?P<job>\S+)", _http),
    (
        r"^((the |no )?(CRON_SECRET|cron secret|secret))\b",
        _no_secret,
    ),
    (r"^(begin|open a transaction|commit)", _nothing),
    (ROLLBACK, _rolled),
    (rf"^{_JOB_NAME} (is )?(?P<status>RUNNING|ENQUEUED|DISPATCHING)", _running),
    (rf"^{_JOB_NAME} (is )?(?P<switch>disabled|enabled=false|off|inline)", _switch),
    (rf"^dispatch\b(?: again| the same| {_JOB_NAME})?", _dispatch),
    (r"CRON_(?P<name>\w+)_INLINE", _inline_by_variable),
    (r"^announce", _announce),
    (r"^requeue|requeue_job", _requeue),
    (ENQUEUE, _enqueue),
    (r"(broker|redis) (is )?(down|away|gone)", _broker_down),
    (r"(broker|redis) (is )?(back|up)", _broker_up),
    (r"event handler", _event_handler),
    (r"(same|identical) webhook|webhook (arrives|again)|redeliver", _same_webhook),
    (r"^(an? |the )?event (is |with status )?(?P<status>PENDING|RUNNING|SUCCEEDED|FAILED)", _given_event),
    (r"goes stale|release[sd]? (the )?stale|lock is stale|stale locks? released|^release", _stale_release),
    (r"^worker [A-Z] (succeeds|finishes)|^(?P<worker>[A-Z]) (finishes|succeeds)", _worker_finishes),
    (r"claim.*events?|events? .*claim", _claim_events),
    (r"^events?\b.*priorit|priorit.*events?", _events_of_priorities),
    (r"claim", _claim),
    (r"the (?P<what>lead|message|workspace|draft) (is|was|has been) (deleted|gone|removed)", _gone),
    (r"workspace (is )?(?P<status>suspended|deleted)", _workspace_status),
    (r"high_quota|enterprise", _enterprise),
    (r"^(the |default |workspace |running )*quota (default )?(is |= ?|of )?(?P<quota>\d+)", _quota),
    (r"^(the )?(run|job run|worker) (ends|finishes|succeeds|runs|fails)", _run_finished),
    (r"handler", _handler_ends),
    (r"^(run (the )?)?drain|sweep|\d+ times", _drain),
    (GIVEN_JOBS, _given_jobs),
]

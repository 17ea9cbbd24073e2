"""Steps about jobs, inbound calls and drains."""

import json
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from tests.factories import ConnectionFactory
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.job_world import ROLLBACK, TYPE, World, behaviour, raising
from tests.zrg.jobs.support import make_event, processor_registered
from zrg.jobs import errors, registry
from zrg.jobs.contracts import Event
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.jobs.rules.outcomes import SUCCEEDED
from zrg.jobs.services import engine, enqueue, leases
from zrg.jobs.services.announce import announce
from zrg.jobs.services.claiming import claim_events, claim_jobs
from zrg.jobs.services.execution import run_job
from zrg.workspaces.models import WorkspaceSettings

ENQUEUE = r"enqueue(?:_job)?(?: a)?(?: (?P<type>[A-Z][A-Z_]{4,}))?(?:.*?(?:for )?message (?P<message>\w+))?"
GIVEN_JOBS = r"^(?P<count>\d+|a|an|one|two|three|four|five|ten)? ?(due |running |pending )?(jobs?\b|.*\b(jobs?|row)\b)"


# --- jobs ------------------------------------------------------------------------------------------


def do_enqueue(world: World, step: str, found: re.Match[str]) -> None:
    if found["type"]:
        world.last_call = (found["type"], found["message"] or "m1")
    type_, message = world.last_call or (TYPE, "m1")
    message_id = world.messages.setdefault(message, uuid4())
    workspace = world.workspace()
    world.savepoint = transaction.savepoint()
    world.returns.append(enqueue.enqueue_job(type_, workspace, message_id=message_id))
    if re.search(ROLLBACK, step, re.IGNORECASE):
        do_roll_back(world, step, found)


def do_roll_back(world: World, step: str, found: re.Match[str]) -> None:
    if world.savepoint:
        transaction.savepoint_rollback(world.savepoint)


def do_nothing(world: World, step: str, found: re.Match[str]) -> None:
    """The step describes what every scenario does anyway."""


def do_requeue(world: World, step: str, found: re.Match[str]) -> None:
    job = BackgroundJob.objects.order_by("seq").first()
    assert job is not None
    world.returns.append(enqueue.requeue_job(job.dedupe_key))


def do_given_jobs(world: World, step: str, found: re.Match[str]) -> None:
    numbers = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "": 1}
    word = (found["count"] or "").lower()
    count = int(word) if word.isdigit() else numbers.get(word, 1)
    values = _job_values(step)
    if quota := re.search(r"quota (?:default )?(?:is |= ?|of )?(?P<quota>\d+)", step, re.IGNORECASE):
        do_quota(world, step, quota)
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


def do_claim(world: World, step: str, found: re.Match[str]) -> None:
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


def do_worker_finishes(world: World, step: str, found: re.Match[str]) -> None:
    _finish(world, found["worker"])


def do_handler_ends(world: World, step: str, found: re.Match[str]) -> None:
    """The handler of what was claimed last does what the sentence says."""
    if not world.gone:
        world.handler = behaviour(step)
    worker, claims = next(reversed(world.claims.items())) if world.claims else ("worker", [])
    if not claims:
        claims = world.claims["worker"] = claim_jobs(10, worker)
    ended = [(job, run_job(job)) for job in claims]
    finished = [leases.Finished(job.id, job.attempts, done.outcome) for job, done in ended if done.outcome]
    leases.finish(leases.JOBS, worker, finished)


def do_stale_release(world: World, step: str, found: re.Match[str]) -> None:
    if not re.search(r"^\s*release", step, re.IGNORECASE):
        long_ago = timezone.now() - timedelta(milliseconds=settings.JOB_SETTINGS.job_stale_lock_ms + 60_000)
        BackgroundJob.objects.filter(status="RUNNING").update(locked_at=long_ago)
        WebhookEvent.objects.filter(status="RUNNING").update(locked_at=long_ago)
    world.stats["released"] = sum(leases.release_stale_locks().values())


def do_gone(world: World, step: str, found: re.Match[str]) -> None:
    # A handler that finds its object gone says so; of a failed one the engine looks (test_engine).
    world.handler, world.gone = raising(lambda: errors.Cancelled(f"{found['what']} gone")), True
    if world.claims:
        _finish_claims_with_handler(world)


def _finish_claims_with_handler(world: World) -> None:
    worker, claims = next(reversed(world.claims.items()))
    finished = [leases.Finished(job.id, job.attempts, run_job(job).outcome or SUCCEEDED) for job in claims]
    leases.finish(leases.JOBS, worker, finished)


def do_workspace_status(world: World, step: str, found: re.Match[str]) -> None:
    row = world.workspace()
    values = {"status": found["status"].lower()}
    if values["status"] == "deleted":
        values["deleted_at"] = timezone.now()
    type(row).objects.filter(pk=row.pk).update(**values)


def do_enterprise(world: World, step: str, found: re.Match[str]) -> None:
    WorkspaceSettings.objects.filter(workspace=world.workspace()).update(high_quota_enabled=True)
    if re.search(r"\bjobs?\b", step):
        match = re.search(GIVEN_JOBS, step, re.IGNORECASE)
        assert match is not None
        do_given_jobs(world, step, match)


def do_quota(world: World, step: str, found: re.Match[str]) -> None:
    knobs = replace(settings.JOB_SETTINGS, quota_default=int(found["quota"]))
    world.stack.enter_context(override_settings(JOB_SETTINGS=knobs))


def do_rolled(world: World, step: str, found: re.Match[str]) -> None:
    if re.search(r"enqueue", step, re.IGNORECASE):
        match = re.search(ENQUEUE, step, re.IGNORECASE)
        assert match is not None
        do_enqueue(world, step, match)
    else:
        do_roll_back(world, step, found)


# --- events ----------------------------------------------------------------------------------------


def do_event_handler(world: World, step: str, found: re.Match[str]) -> None:
    handler = behaviour(step)
    world.stack.enter_context(processor_registered("EMAILBISON", lambda event: handler(event) or "processed"))
    world.waits_for_drain = True
    if not WebhookEvent.objects.exists():
        make_event(world.workspace())


def do_given_event(world: World, step: str, found: re.Match[str]) -> None:
    post_webhook(world)
    values = {"status": found["status"]}
    if found["status"] in ("SUCCEEDED", "RUNNING"):
        drain()
    if found["status"] == "FAILED":
        values |= {"attempts": 8}
    WebhookEvent.objects.update(**values)
    world.responses.clear()


def do_same_webhook(world: World, step: str, found: re.Match[str]) -> None:
    post_webhook(world)
    if re.search(r"drain", step, re.IGNORECASE):
        drain()


def post_webhook(world: World) -> None:
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


def do_events_of_priorities(world: World, step: str, found: re.Match[str]) -> None:
    for number, priority in enumerate(re.findall(r"\d+", step)):
        due = timezone.now() - timedelta(minutes=60 - number)
        make_event(world.workspace(), key=f"{number}:{priority}", priority=int(priority), run_at=due)


def do_claim_events(world: World, step: str, found: re.Match[str]) -> None:
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


def do_announce(world: World, step: str, found: re.Match[str]) -> None:
    if not re.search(r"no receiver|nobody", step, re.IGNORECASE) and not registry.receivers_of("Happened"):
        world.stack.enter_context(patch.dict(registry._events))
        world.stack.enter_context(patch.dict(registry._receivers))
        registry.register_event_receiver(Happened, "scenario", lambda event: None)
    new = announce(Happened(workspace_id=world.workspace().pk, message="m1"))
    world.returns.append(new > 0)


# --- drains ------------------------------------------------------------------------------------------


def do_drain(world: World, step: str, found: re.Match[str]) -> None:
    world.waits_for_drain = False
    times = int(match[1]) if (match := re.search(r"(\d+) times", step)) else 1
    for _ in range(times):
        world.stats |= engine.drain(concurrency=0, should_stop=lambda: False).as_dict()
        if times > 1:
            # Each time the wait has passed.
            BackgroundJob.objects.filter(status="PENDING").update(run_at=timezone.now())
            WebhookEvent.objects.filter(status="PENDING").update(run_at=timezone.now())

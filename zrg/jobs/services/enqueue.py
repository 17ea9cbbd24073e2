"""Putting work into the queue, inside the caller's transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import connection, transaction
from django.db.models import F, Func, JSONField, Value
from django.db.models.functions import Now

from zrg.jobs import registry
from zrg.jobs.constants import DEDUPE_KEY_LENGTH, JOB_MAX_ATTEMPTS
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob
from zrg.jobs.rules.keys import build_job_dedupe_key
from zrg.jobs.services.nudges import nudge_queue
from zrg.lib import log_events
from zrg.lib.hashing import sha
from zrg.workspaces.models import Workspace

log = structlog.get_logger(__name__)

# No conflict target: any unique key that is taken makes it a duplicate, and no row is read back.
_INSERT = """
INSERT INTO jobs_backgroundjob
  (id, type, dedupe_key, workspace_id, lead_id, message_id, draft_id, payload, run_at, max_attempts)
VALUES {rows}
ON CONFLICT DO NOTHING
"""
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s::jsonb, coalesce(%s, statement_timestamp()), %s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be inserted; see `enqueue_job`."""

    type: str
    workspace_id: UUID | str | None
    dedupe_key: str
    lead_id: UUID | str | None = None
    message_id: UUID | str | None = None
    draft_id: UUID | str | None = None
    run_at: datetime | None = None
    max_attempts: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


def enqueue_job(
    type: str,
    workspace: "Workspace | UUID | str | None",
    *,
    lead_id: UUID | str | None = None,
    message_id: UUID | str | None = None,
    draft_id: UUID | str | None = None,
    dedupe_key: str | None = None,
    run_at: datetime | None = None,
    max_attempts: int | None = None,
    payload: Mapping[str, Any] | None = None,
) -> bool:
    """Insert one job in the caller's transaction; True when it is new, False for a duplicate.

    The dedupe key (default `{workspace}:{message}:{type}`) makes this idempotent. Workers are woken
    after the commit; a lost wake-up costs at most a minute. `lead_id` means that the job takes turns
    with the other jobs of that lead.
    """
    workspace_id = workspace.pk if isinstance(workspace, Workspace) else workspace
    job = NewJob(
        type=type,
        workspace_id=workspace_id,
        dedupe_key=dedupe_key or _default_key(type, workspace_id, message_id),
        lead_id=lead_id,
        message_id=message_id,
        draft_id=draft_id,
        run_at=run_at,
        max_attempts=max_attempts,
        payload=payload or {},
    )
    return enqueue_jobs([job]) == 1


def enqueue_jobs(jobs: Sequence[NewJob]) -> int:
    """Insert jobs by one statement in the caller's transaction; returns how many are new."""
    if not jobs:
        return 0
    keys = [job_key(job.dedupe_key) for job in jobs]
    values = [value for job, key in zip(jobs, keys, strict=True) for value in _values(job, key)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(rows=", ".join([_ROW] * len(jobs))), values)
        created = int(cursor.rowcount)
    if len(jobs) == 1:
        name = log_events.JOB_ENQUEUED if created else log_events.JOB_DUPLICATE
        log.info(name, job_type=jobs[0].type, dedupe_key=keys[0])
    else:
        log.info(log_events.JOB_ENQUEUED, job_type=jobs[0].type, dedupe_key=keys[0], jobs=created)
    if created:
        for queue, run_at in {(registry.queue_of(job.type), job.run_at) for job in jobs}:
            transaction.on_commit(partial(nudge_queue, queue, run_at=run_at))
    return created


def requeue_job(dedupe_key: str) -> bool:
    """Run a finished job again: SUCCEEDED, FAILED or CANCELLED goes back to PENDING with attempts 0.

    A PENDING one is left; a RUNNING one is flagged and goes back to PENDING when it ends. Returns
    whether the job will run (again) because of this call.
    """
    rows = BackgroundJob.objects.filter(dedupe_key=job_key(dedupe_key))
    changed = rows.filter(status__in=(JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)).update(
        **pending_again()
    )
    if changed:
        queue = registry.queue_of(rows.values_list("type", flat=True).get())
        transaction.on_commit(lambda: nudge_queue(queue))
        return True
    flag = Func(F("payload"), Value({"rerun": True}, output_field=JSONField()), function="", arg_joiner=" || ")
    return bool(rows.filter(status=JobStatus.RUNNING).update(payload=flag, updated_at=Now()))


def cancel_waiting_jobs(type: str, draft_id: UUID, reason: str) -> int:
    """End the jobs of a draft that still wait; running and finished ones are left. Returns how many."""
    waiting = BackgroundJob.objects.filter(type=type, draft_id=draft_id, status=JobStatus.PENDING)
    return waiting.update(
        status=JobStatus.CANCELLED, last_error=reason, finished_at=Now(), updated_at=Now(), locked_at=None
    )


def pending_again() -> dict[str, Any]:
    """Column values that put a finished row back to the start of its life."""
    return {
        "status": "PENDING",
        "attempts": 0,
        "run_at": Now(),
        "locked_at": None,
        "locked_by": None,
        "started_at": None,
        "finished_at": None,
        "last_error": None,
        "updated_at": Now(),
    }


def job_key(key: str) -> str:
    """`key` if it fits the column, otherwise its readable start and its hash."""
    if len(key) <= DEDUPE_KEY_LENGTH:
        return key
    digest = sha(key)
    return f"{key[: DEDUPE_KEY_LENGTH - len(digest) - 3]}:h:{digest}"


def _values(job: NewJob, key: str) -> list[Any]:
    spec = registry.job_spec(job.type)
    attempts = job.max_attempts or (spec.max_attempts if spec else JOB_MAX_ATTEMPTS)
    payload = json.dumps({**_correlation(), **job.payload}, default=str)
    ids = [job.workspace_id, job.lead_id, job.message_id, job.draft_id]
    return [uuid4(), job.type, key, *ids, payload, job.run_at, attempts]


def _correlation() -> dict[str, str]:
    """What ties the job's log lines to the request, call or job that caused it."""
    bound = structlog.contextvars.get_contextvars()
    cause = bound.get("correlation_id") or bound.get("request_id")
    return {"correlation_id": str(cause)} if cause else {}


def _default_key(type: str, workspace_id: UUID | str | None, message_id: UUID | str | None) -> str:
    if workspace_id is None or message_id is None:
        raise ValueError(f"a {type} job without workspace and message needs its own dedupe key")
    return build_job_dedupe_key(workspace_id, message_id, type)

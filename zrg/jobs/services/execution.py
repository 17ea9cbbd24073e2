"""Doing one claimed piece of work: call its handler, turn what happens into an outcome."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from zrg.jobs import registry
from zrg.jobs.contracts import JobContext
from zrg.jobs.errors import Cancelled, JobSignal, Permanent
from zrg.jobs.models import WebhookEvent
from zrg.jobs.rules.outcomes import SUCCEEDED, Outcome, decide_event, decide_job
from zrg.jobs.services.claiming import ClaimedJob
from zrg.jobs.services.leases import finish_event
from zrg.lib import log_events
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant

log = structlog.get_logger(__name__)

# How long one handler may take; its stages divide this among themselves.
HANDLER_SECONDS = 240.0
# Waits before the repeats in place when the database connection breaks.
CONNECTION_RETRY_SECONDS = (1.0, 2.0)

# What a handler meets when an object is gone: nothing found, or a row that may not point to it.
LOOKUP_ERRORS = (ObjectDoesNotExist, NotVisible, DatabaseError)

T = TypeVar("T")


class LeaseLost(Exception):  # not an error: somebody else does this work now
    """Rolls back the effects of an event whose lease is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What happened to one claim. `outcome` None: already recorded, or no longer ours to record."""

    outcome: Outcome | None
    result: str
    connection_failed: bool = False


def run_job(job: ClaimedJob) -> Done:
    """Call the handler of a leased job, outside any transaction."""
    try:
        payload = job.payload
        correlation_id = str(payload.get("correlation_id") or job.id)
        spec = registry.job_spec(job.type)
        if spec is None:
            raise Permanent(f"No handler for {job.type}")
        ctx = JobContext(
            id=job.id,
            type=job.type,
            workspace_id=job.workspace_id,  # type: ignore[arg-type]  # None only for platform receivers
            lead_id=job.lead_id,
            message_id=job.message_id,
            draft_id=job.draft_id,
            payload=payload,
            attempts=job.attempts,
            max_attempts=job.max_attempts,
            correlation_id=correlation_id,
            deadline=time.monotonic() + HANDLER_SECONDS,
            reschedules=job.reschedules,
        )
        with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
            _with_connection_retries(lambda: spec.handler(ctx))
    except Exception as error:  # this is the edge: every failure becomes the row's state
        return _failed_job(job, error)
    log.info(log_events.JOB_SUCCEEDED, job_type=job.type, job_id=str(job.id))
    return Done(outcome=SUCCEEDED, result="succeeded")


def run_event(event: WebhookEvent, worker_id: str) -> Done:
    """Process one inbound call: its effects and its new status in one transaction of its workspace."""
    try:
        with structlog.contextvars.bound_contextvars(correlation_id=str(event.pk)):
            outcome = _with_connection_retries(lambda: _process(event, worker_id))
    except LeaseLost:
        log.warning(log_events.EVENT_LEASE_LOST, event_id=str(event.pk), worker=worker_id)
        return Done(outcome=None, result="lease_lost")
    except Cancelled as reason:
        with tenant(str(event.workspace_id)):
            finish_event(event, worker_id, f"ignored:{reason}")
        outcome = "ignored"
    except Exception as error:  # this is the edge: every failure becomes the row's state
        return _failed_event(event, error)
    ignored = outcome.startswith("ignored")
    log.info(
        log_events.EVENT_IGNORED if ignored else log_events.EVENT_SUCCEEDED,
        event_id=str(event.pk),
        provider=event.provider,
        outcome=outcome,
    )
    return Done(outcome=None, result="ignored" if ignored else "succeeded")


def is_connection_error(error: BaseException) -> bool:
    """Whether the database itself is away (and not: this statement was refused)."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    # Class 08: connection; 57P0x: server is going down or starting; 53300: too many connections.
    return sqlstate is None or sqlstate.startswith(("08", "57P0")) or sqlstate == "53300"


def _process(event: WebhookEvent, worker_id: str) -> str:
    processor = registry.webhook_processor(event.provider)
    if processor is None or event.workspace_id is None:
        raise Permanent(f"Nobody processes {event.provider}")
    with tenant(event.workspace_id):
        outcome = processor(event)
        if not finish_event(event, worker_id, outcome):
            raise LeaseLost
    return outcome


def _with_connection_retries(work: Callable[[], T]) -> T:
    for pause in CONNECTION_RETRY_SECONDS:
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            if not is_connection_error(error) or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
    return work()


def _failed_job(job: ClaimedJob, error: Exception) -> Done:
    if (gone := _what_is_gone(job, error)) is not None:
        error = Cancelled(f"{gone} gone")
    outcome = decide_job(
        error,
        attempts=job.attempts,
        max_attempts=job.max_attempts,
        reschedules=job.reschedules,
        jitter=random.random(),  # noqa: S311  # spreads retries, guards nothing
    )
    name = {
        "retried": log_events.JOB_RETRY,
        "failed": log_events.JOB_FAILED,
        "rescheduled": log_events.JOB_RESCHEDULED,
        "cancelled": log_events.JOB_CANCELLED,
    }[outcome.result]
    _log_failure(name, error, outcome, job_type=job.type, job_id=str(job.id), attempts=job.attempts)
    return Done(outcome=outcome, result=outcome.result, connection_failed=_clean_up_after(error))


def _what_is_gone(job: ClaimedJob, error: Exception) -> str | None:
    """What the failed job names and is no longer there, looked up in the job's own context.

    The error alone proves nothing: a look-up also fails when a handler forgot its context, and that must
    be tried again and seen, never cancelled.
    """
    if job.workspace_id is None or not isinstance(error, LOOKUP_ERRORS) or is_connection_error(error):
        return None
    with tenant(job.workspace_id):
        for column, exists in registry.existence_checks().items():
            object_id = getattr(job, column)
            if object_id is not None and not exists(object_id):
                return column.removesuffix("_id")
    return None


def _failed_event(event: WebhookEvent, error: Exception) -> Done:
    outcome = decide_event(
        error,
        attempts=event.attempts,
        max_attempts=event.max_attempts,
        jitter=random.random(),  # noqa: S311  # spreads retries, guards nothing
    )
    name = {
        "retried": log_events.EVENT_RETRY,
        "failed": log_events.EVENT_FAILED,
        "rescheduled": log_events.EVENT_RESCHEDULED,
    }[outcome.result]
    _log_failure(name, error, outcome, event_id=str(event.pk), provider=event.provider, attempts=event.attempts)
    return Done(outcome=outcome, result=outcome.result, connection_failed=_clean_up_after(error))


def _log_failure(name: str, error: Exception, outcome: Outcome, **ids: object) -> None:
    is_signal = isinstance(error, JobSignal)
    write = log.error if outcome.result == "failed" else log.warning if outcome.result == "retried" else log.info
    write(name, error=outcome.last_error, exc_info=None if is_signal else error, **ids)


def _clean_up_after(error: Exception) -> bool:
    # A handler that broke its connection must not hand it to the next job of this thread.
    failed = is_connection_error(error)
    if failed and not connection.in_atomic_block:
        connection.close()
    return failed

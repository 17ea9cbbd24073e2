"""What an operator does with work that stopped: replay, cancel, release, route, ignore. All audited."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models.functions import Now

from zrg.jobs.constants import EVENTS_QUEUE
from zrg.jobs.enums import EventStatus, JobStatus
from zrg.jobs.models import BackgroundJob, WebhookBody, WebhookEvent
from zrg.jobs.services.engine import nudge_what_is_due
from zrg.jobs.services.enqueue import pending_again
from zrg.jobs.services.nudges import nudge_queue
from zrg.lib import log_events
from zrg.workspaces.models import User, Workspace
from zrg.workspaces.services.audit import record_audit

log = structlog.get_logger(__name__)

REPLAY_LIMIT = 500
Actor = User | str | None


def replay_jobs(ids: Sequence[UUID], *, by: Actor, reason: str = "") -> int:
    """Finished jobs start over: PENDING, attempts 0, due now. Waiting and running ones are left."""
    ended = (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED)
    rows = BackgroundJob.objects.filter(pk__in=ids, status__in=ended)
    return _change(rows, "job.replayed", {**pending_again(), "reschedules": 0}, by, reason)


def replay_events(ids: Sequence[UUID], *, by: Actor, reason: str = "") -> int:
    """Failed calls, and unrouted ones that have a workspace, start over. Effects happen at most once."""
    rows = WebhookEvent.objects.filter(
        pk__in=ids,
        status__in=(EventStatus.FAILED, EventStatus.SUCCEEDED, EventStatus.UNROUTED),
        workspace__isnull=False,
    )
    return _change(rows, "event.replayed", {**pending_again(), "outcome": None}, by, reason)


def route_events(ids: Sequence[UUID], workspace: Workspace, *, by: Actor, reason: str = "") -> int:
    """Give unrouted calls their workspace and process them."""
    rows = WebhookEvent.objects.filter(pk__in=ids, status=EventStatus.UNROUTED)
    WebhookBody.objects.filter(event__in=rows).update(workspace=workspace)
    return _change(rows, "event.routed", {**pending_again(), "workspace": workspace}, by, reason)


def ignore_events(ids: Sequence[UUID], *, by: Actor, reason: str) -> int:
    """Calls a person looked at and decided not to process."""
    rows = WebhookEvent.objects.filter(
        pk__in=ids, status__in=(EventStatus.FAILED, EventStatus.UNROUTED, EventStatus.PENDING)
    )
    values = {"status": EventStatus.SUCCEEDED, "outcome": "ignored:by_hand", "finished_at": Now(), "updated_at": Now()}
    return _change(rows, "event.ignored", values, by, reason)


def cancel_jobs(ids: Sequence[UUID], *, by: Actor, reason: str) -> int:
    """Waiting or failed jobs that shall not run any more."""
    rows = BackgroundJob.objects.filter(pk__in=ids, status__in=(JobStatus.PENDING, JobStatus.FAILED))
    values = {"status": JobStatus.CANCELLED, "finished_at": Now(), "updated_at": Now()}
    return _change(rows, "job.cancelled", values, by, reason)


def release_locks(model: type[BackgroundJob] | type[WebhookEvent], ids: Sequence[UUID], *, by: Actor) -> int:
    """Take running rows from workers that are known to be dead; a living one loses its lease."""
    rows = model.objects.filter(pk__in=ids, status="RUNNING")
    values = {
        "status": "PENDING",
        "locked_at": None,
        "locked_by": None,
        "run_at": Now(),
        "last_error": "Lock released by hand",
        "updated_at": Now(),
    }
    return _change(rows, "lock.released", values, by, "")


def _change(rows: Any, action: str, values: dict[str, Any], by: Actor, reason: str) -> int:
    """Move the rows and leave one audit row each, in one transaction."""
    with transaction.atomic():
        before = list(rows.select_for_update(of=("self",)).values_list("pk", "workspace_id", "status"))
        count = int(rows.model.objects.filter(pk__in=[row[0] for row in before]).update(**values))
        for pk, workspace_id, status in before:
            record_audit(
                action,
                actor=by,
                workspace=workspace_id,
                object_type=rows.model._meta.model_name,
                object_id=pk,
                before={"status": status},
                after={"status": str(values["status"])},
                reason=reason,
            )
        if values["status"] == "PENDING" and count:
            is_event = rows.model is WebhookEvent
            transaction.on_commit((lambda: nudge_queue(EVENTS_QUEUE)) if is_event else nudge_what_is_due)
    log.info(log_events.QUEUE_REPLAYED, action=action, count=count)
    return count

"""What an operator has to hear about, once per kind and hour."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone

from zrg.jobs import registry
from zrg.jobs.contracts import Notice, RunContext
from zrg.jobs.models import ScheduledJob, TaskRun
from zrg.jobs.services import queue_state
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.workspaces.context import dispatch

log = structlog.get_logger(__name__)

JOB_FAILED_ALERT_THRESHOLD = 20
URGENT_PRIORITY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A condition that holds now; `kind` is what repeats are recognised by."""

    kind: str
    text: str


def current_alerts() -> list[Alert]:
    """Every condition that holds now, from the tables alone."""
    return [*_queue_age(), *_stale_schedules(), *_dead_letters(), *_unrouted()]


def raise_alerts(ctx: RunContext) -> None:
    """Routine of `maintenance`: log every alert and announce it to the platform's staff once an hour."""
    alerts = current_alerts()
    hour = timezone.now().strftime("%Y-%m-%dT%H")
    for alert in alerts:
        log.error(log_events.QUEUE_ALERT, kind=alert.kind, text_of_alert=alert.text)
        if not ctx.dry_run:
            announce(
                Notice(workspace_id=None, kind="platform_alert", text=alert.text, notice_key=f"{alert.kind}:{hour}")
            )
    ctx.count("alerts", len(alerts))


def stale_schedules() -> dict[str, float]:
    """Registered, enabled schedules past their stale alert, with the age in seconds of the last good run.

    A schedule without any good run counts from when it was first synchronised.
    """
    rows = {row.name: row for row in ScheduledJob.objects.filter(enabled=True, is_registered=True)}
    stale = {}
    for spec in registry.schedules():
        row = rows.get(spec.name)
        if row is None or spec.cadence is None or spec.stale_alert_seconds is None:
            continue
        last = TaskRun.objects.of_job(spec.name).good().order_by("-created_at").values_list("finished_at", flat=True)
        since = last.first() or row.created_at
        age = (timezone.now() - since).total_seconds()
        if age > spec.stale_alert_seconds:
            stale[spec.name] = age
    return stale


def _queue_age() -> list[Alert]:
    limit = timedelta(minutes=settings.JOB_SETTINGS.stale_queue_alert_minutes).total_seconds()
    _, oldest = queue_state.remaining_due()
    if oldest <= limit:
        return []
    return [Alert(kind="queue_age", text=f"Oldest due work waits for {oldest // 60} minutes")]


def _stale_schedules() -> list[Alert]:
    return [
        Alert(kind=f"schedule:{name}", text=f"Schedule {name} has had no good run for {round(age / 60)} minutes")
        for name, age in stale_schedules().items()
    ]


def _dead_letters() -> list[Alert]:
    with dispatch(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT
                 (SELECT count(*) FROM (SELECT 1 FROM jobs_backgroundjob WHERE status = 'FAILED'
                    AND finished_at > statement_timestamp() - interval '1 hour' LIMIT 1000) j),
                 (SELECT count(*) FROM (SELECT 1 FROM jobs_webhookevent WHERE status = 'FAILED'
                    AND finished_at > statement_timestamp() - interval '1 hour' LIMIT 1000) e),
                 EXISTS (SELECT 1 FROM jobs_webhookevent WHERE status = 'FAILED'
                    AND finished_at > statement_timestamp() - interval '1 hour' AND priority <= %s)""",
            [URGENT_PRIORITY],
        )
        jobs, events, urgent = cursor.fetchone()
    found = []
    if jobs + events > JOB_FAILED_ALERT_THRESHOLD:
        found.append(Alert(kind="dead_letters", text=f"{jobs} jobs and {events} inbound calls failed within the hour"))
    if urgent:
        found.append(Alert(kind="dead_urgent", text="A reply, unsubscribe, bounce or click failed for good"))
    return found


def _unrouted() -> list[Alert]:
    with dispatch(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM (SELECT 1 FROM jobs_webhookevent WHERE status = 'UNROUTED'
                 AND finished_at > statement_timestamp() - interval '1 hour' LIMIT 1000) u"""
        )
        (count,) = cursor.fetchone()
    return (
        [Alert(kind="unrouted", text=f"{count} inbound calls of unknown workspaces within the hour")] if count else []
    )

"""Schedules of the engine itself."""

from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from zrg.jobs import registry
from zrg.jobs.contracts import CronTime, RunContext, ScheduleSpec
from zrg.jobs.enums import EventStatus, JobStatus
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.jobs.services import alerts, dispatching, engine, leases
from zrg.jobs.services.execution import HANDLER_SECONDS
from zrg.jobs.services.retention import purge_work_tables
from zrg.jobs.services.routines import routines
from zrg.workspaces.context import dispatch
from zrg.workspaces.services.retention import purge_tenancy

CANCEL_LIMIT = 5_000


def register() -> None:
    """The schedules every installation has."""
    for spec in (
        ScheduleSpec(
            name="background-jobs",
            cadence=timedelta(minutes=1),
            budget_seconds=240,
            stale_alert_seconds=5 * 60,
            handler=drain_everything,
            grace_seconds=int(HANDLER_SECONDS),
            bounds={"timeBudgetMs": (10_000, 240_000), "concurrency": (1, 8)},
        ),
        ScheduleSpec(
            name="maintenance",
            cadence=timedelta(minutes=5),
            budget_seconds=60,
            stale_alert_seconds=30 * 60,
            handler=routines("maintenance"),
        ),
        ScheduleSpec(
            name="retention",
            cadence=CronTime(minute="0", hour="5"),
            budget_seconds=600,
            stale_alert_seconds=26 * 3600,
            handler=routines("retention"),
        ),
        ScheduleSpec(
            name="rollup-check",
            cadence=CronTime(minute="30", hour="4"),
            budget_seconds=300,
            stale_alert_seconds=26 * 3600,
            handler=routines("rollup-check"),
        ),
    ):
        registry.register_schedule(spec)
    registry.register_routine("maintenance", "stale-locks", release_stale_locks)
    registry.register_routine("maintenance", "stale-runs", put_dead_runs_aside)
    registry.register_routine("maintenance", "deleted-workspaces", cancel_work_of_deleted_workspaces)
    registry.register_routine("maintenance", "alerts", alerts.raise_alerts)
    registry.register_routine("retention", "work-tables", purge_work_tables)
    registry.register_routine("retention", "tenancy", purge_people_and_acts)


def purge_people_and_acts(ctx: RunContext) -> None:
    """Audit, replayed calls and sessions past their time (the floor below knows no schedules)."""
    if not ctx.dry_run:
        ctx.stats.update(purge_tenancy(timezone.now()))


def drain_everything(ctx: RunContext) -> None:
    """The sweep of every minute: what no nudge brought to a worker."""
    if ctx.dry_run:
        return
    stats = engine.drain(
        ctx.params.get("timeBudgetMs"), concurrency=ctx.params.get("concurrency"), should_stop=ctx.should_stop
    )
    ctx.stats.update(stats.as_dict())
    if stats.circuit_open:
        ctx.report_problem("database away: circuit open")


def release_stale_locks(ctx: RunContext) -> None:
    """Free rows whose worker fell silent."""
    if not ctx.dry_run:
        for name, released in leases.release_stale_locks().items():
            ctx.count(f"released_{name}", released)


def put_dead_runs_aside(ctx: RunContext) -> None:
    """Mark dead runs of every schedule (each dispatch does it for its own)."""
    if not ctx.dry_run:
        for spec in registry.schedules():
            dispatching.recover_stale_runs(spec.name)


def cancel_work_of_deleted_workspaces(ctx: RunContext) -> None:
    """Work of a deleted workspace has lost its object."""
    if ctx.dry_run:
        return
    values = {"last_error": "Workspace deleted", "finished_at": Now(), "updated_at": Now()}
    with dispatch():
        jobs = BackgroundJob.objects.filter(status=JobStatus.PENDING, workspace__status="deleted")
        ids = list(jobs.values_list("pk", flat=True)[:CANCEL_LIMIT])
        done = BackgroundJob.objects.filter(pk__in=ids).update(status=JobStatus.CANCELLED, **values)
        events = WebhookEvent.objects.filter(status=EventStatus.PENDING, workspace__status="deleted")
        ids = list(events.values_list("pk", flat=True)[:CANCEL_LIMIT])
        done += WebhookEvent.objects.filter(pk__in=ids).update(
            status=EventStatus.SUCCEEDED, outcome="ignored:workspace_deleted", **values
        )
    ctx.count("cancelled_for_deleted_workspaces", done)

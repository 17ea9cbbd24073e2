"""Schedules: what runs regularly, each requested run, and who is alive."""

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from zrg.jobs.enums import RunSource, RunStatus
from zrg.jobs.querysets import TaskRunQuerySet
from zrg.workspaces.models.base import UUIDModel


class TaskRun(UUIDModel):
    """One requested run of a scheduled job: dispatch window and run ledger in one row."""

    job = models.CharField(max_length=64)
    dispatch_key = models.CharField(max_length=191)
    correlation_id = models.UUIDField()
    source = models.CharField(max_length=16, choices=RunSource.choices)
    requested_by = models.CharField(max_length=254, null=True, blank=True)
    params = models.JSONField(default=dict, blank=True)
    window_start = models.DateTimeField()
    window_seconds = models.IntegerField()
    status = models.CharField(max_length=16, choices=RunStatus.choices, default=RunStatus.DISPATCHING)
    attempt = models.SmallIntegerField(default=0)
    celery_task_id = models.CharField(max_length=64, null=True, blank=True)
    enqueued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.BigIntegerField(null=True, blank=True)
    stats = models.JSONField(default=dict, blank=True)
    last_error = models.TextField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    objects = TaskRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispatch_key"], name="run_dispatch_key"),
            # Concurrency 1 per job; the row shows who holds it.
            models.UniqueConstraint(fields=["job"], name="run_one_running", condition=models.Q(status="RUNNING")),
        ]
        indexes = [
            models.Index("job", models.F("created_at").desc(), name="run_job"),  # last run of a job
            models.Index("status", models.F("created_at").desc(), name="run_status"),  # failed and stale runs
            models.Index(fields=["correlation_id"], name="run_correlation"),  # from a log line to its run
        ]

    def __str__(self) -> str:
        return self.dispatch_key


class ScheduledJob(models.Model):
    """The registry's schedules, mirrored for the admin, with the two switches an operator has.

    `cursor_workspace` is the workspace a rotating walk served last.
    """

    name = models.CharField(primary_key=True, max_length=64)
    cadence = models.CharField(max_length=64)
    budget_seconds = models.IntegerField()
    stale_alert_seconds = models.IntegerField(null=True, blank=True)
    default_params = models.JSONField(default=dict, blank=True)
    is_registered = models.BooleanField(default=True)
    enabled = models.BooleanField(default=True)
    inline = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True, default="")
    cursor_workspace = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class JobsHeartbeat(models.Model):
    """Last sign of life of the beat (`beat`) and of the workers of a queue (`worker:<queue>`)."""

    name = models.CharField(primary_key=True, max_length=64)
    seen_at = models.DateTimeField(db_default=Now())
    detail = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

"""Durable work: one row per job, committed together with the data it refers to."""

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from zrg.jobs.constants import DEDUPE_KEY_LENGTH, JOB_MAX_ATTEMPTS
from zrg.jobs.enums import JobStatus
from zrg.jobs.fields import IdentityField
from zrg.jobs.querysets import BackgroundJobQuerySet
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.rls import JOB


class BackgroundJob(UUIDModel):
    """One piece of work. `(locked_by, attempts)` of a RUNNING row is a lease; see services/leases.py.

    `workspace` is null only for jobs of the installation itself (platform notices). `lead_id` is set
    only where the jobs of a lead take turns.
    """

    row_security = JOB

    type = models.CharField(max_length=64)
    status = models.CharField(
        max_length=16, choices=JobStatus.choices, default=JobStatus.PENDING, db_default=JobStatus.PENDING
    )
    seq = IdentityField()
    dedupe_key = models.CharField(max_length=DEDUPE_KEY_LENGTH)
    workspace = models.ForeignKey(
        "workspaces.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    lead_id = models.UUIDField(null=True, blank=True)
    message_id = models.UUIDField(null=True, blank=True)
    draft_id = models.UUIDField(null=True, blank=True)
    payload = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))
    run_at = models.DateTimeField(default=timezone.now, db_default=Now())
    attempts = models.SmallIntegerField(default=0, db_default=0)
    max_attempts = models.SmallIntegerField(default=JOB_MAX_ATTEMPTS, db_default=JOB_MAX_ATTEMPTS)
    reschedules = models.SmallIntegerField(default=0, db_default=0)
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.CharField(max_length=64, null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    objects = BackgroundJobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dedupe_key"], name="job_dedupe_key"),
            # One running job per lead: two replies of one person are never worked on in parallel.
            models.UniqueConstraint(
                fields=["lead_id"], name="job_one_running_per_lead", condition=models.Q(status="RUNNING")
            ),
        ]
        indexes = [
            # Age of the queue.
            models.Index(fields=["run_at"], name="job_pending", condition=models.Q(status="PENDING")),
            # Claims: the due jobs of one workspace in their order; seq keeps equal times apart without a sort.
            models.Index(
                fields=["workspace", "run_at", "seq"],
                name="job_pending_workspace",
                condition=models.Q(status="PENDING"),
            ),
            # Stale locks, running count per workspace.
            models.Index(fields=["locked_at"], name="job_running", condition=models.Q(status="RUNNING")),
            # Admin: the newest of all, and what ended badly; no other job ever enters the second.
            models.Index(models.F("created_at").desc(), name="job_newest"),
            models.Index(
                "status",
                models.F("created_at").desc(),
                name="job_ended_badly",
                condition=models.Q(status__in=["FAILED", "CANCELLED"]),
            ),
            # What happens with a message or a draft.
            models.Index(fields=["message_id"], name="job_message", condition=models.Q(message_id__isnull=False)),
            models.Index(fields=["draft_id"], name="job_draft", condition=models.Q(draft_id__isnull=False)),
            # Retention and dead letters.
            models.Index(
                fields=["status", "finished_at"], name="job_finished", condition=models.Q(finished_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"

"""Inbound calls, kept raw until they are processed and long enough to recognise a repeat."""

from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from zrg.jobs.constants import DEDUPE_KEY_LENGTH, EVENT_MAX_ATTEMPTS, PRIORITY_NORMAL
from zrg.jobs.enums import EventStatus, Provider
from zrg.jobs.querysets import WebhookEventQuerySet
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.rls import QUEUE


class WebhookEvent(UUIDModel):
    """One inbound call. A 2xx answer to a provider means exactly: this row is committed."""

    row_security = QUEUE

    workspace = models.ForeignKey(
        "workspaces.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    connection_id = models.UUIDField(null=True, blank=True)
    provider = models.CharField(max_length=16, choices=Provider.choices)
    event_type = models.CharField(max_length=64)
    dedupe_key = models.CharField(max_length=DEDUPE_KEY_LENGTH)
    status = models.CharField(
        max_length=16, choices=EventStatus.choices, default=EventStatus.PENDING, db_default=EventStatus.PENDING
    )
    verified = models.BooleanField(default=True, db_default=True)
    outcome = models.CharField(max_length=64, null=True, blank=True)
    priority = models.SmallIntegerField(default=PRIORITY_NORMAL, db_default=PRIORITY_NORMAL)
    run_at = models.DateTimeField(default=timezone.now, db_default=Now())
    attempts = models.SmallIntegerField(default=0, db_default=0)
    max_attempts = models.SmallIntegerField(default=EVENT_MAX_ATTEMPTS, db_default=EVENT_MAX_ATTEMPTS)
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.CharField(max_length=64, null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(null=True, blank=True)
    redelivered_count = models.IntegerField(default=0, db_default=0)

    provider_workspace_id = models.CharField(max_length=255, null=True, blank=True)
    provider_workspace_name = models.CharField(max_length=255, null=True, blank=True)
    campaign_id = models.CharField(max_length=255, null=True, blank=True)
    campaign_name = models.CharField(max_length=255, null=True, blank=True)
    provider_lead_id = models.CharField(max_length=255, null=True, blank=True)
    lead_email = models.CharField(max_length=320, null=True, blank=True)
    lead_first_name = models.CharField(max_length=255, null=True, blank=True)
    lead_last_name = models.CharField(max_length=255, null=True, blank=True)
    sender_email_id = models.CharField(max_length=255, null=True, blank=True)
    sender_email = models.CharField(max_length=320, null=True, blank=True)
    sender_name = models.CharField(max_length=255, null=True, blank=True)
    scheduled_email_id = models.CharField(max_length=255, null=True, blank=True)
    email_subject = models.TextField(null=True, blank=True)
    email_status = models.CharField(max_length=64, null=True, blank=True)
    email_sent_at = models.DateTimeField(null=True, blank=True)

    raw = models.JSONField(null=True, blank=True)
    lead_id = models.UUIDField(null=True, blank=True)
    message_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dedupe_key"], name="event_dedupe_key")]
        indexes = [
            # Claims: the share taken purely by age; age of the queue per priority.
            models.Index(fields=["priority", "run_at"], name="event_pending", condition=models.Q(status="PENDING")),
            # Claims: the most urgent of each workspace, so that a flood of one hides nobody.
            models.Index(
                fields=["workspace", "priority", "run_at"],
                name="event_pending_workspace",
                condition=models.Q(status="PENDING"),
            ),
            # Stale locks.
            models.Index(fields=["locked_at"], name="event_running", condition=models.Q(status="RUNNING")),
            models.Index("provider", "event_type", models.F("created_at").desc(), name="event_provider_type"),  # admin
            models.Index("workspace", models.F("created_at").desc(), name="event_workspace"),  # admin of one workspace
            models.Index(models.F("created_at").desc(), name="event_newest"),  # admin of all
            # admin: what went wrong; no other call ever enters it
            models.Index(
                "status",
                models.F("created_at").desc(),
                name="event_ended_badly",
                condition=models.Q(status__in=["FAILED", "UNROUTED"]),
            ),
            # What became of a scheduled e-mail.
            models.Index(
                fields=["scheduled_email_id"],
                name="event_scheduled_email",
                condition=models.Q(scheduled_email_id__isnull=False),
            ),
            # Retention and dead letters.
            models.Index(
                fields=["status", "finished_at"], name="event_finished", condition=models.Q(finished_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_type} {self.id}"

    @property
    def payload(self) -> Any:
        """The call's body wherever it lies; None after retention. Reads WebhookBody for large ones."""
        if self.raw is not None:
            return self.raw
        body = WebhookBody.objects.filter(event_id=self.pk).first()
        return body.raw if body else None


class WebhookBody(models.Model):
    """The body of a call when it is too large for the event's own row."""

    row_security = QUEUE

    event = models.OneToOneField(WebhookEvent, primary_key=True, on_delete=models.CASCADE, related_name="body")
    workspace = models.ForeignKey(
        "workspaces.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    raw = models.JSONField()

    objects = WebhookEventQuerySet.as_manager()

    class Meta:
        # Deleting a workspace finds its bodies.
        indexes = [models.Index(fields=["workspace"], name="webhookbody_workspace")]

    def __str__(self) -> str:
        return f"Body of {self.event_id}"

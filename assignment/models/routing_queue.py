"""Attempts that are planned."""

from django.db import models

from assignment.enums import QueueOutcome
from assignment.querysets import QueueQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import RowSecurity


class RoutingQueueEntry(UUIDModel, TimestampedModel):
    """The next attempt for one lead after a failure or while its destinations are closed.

    A first attempt needs no row. Written by the functions of the database alone.
    """

    row_security = RowSecurity(read_kinds=("dispatch",), writes="delete")

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+")
    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    attempt_number = models.PositiveSmallIntegerField()
    max_attempts = models.PositiveSmallIntegerField(default=3)
    next_retry_at = models.DateTimeField()
    last_error = models.CharField(max_length=500, null=True, blank=True)
    last_error_code = models.CharField(max_length=40, null=True, blank=True)
    error_count = models.PositiveIntegerField(default=0)
    routing_context = models.JSONField(default=dict, blank=True)
    outcome = models.CharField(max_length=16, choices=QueueOutcome, null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = QueueQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "routing queue entries"
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=models.Q(processed_at__isnull=True), name="routing_queue_one_open"
            ),
            models.CheckConstraint(
                condition=models.Q(attempt_number__gte=1, attempt_number__lte=models.F("max_attempts")),
                name="routing_queue_attempt",
            ),
        ]
        indexes = [
            # what is due in one workspace
            models.Index(
                fields=["workspace", "next_retry_at"],
                name="idx_routing_queue_retry",
                condition=models.Q(processed_at__isnull=True),
            ),
            # what is due anywhere
            models.Index(
                fields=["next_retry_at"], name="idx_routing_queue_due", condition=models.Q(processed_at__isnull=True)
            ),
            # the list of a workspace, newest first
            models.Index(fields=["workspace", "-created_at"], name="routing_queue_list"),
            # removal of closed rows
            models.Index(
                fields=["processed_at"],
                name="routing_queue_closed",
                condition=models.Q(processed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.attempt_number} of {self.max_attempts}"

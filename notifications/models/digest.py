"""The digest of a workspace on one of its days."""

from django.db import models
from django.utils import timezone

from notifications.enums import DigestStatus
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.querysets import TenantQuerySet


class DigestRun(UUIDModel):
    """There is one for each local day: who adds it sends, everybody else leaves it alone."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    local_day = models.DateField()
    period_from = models.DateTimeField()
    period_to = models.DateTimeField()
    status = models.CharField(max_length=16, choices=DigestStatus.choices)
    parts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-local_day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "local_day"], name="digestrun_once_a_day"),
            models.CheckConstraint(condition=models.Q(status__in=DigestStatus.values), name="digestrun_status_known"),
        ]
        indexes = [
            models.Index(fields=["workspace", "-period_to"], name="digestrun_period"),  # where the next one begins
        ]

    def __str__(self) -> str:
        return f"Digest of {self.local_day:%Y-%m-%d}"

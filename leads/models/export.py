"""Files of leads somebody asked for."""

from django.conf import settings
from django.db import models

from leads.enums import ExportKind, ExportStatus
from leads.querysets import ExportQuerySet
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.rls import USER_ID, RowSecurity


class ExportJob(UUIDModel):
    """One export: what was asked for stays fixed, only the person who asked may fetch it, for a day."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=ExportKind)
    params = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=8, choices=ExportStatus, default=ExportStatus.QUEUED)
    rows = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    file = models.FileField(upload_to="exports/%Y/%m/", null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()
    row_security = RowSecurity(setter=f"requested_by_id = {USER_ID}")

    class Meta:
        indexes = [
            # a person's exports in a workspace, newest first; how many are running
            models.Index(fields=["workspace", "requested_by", "-created_at"], name="export_job_list"),
            # files whose time is over
            models.Index(fields=["expires_at"], name="export_job_expiry", condition=models.Q(status="done")),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

"""Files of leads and how their columns are read."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from leads.enums import DuplicateHandling, ImportSource, ImportStatus
from leads.querysets import ImportQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel


class LeadImportJob(UUIDModel):
    """One import; `next_row` is where a restarted run goes on."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source = models.CharField(max_length=16, choices=ImportSource)
    status = models.CharField(max_length=12, choices=ImportStatus, default=ImportStatus.PENDING)
    file = models.FileField(upload_to="imports/%Y/%m/", null=True, blank=True)
    file_name = models.CharField(max_length=255, blank=True, default="")
    file_size = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=dict, blank=True)
    on_duplicate = models.CharField(max_length=8, choices=DuplicateHandling, default=DuplicateHandling.SKIP)
    overwrite_names = models.BooleanField(default=False)
    route = models.BooleanField(default=True)
    total_rows = models.PositiveIntegerField(default=0)
    processed_rows = models.PositiveIntegerField(default=0)
    created_leads = models.PositiveIntegerField(default=0)
    duplicate_rows = models.PositiveIntegerField(default=0)
    invalid_rows = models.PositiveIntegerField(default=0)
    error_log = models.JSONField(default=list, blank=True)
    next_row = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        indexes = [
            # imports of a workspace, newest first
            models.Index(fields=["workspace", "-created_at"], name="import_job_list"),
        ]

    def __str__(self) -> str:
        return self.file_name or f"{self.source} import"


class LeadImportMapping(UUIDModel, TimestampedModel):
    """A remembered assignment of columns to fields."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=120)
    mapping = models.JSONField(default=dict)
    is_default = models.BooleanField(default=False)

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("workspace", Lower("name"), name="import_mapping_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name

"""One act for many leads: what was asked, and what became of each lead."""

from django.conf import settings
from django.db import models

from inbox.enums import BulkItemState, BulkState
from inbox.querysets import BulkItemQuerySet, BulkRunQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel


class BulkRun(UUIDModel, TimestampedModel):
    """One run; its id is made with the plan a person saw, so that a second click starts nothing.

    `batch` is set when the action hands all leads over at once and counts them itself.
    """

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    action = models.CharField(max_length=40)
    value = models.CharField(max_length=80, blank=True, default="")
    label = models.CharField(max_length=160)
    state = models.CharField(max_length=8, choices=BulkState, default=BulkState.RUNNING)
    batch = models.UUIDField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        # the admin's list, the newest of a workspace
        indexes = [models.Index(fields=["workspace", "-created_at"], name="bulkrun_workspace")]

    def __str__(self) -> str:
        return f"{self.label} ({self.state})"


class BulkItem(UUIDModel):
    """One lead of a run; `reason` says why it was skipped or kept, `before` is what undo needs."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="items", db_index=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=BulkItemState, default=BulkItemState.WAITING)
    reason = models.CharField(max_length=200, blank=True, default="")
    before = models.JSONField(null=True, blank=True)

    objects = BulkItemQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "lead"], name="bulkitem_run_lead_unique")]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.state}"

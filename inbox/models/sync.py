"""When a conversation was last compared with what the providers hold of it."""

from django.db import models

from inbox.enums import SyncState
from inbox.querysets import ConversationSyncQuerySet
from zrg.workspaces.models.base import UUIDModel


class ConversationSync(UUIDModel):
    """One row per lead that was ever compared. `report`: what the last comparison found, by
    `inbox.services.syncing.reports`.
    """

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    lead = models.OneToOneField("leads.Lead", on_delete=models.CASCADE, related_name="conversation_sync")
    state = models.CharField(max_length=8, choices=SyncState)
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    report = models.JSONField(default=dict, blank=True)

    objects = ConversationSyncQuerySet.as_manager()

    class Meta:
        indexes = [
            # the admin's list of a workspace, newest first
            models.Index(fields=["workspace", "-requested_at"], name="sync_workspace_requested"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.state}"

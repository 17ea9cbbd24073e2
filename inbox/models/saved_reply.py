"""Texts people keep to answer with."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from inbox.enums import Channel
from inbox.querysets import SavedReplyQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import USER_ID, RowSecurity


class SavedReply(UUIDModel, TimestampedModel):
    """A text to insert into a reply: the workspace's (no `owner`), or one person's. `channel` "" fits all.

    `version` grows with every change of what people see.
    """

    # A setter reads the shared ones, and reads and writes the own ones.
    row_security = RowSecurity(setter=f"owner_id = {USER_ID}", setter_reads="owner_id IS NULL")

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    title = models.CharField(max_length=80)
    channel = models.CharField(max_length=16, choices=Channel.choices, blank=True, default="")
    body = models.TextField()
    version = models.PositiveIntegerField(default=1)

    objects = SavedReplyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "saved replies"
        indexes = [
            # the list of one person: the shared ones and their own
            models.Index(fields=["workspace", "owner"], name="savedreply_workspace_owner"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "title"], condition=Q(owner__isnull=True), name="savedreply_shared_title_unique"
            ),
            models.UniqueConstraint(fields=["workspace", "owner", "title"], name="savedreply_own_title_unique"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_shared(self) -> bool:
        """Whether everybody of the workspace has it."""
        return self.owner_id is None

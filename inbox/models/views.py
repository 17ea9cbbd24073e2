"""What a person saw and saved."""

from django.conf import settings
from django.db import models

from inbox.querysets import LeadViewQuerySet, SavedViewQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import SETTER_WRITABLE


class LeadView(UUIDModel):
    """When this person last opened the lead; the unread dot compares it with the newest inbound."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = LeadViewQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "lead"], name="leadview_user_lead_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} saw {self.lead_id}"


class SavedView(UUIDModel, TimestampedModel):
    """A named, validated set of inbox filters of one person (at most 20 each)."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    params = models.JSONField(default=dict)

    objects = SavedViewQuerySet.as_manager()
    row_security = SETTER_WRITABLE

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user", "name"], name="savedview_name_unique")]

    def __str__(self) -> str:
        return self.name

"""Facts about how to deal with a lead."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5

from inbox.enums import MemorySource, MemoryStatus
from inbox.querysets import LeadMemoryQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel


class LeadMemoryEntry(UUIDModel, TimestampedModel):
    """One fact, without addresses, phones and links (`inbox.rules.memory`). Only approved entries that have
    not expired are used; `proposed_by_draft` names the draft whose reviser proposed it.
    """

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="memory", db_index=False)
    category = models.CharField(max_length=64)
    content = models.CharField(max_length=500)
    source = models.CharField(max_length=12, choices=MemorySource)
    status = models.CharField(max_length=12, choices=MemoryStatus)
    confidence = models.FloatField(null=True, blank=True)
    proposed_by_draft = models.ForeignKey(
        "inbox.Draft", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = LeadMemoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "lead memory entries"
        constraints = [
            models.UniqueConstraint("lead", "category", MD5("content"), name="memory_lead_category_content_unique")
        ]
        indexes = [
            # what drafting may use of a lead
            models.Index(fields=["lead", "status", "expires_at"], name="memory_lead_status_expires"),
            # what waits for a decision
            models.Index(fields=["workspace", "-created_at"], name="memory_pending", condition=Q(status="PENDING")),
            # nightly pruning of a workspace
            models.Index(fields=["workspace", "expires_at"], name="memory_workspace_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.status}"

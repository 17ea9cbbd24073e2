"""What was asked about a lead."""

from django.db import models
from django.db.models import Q

from leads.enums import EnrichmentKind, EnrichmentRequestStatus, EnrichmentTrigger
from leads.querysets import EnrichmentRequestQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel


class EnrichmentRequest(UUIDModel, TimestampedModel):
    """One question to the enrichment provider; this row, not the lead's status, decides whether it was asked."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="enrichment_requests")
    kind = models.CharField(max_length=8, choices=EnrichmentKind)
    status = models.CharField(max_length=12, choices=EnrichmentRequestStatus, default=EnrichmentRequestStatus.QUEUED)
    trigger = models.CharField(max_length=16, choices=EnrichmentTrigger)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, null=True, blank=True)

    objects = EnrichmentRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "kind"],
                name="enrichment_one_open",
                condition=Q(status__in=["queued", "sent"]),
            ),
        ]
        indexes = [
            # expiring unanswered questions, retrying failed ones; the admin list
            models.Index(fields=["workspace", "status", "sent_at"], name="enrichment_list"),
            # the admin's list over all workspaces
            models.Index(fields=["-created_at", "-id"], name="enrichment_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"

"""What higher floors learned, written downwards: pieces of guidance, and thresholds."""

from typing import Any

from django.conf import settings
from django.db import models

from zrg.ai.enums import GuidanceKind
from zrg.ai.querysets import ConfidencePolicyQuerySet, ConfidencePolicyRevisionQuerySet, GuidanceQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel

MAX_PIECE_CHARS = 320


class Guidance(UUIDModel):
    """One redacted sentence about what works, for a campaign or for the whole workspace.

    `email_campaign_id` is no foreign key: campaigns live above this floor.
    """

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    email_campaign_id = models.UUIDField(null=True, blank=True)
    kind = models.CharField(max_length=24, choices=GuidanceKind)
    piece = models.CharField(max_length=MAX_PIECE_CHARS)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = GuidanceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "guidance"
        indexes = [
            # the newest pieces of a campaign, else of the workspace
            models.Index(fields=["workspace", "email_campaign_id", "-created_at"], name="guidance_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d}"


class ConfidencePolicy(UUIDModel, TimestampedModel):
    """Thresholds of one decision: `config` is `{"thresholds": {name: number}}`."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    policy_key = models.CharField(max_length=80)
    config = models.JSONField(default=dict, blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ConfidencePolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "confidence policies"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "policy_key"], name="confidencepolicy_unique"),
        ]

    def __str__(self) -> str:
        return self.policy_key

    @property
    def thresholds(self) -> dict[str, Any]:
        """The stored thresholds as they are; use `zrg.ai.services.policies.thresholds` for numbers to act on."""
        found = self.config.get("thresholds") if isinstance(self.config, dict) else None
        return found if isinstance(found, dict) else {}


class ConfidencePolicyRevision(UUIDModel):
    """A policy before and after a change; kept for ever."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    policy = models.ForeignKey(ConfidencePolicy, on_delete=models.CASCADE, related_name="revisions")
    old_config = models.JSONField(default=dict, blank=True)
    new_config = models.JSONField(default=dict, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConfidencePolicyRevisionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["policy", "-created_at"], name="confidence_revision_newest"),
            models.Index(fields=["workspace"], name="confidence_revision_ws"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.created_at:%Y-%m-%d %H:%M}"

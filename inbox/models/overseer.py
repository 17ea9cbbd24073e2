"""What the overseer understood of a reply, and what it said about the draft."""

from django.db import models

from inbox.enums import OverseerStage
from inbox.querysets import OverseerDecisionQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel


class MeetingOverseerDecision(UUIDModel, TimestampedModel):
    """One row per message and stage: a retry reuses it, so booking and drafting never disagree about what
    the lead meant. `payload`: the validated answer and what follows from it (`inbox.rules.overseer`).
    """

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="overseer_decisions")
    message = models.ForeignKey(
        "inbox.Message", on_delete=models.CASCADE, related_name="overseer_decisions", db_index=False
    )
    stage = models.CharField(max_length=16, choices=OverseerStage)
    prompt_key = models.CharField(max_length=80)
    model = models.CharField(max_length=64)
    confidence = models.FloatField(null=True, blank=True)
    payload = models.JSONField(default=dict, blank=True)

    objects = OverseerDecisionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "stage"], name="overseer_message_stage_unique")]
        indexes = [
            # the admin's list of a workspace, newest first
            models.Index(fields=["workspace", "-created_at"], name="overseer_workspace_created"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.message_id}"

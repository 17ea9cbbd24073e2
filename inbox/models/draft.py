"""AI texts that wait for a decision, and the record of what became of them."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Q, Value, When

from inbox.enums import (
    ApprovalSource,
    AutoSendAction,
    AutoSendMode,
    AutoSendOutcome,
    Channel,
    DraftClosedReason,
    DraftEventKind,
    DraftEventSource,
    DraftOrigin,
    DraftStatus,
    GenerationPath,
    ResponseDisposition,
)
from inbox.querysets import DraftEventQuerySet, DraftQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import child_of

ENGINE_ORIGINS = [DraftOrigin.FOLLOWUP_TASK, DraftOrigin.FOLLOWUP_STEP]


class Draft(UUIDModel, TimestampedModel):
    """One text for one lead and channel. `approved` means a send was ordered; delivery is the Message's state."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="drafts", db_index=False)
    channel = models.CharField(max_length=16, choices=Channel, default=Channel.SMS)
    trigger_key = models.CharField(max_length=160, null=True, blank=True)
    trigger_message = models.ForeignKey(
        "inbox.Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="triggered_drafts"
    )
    context_message = models.ForeignKey(
        "inbox.Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="context_drafts"
    )
    origin = models.CharField(max_length=20, choices=DraftOrigin, default=DraftOrigin.INBOUND)
    status = models.CharField(max_length=12, choices=DraftStatus, default=DraftStatus.PENDING)
    closed_reason = models.CharField(max_length=40, choices=DraftClosedReason, null=True, blank=True)
    content = models.TextField()
    ai_content = models.TextField()
    subject = models.CharField(max_length=998, null=True, blank=True)
    parts = models.JSONField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    edited_by_person = models.BooleanField(default=False)
    offer_set = models.UUIDField(null=True, blank=True)
    persona = models.ForeignKey("ai.Persona", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    archetype_id = models.CharField(max_length=64, null=True, blank=True)
    generation_path = models.CharField(max_length=20, choices=GenerationPath)
    generation_meta = models.JSONField(default=dict, blank=True)
    verified = models.BooleanField(null=True, blank=True)
    quality_flags = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    response_disposition = models.CharField(max_length=12, choices=ResponseDisposition, null=True, blank=True)
    approval_source = models.CharField(max_length=16, choices=ApprovalSource, null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_by_slack_user_id = models.CharField(max_length=32, null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    rejected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    rejected_at = models.DateTimeField(null=True, blank=True)
    reject_reason = models.CharField(max_length=500, blank=True, default="")

    auto_send_mode = models.CharField(max_length=20, choices=AutoSendMode, null=True, blank=True)
    auto_send_evaluated_at = models.DateTimeField(null=True, blank=True)
    evaluated_version = models.PositiveIntegerField(null=True, blank=True)
    auto_send_confidence = models.FloatField(null=True, blank=True)
    auto_send_threshold = models.FloatField(null=True, blank=True)
    auto_send_reason = models.CharField(max_length=320, null=True, blank=True)
    auto_send_reason_code = models.CharField(max_length=200, null=True, blank=True)
    auto_send_action = models.CharField(max_length=16, choices=AutoSendAction, null=True, blank=True)
    auto_send_run_at = models.DateTimeField(null=True, blank=True)
    auto_send_outcome = models.CharField(max_length=16, choices=AutoSendOutcome, null=True, blank=True)
    auto_send_outcome_reason = models.CharField(max_length=64, null=True, blank=True)
    auto_send_slack_notified = models.BooleanField(default=False)
    slack_notification_channel_id = models.CharField(max_length=32, null=True, blank=True)
    slack_notification_message_ts = models.CharField(max_length=32, null=True, blank=True)
    auto_send_revision_attempted_at = models.DateTimeField(null=True, blank=True)
    auto_send_original_confidence = models.FloatField(null=True, blank=True)
    auto_send_revision_confidence = models.FloatField(null=True, blank=True)
    auto_send_revision_applied = models.BooleanField(default=False)
    auto_send_revision_selector_used = models.BooleanField(null=True, blank=True)
    is_review = models.GeneratedField(
        expression=Case(
            When(
                Q(status="pending")
                & (
                    Q(auto_send_action="needs_review")
                    | Q(auto_send_outcome__in=["needs_review", "canceled", "failed", "unknown"])
                ),
                then=Value(True),
            ),
            default=Value(False),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            # 05.one-draft-per-trigger
            models.UniqueConstraint(
                fields=["trigger_key", "channel"],
                name="draft_trigger_unique",
                condition=Q(trigger_key__isnull=False),
            ),
            # 05.one-pending-reply-draft
            models.UniqueConstraint(
                fields=["lead", "channel"],
                name="draft_pending_reply_unique",
                condition=Q(status="pending") & ~Q(origin__in=ENGINE_ORIGINS),
            ),
        ]
        indexes = [
            # the admin's list over all workspaces
            models.Index(fields=["-created_at", "-id"], name="draft_newest"),
            # drafts by status (admin, statistics)
            models.Index(fields=["workspace", "status", "-created_at"], name="draft_workspace_status"),
            # the first draft of a workspace, on every page of its settings
            models.Index(fields=["workspace", "created_at"], name="draft_workspace_created"),
            # pending drafts of a lead; flags of a lead
            models.Index(fields=["lead", "status"], name="draft_lead_status"),
            # evaluations of the last hours
            models.Index(fields=["workspace", "-auto_send_evaluated_at"], name="draft_evaluated"),
            # due unattended sends
            models.Index(
                fields=["auto_send_run_at"], name="draft_scheduled", condition=Q(auto_send_outcome="scheduled")
            ),
            # replies' drafts that nobody decided about, looked for every minute
            models.Index(
                fields=["workspace", "created_at"],
                name="draft_undecided",
                condition=Q(status="pending", origin="inbound", auto_send_mode__isnull=True),
            ),
            # review queue
            models.Index(fields=["workspace", "-created_at"], name="draft_review", condition=Q(is_review=True)),
            # claimed revisions
            models.Index(fields=["auto_send_revision_attempted_at"], name="draft_revision_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} draft {self.status} v{self.version}"


class DraftEvent(UUIDModel):
    """Append-only: what happened to a draft, by whom, with codes and numbers, never text."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="events", db_index=False)
    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=20, choices=DraftEventKind)
    reason = models.CharField(max_length=64, blank=True, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source = models.CharField(max_length=12, choices=DraftEventSource)
    detail = models.JSONField(default=dict, blank=True)

    objects = DraftEventQuerySet.as_manager()
    row_security = child_of("draft_id", "inbox_draft")

    class Meta:
        indexes = [
            # the history printed on the draft page
            models.Index(fields=["draft", "at"], name="draftevent_draft_at"),
            # what happened lately, in the admin
            models.Index(fields=["-at"], name="draftevent_newest"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"

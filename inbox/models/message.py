"""Messages of every channel, and their raw parts."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Left

from inbox.enums import (
    Channel,
    ClassificationState,
    DeliveryStatus,
    Direction,
    LinkedInKind,
    MessageOrigin,
    MessageSource,
    SafetyKind,
    SentBy,
)
from inbox.querysets import MessageQuerySet, MessageRawQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import child_of

PROVIDER_ID_FIELDS = (
    "ghl_id",
    "email_bison_reply_id",
    "inboxxia_scheduled_email_id",
    "unipile_message_id",
    "webhook_dedupe_key",
)


class Message(UUIDModel, TimestampedModel):
    """One message of a lead's thread. Provider ids are unique per workspace, never globally."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="messages", db_index=False)
    channel = models.CharField(max_length=16, choices=Channel)
    direction = models.CharField(max_length=16, choices=Direction)
    source = models.CharField(max_length=24, choices=MessageSource, default=MessageSource.ZRG)
    origin = models.CharField(max_length=16, choices=MessageOrigin, null=True, blank=True)

    ghl_id = models.CharField(max_length=64, null=True, blank=True)
    email_bison_reply_id = models.CharField(max_length=600, null=True, blank=True)
    inboxxia_scheduled_email_id = models.CharField(max_length=64, null=True, blank=True)
    unipile_message_id = models.CharField(max_length=191, null=True, blank=True)
    webhook_dedupe_key = models.CharField(max_length=255, null=True, blank=True)
    send_key = models.CharField(max_length=160, null=True, blank=True)

    subject = models.CharField(max_length=998, null=True, blank=True)
    body = models.TextField(blank=True, default="")
    body_truncated = models.BooleanField(default=False)
    is_automated = models.BooleanField(default=False)
    from_email = models.CharField(max_length=320, null=True, blank=True)
    from_name = models.CharField(max_length=255, null=True, blank=True)
    to_email = models.CharField(max_length=320, null=True, blank=True)
    to_name = models.CharField(max_length=255, null=True, blank=True)
    cc = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    bcc = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    attachments = models.JSONField(default=list, blank=True)
    is_read = models.BooleanField(default=False)

    sent_by = models.CharField(max_length=8, choices=SentBy, null=True, blank=True)
    sent_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    sentiment_tag = models.CharField(max_length=40, null=True, blank=True)
    classification_state = models.CharField(
        max_length=12, choices=ClassificationState, default=ClassificationState.NOT_NEEDED
    )
    classification_attempts = models.PositiveSmallIntegerField(default=0)
    safety_kind = models.CharField(max_length=20, choices=SafetyKind, null=True, blank=True)
    draft_skip_reason = models.CharField(max_length=64, null=True, blank=True)

    draft = models.ForeignKey(
        "inbox.Draft", on_delete=models.SET_NULL, null=True, blank=True, related_name="messages", db_index=False
    )
    draft_part_index = models.PositiveSmallIntegerField(null=True, blank=True)
    linkedin_kind = models.CharField(max_length=20, choices=LinkedInKind, null=True, blank=True)
    delivery_status = models.CharField(max_length=8, choices=DeliveryStatus, null=True, blank=True)
    delivery_error_code = models.CharField(max_length=64, null=True, blank=True)
    delivery_error = models.TextField(null=True, blank=True)
    outcome_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    outcome_decided_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField()
    search_vector = models.GeneratedField(
        # the workspace is a word of it, so the index narrows by itself; 8,000 characters of the body
        expression=Func(F("workspace_id"), Left("body", 8_000), function="public.zrg_search_vector"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["workspace", name], name=f"message_{name}_unique", condition=Q(**{f"{name}__isnull": False})
                )
                for name in (*PROVIDER_ID_FIELDS, "send_key")
            ),
            models.UniqueConstraint(
                fields=["draft", "draft_part_index"],
                name="message_draft_part_unique",
                condition=Q(draft__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(direction=Direction.OUTBOUND) | Q(origin__isnull=True), name="message_origin_outbound_only"
            ),
        ]
        indexes = [
            # the thread of a lead, newest first
            models.Index(fields=["lead", "-sent_at"], name="message_lead_sent"),
            # latest inbound e-mail with a handle; channel counts of the action station
            models.Index(fields=["lead", "channel", "-sent_at"], name="message_lead_channel"),
            # rollups: newest outbound that is no campaign step
            models.Index(fields=["lead", "direction", "source", "-sent_at"], name="message_lead_direction"),
            # reports and search within the last 180 days
            models.Index(fields=["workspace", "-sent_at"], name="message_workspace_sent"),
            # admin: what did not leave, and what the safety rules recognised; other messages never enter these
            models.Index(
                fields=["workspace", "-sent_at"], name="message_failed", condition=Q(delivery_status="failed")
            ),
            models.Index(
                fields=["safety_kind", "workspace", "-sent_at"],
                name="message_safety",
                condition=Q(safety_kind__isnull=False),
            ),
            # what one setter sent
            models.Index(fields=["workspace", "sent_by_user", "sent_at"], name="message_workspace_sender"),
            # stale claims and unconfirmed sends
            models.Index(
                fields=["delivery_status", "updated_at"],
                name="message_unsettled",
                condition=Q(delivery_status__in=["sending", "unknown"]),
            ),
            # ai-retry: classifications to repeat
            models.Index(
                fields=["classification_state", "created_at"],
                name="message_unclassified",
                condition=Q(direction="inbound", classification_state__in=["pending", "failed"]),
            ),
            # in:body search
            GinIndex(fields=["search_vector"], name="message_search"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.channel} {self.sent_at:%Y-%m-%d %H:%M}"


class MessageRaw(UUIDModel):
    """The parts as received; never joined by lists, never rendered as HTML."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="raw")
    raw_text = models.TextField(blank=True, default="")
    raw_html = models.TextField(blank=True, default="")
    # What a hashed thread handle stands for (`zrg.lib.thread_handles`).
    thread_json = models.TextField(blank=True, default="", db_default="")

    objects = MessageRawQuerySet.as_manager()
    row_security = child_of("message_id", "inbox_message")

    def __str__(self) -> str:
        return f"raw of {self.message_id}"

"""The outbox: whatever leaves for staff is a row first."""

from django.db import models
from django.utils import timezone

from notifications.enums import Carrier, Destination, SendStatus
from notifications.querysets import NotificationSendLogQuerySet
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.rls import RowSecurity


class NotificationSendLog(UUIDModel):
    """One message to one recipient. `payload` is frozen when the row is made."""

    # Account mails belong to no workspace and may be written by any context.
    row_security = RowSecurity(kinds=("platform", "dispatch"), insert_any=True)

    workspace = models.ForeignKey(
        "workspaces.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    lead = models.ForeignKey(
        "leads.Lead", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    event = models.ForeignKey(
        "notifications.NotificationEvent",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="rows",
        db_index=False,
    )
    # One of SendKind, or the kind of a notice this app need not know.
    kind = models.CharField(max_length=40)
    sentiment_tag = models.CharField(max_length=40, null=True, blank=True)
    destination = models.CharField(max_length=16, choices=Destination.choices)
    target = models.CharField(max_length=254)
    dedupe_key = models.CharField(max_length=300, unique=True)
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=16, choices=SendStatus.choices, default=SendStatus.PENDING)
    reason = models.CharField(max_length=80, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    locked_at = models.DateTimeField(null=True, blank=True)
    # What carries it, noted before it is called: "" means that nobody was called yet.
    via = models.CharField(max_length=16, blank=True, default="", choices=Carrier.choices)
    # The first attempt that may have arrived although another one is allowed (same idempotency key).
    uncertain_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_ref = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = NotificationSendLogQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            # the claim of the sender
            models.Index(
                fields=["status", "next_attempt_at"],
                condition=models.Q(status__in=["pending", "sending"]),
                name="outbox_waiting",
            ),
            models.Index(fields=["workspace", "-created_at"], name="outbox_workspace"),  # recent deliveries
            models.Index(fields=["lead", "-created_at"], name="outbox_lead"),  # what was told about a lead
            # suppression of repeats
            models.Index(
                fields=["workspace", "lead", "sentiment_tag", "destination", "target", "-sent_at"],
                condition=models.Q(kind="sentiment_realtime"),
                name="outbox_realtime",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=SendStatus.values), name="outbox_status_known"),
            models.CheckConstraint(
                condition=~models.Q(status="sending") | models.Q(locked_at__isnull=False),
                name="outbox_sending_is_locked",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="sent") | models.Q(sent_at__isnull=False), name="outbox_sent_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.get_status_display()}"

"""The mailboxes a workspace sends from."""

from django.db import models
from django.db.models.functions import Lower

from integrations.enums import EMAIL_PROVIDERS, Provider
from integrations.querysets import EmailSenderQuerySet
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.rls import SETTER_READABLE


class EmailSender(UUIDModel):
    """Snapshot of one mailbox at the provider; its address is one of the workspace's own senders."""

    # The composer drops own senders from CC, also for setters.
    row_security = SETTER_READABLE

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="email_senders")
    provider = models.CharField(max_length=16, choices=[(p.value, p.label) for p in EMAIL_PROVIDERS])
    sender_email_id = models.CharField(max_length=64)
    email_address = models.CharField(max_length=320, null=True, blank=True)
    name = models.CharField(max_length=255, null=True, blank=True)
    status = models.CharField(max_length=64, null=True, blank=True)
    is_sendable = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=191, null=True, blank=True)
    raw = models.JSONField(null=True, blank=True)
    fetched_at = models.DateTimeField()

    objects = EmailSenderQuerySet.as_manager()

    class Meta:
        verbose_name = "e-mail sender"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "provider", "sender_email_id"], name="emailsender_provider_id"
            ),
            models.CheckConstraint(
                condition=models.Q(email_address__isnull=True) | models.Q(email_address=Lower("email_address")),
                name="emailsender_address_lower",
            ),
        ]
        indexes = [
            # choose_sender
            models.Index(fields=["workspace", "is_sendable"], name="emailsender_sendable"),
            # which snapshots are stale
            models.Index(fields=["fetched_at"], name="emailsender_fetched"),
        ]

    def __str__(self) -> str:
        return self.email_address or f"{Provider(self.provider).label} {self.sender_email_id}"

"""Staff phones at the SMS provider."""

from django.db import models

from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.querysets import TenantQuerySet


class NotificationContact(UUIDModel):
    """The provider contact through which a phone of the team is reached; never a lead."""

    workspace = models.ForeignKey(
        "workspaces.Workspace", on_delete=models.CASCADE, related_name="notification_contacts"
    )
    phone = models.CharField(max_length=16)
    provider_contact_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "phone"], name="notificationcontact_phone")]
        indexes = [
            # an inbound SMS from a staff phone is ignored
            models.Index(fields=["workspace", "provider_contact_id"], name="notificationcontact_contact"),
        ]

    def __str__(self) -> str:
        return f"Notification contact {self.provider_contact_id}"

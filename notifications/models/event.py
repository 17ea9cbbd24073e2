"""What happened that people may want to hear about, whether or not anybody was told."""

from django.db import models
from django.utils import timezone

from notifications.enums import EventCause
from notifications.querysets import NotificationEventQuerySet
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.rls import RowSecurity


class NotificationEvent(UUIDModel):
    """One occurrence. The rows of the outbox that tell of it point here; without a workspace it concerns
    the installation.
    """

    row_security = RowSecurity(kinds=("platform",))

    workspace = models.ForeignKey(
        "workspaces.Workspace", null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    lead = models.ForeignKey(
        "leads.Lead", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    message = models.ForeignKey(
        "inbox.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=40)
    sentiment_tag = models.CharField(max_length=40, null=True, blank=True)
    previous_tag = models.CharField(max_length=40, null=True, blank=True)
    cause = models.CharField(max_length=16, choices=EventCause.choices, default=EventCause.SWEEP)
    snippet = models.CharField(max_length=300, blank=True, default="")
    dedupe_key = models.CharField(max_length=300, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = NotificationEventQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["workspace", "-created_at"], name="notifyevent_workspace"),  # what happened lately
            models.Index(fields=["lead", "-created_at"], name="notifyevent_lead"),  # what happened to a lead
            # the last transitions of a connection
            models.Index(fields=["workspace", "kind", "-created_at"], name="notifyevent_kind"),
            # the tags of a digest
            models.Index(fields=["workspace", "sentiment_tag", "-created_at"], name="notifyevent_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"

"""The intent to send, before any Message exists."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from inbox.enums import Channel, OrderSource, OrderState
from inbox.querysets import SendOrderQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel

OPEN_STATES = [OrderState.WAITING, OrderState.TAKEN]


class SendOrder(UUIDModel, TimestampedModel):
    """Made by approvals, manual sends and auto-send; carried out by the SEND_ORDER job at `due_at`."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="send_orders")
    channel = models.CharField(max_length=16, choices=Channel)
    draft = models.ForeignKey("inbox.Draft", on_delete=models.SET_NULL, null=True, blank=True, related_name="orders")
    body = models.TextField()
    subject = models.CharField(max_length=998, null=True, blank=True)
    to_override = models.CharField(max_length=320, null=True, blank=True)
    cc = ArrayField(models.CharField(max_length=320), null=True, blank=True)
    source = models.CharField(max_length=16, choices=OrderSource)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    seen_message_id = models.UUIDField(null=True, blank=True)
    order_key = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=OrderState, default=OrderState.WAITING)
    held_reason = models.CharField(max_length=64, null=True, blank=True)

    objects = SendOrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "order_key"], name="sendorder_key_unique"),
        ]
        indexes = [
            # orders that wait for their time
            models.Index(fields=["due_at"], name="sendorder_due", condition=Q(state="waiting")),
            # orders nobody carries out, looked for every two minutes in each workspace
            models.Index(fields=["workspace", "due_at"], name="sendorder_open", condition=Q(state__in=OPEN_STATES)),
            # the admin's list over all workspaces
            models.Index(fields=["-due_at"], name="sendorder_newest"),
            # orders shown in the thread
            models.Index(fields=["lead", "state"], name="sendorder_lead_state"),
        ]

    def __str__(self) -> str:
        return f"{self.order_key} {self.state}"

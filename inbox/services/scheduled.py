"""Texts that were held at their hour: offered again under their own key, dropped when another was sent."""

from uuid import UUID

from django.utils import timezone

from inbox.enums import OrderState
from inbox.models import SendOrder
from leads.models import Lead

REPLACED = "replaced"


def held_key(order: SendOrder) -> UUID | None:
    """The form key a held text is sent with again, so that its own order is repeated and none is added."""
    prefix, _, key = order.order_key.partition(":")
    return UUID(key) if prefix == "manual" else None


def drop_held(lead: Lead, channel: str, *, keep: UUID) -> int:
    """A person sent something else on the channel: held texts are no longer offered. Call with the lead locked."""
    held = SendOrder.objects.filter(lead=lead, channel=channel, state=OrderState.HELD, draft__isnull=True)
    return held.exclude(pk=keep).update(state=OrderState.CANCELLED, held_reason=REPLACED, updated_at=timezone.now())

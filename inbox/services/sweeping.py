"""Sends whose worker is gone: never tried again by the system, always ended where a person sees it."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from inbox.enums import DeliveryStatus, Direction
from inbox.models import Message
from inbox.services.locking import lock_lead_and_message
from inbox.services.settling import Proof, mark_unknown, settle_as_sent
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant

STALE_SENDING = timedelta(minutes=10)
"""A `sending` row older than this lost its worker; it becomes unknown, never "try again" (03 R12)."""
STALE_BATCH = 100


def mark_stale_sends(workspace_id: UUID) -> int:
    """`sending` rows whose worker is gone become unknown, without any provider call. Returns how many.

    Each in a transaction of its own, so that no two leads are ever locked together.
    """
    cutoff = timezone.now() - STALE_SENDING
    with tenant(workspace_id):
        stale = Message.objects.in_workspace(workspace_id).filter(
            delivery_status=DeliveryStatus.SENDING, direction=Direction.OUTBOUND, updated_at__lt=cutoff
        )
        ids = list(stale.order_by("updated_at").values_list("pk", flat=True)[:STALE_BATCH])
    return sum(_mark(workspace_id, message_id) for message_id in ids)


def _mark(workspace_id: UUID, message_id: UUID) -> bool:
    with tenant(workspace_id):
        try:
            _lead, message = lock_lead_and_message(message_id)
        except NotVisible:
            return False
        if message.delivery_status != DeliveryStatus.SENDING or message.updated_at > timezone.now() - STALE_SENDING:
            return False
        if message.unipile_message_id is not None:
            # The provider has shown it to us: it left, although its worker cannot say so any more.
            return settle_as_sent(message.pk, proof=Proof(sent_at=message.sent_at), reason="echo")
        mark_unknown(message, "worker_lost", "The sending worker stopped before the provider answered.")
        return True

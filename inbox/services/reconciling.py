"""Unknown outcomes: the provider's own history says whether a message left (03 R12). Never a second send."""

from uuid import UUID

from django.utils import timezone

from inbox.enums import DeliveryStatus
from inbox.models import Message
from inbox.services.settling import RECONCILE_AFTER, ask_person_about
from inbox.services.syncing.conversations import sync_conversation
from zrg.jobs.errors import Cancelled, Reschedule
from zrg.workspaces.context import tenant

ASK_PERSON_AT = 2
"""After this many misses a person is asked."""


def reconcile_send(workspace_id: UUID, message_id: UUID, *, look: int) -> None:
    """Look number `look` (1…4) at 2 min, 10 min, 1 h and 6 h: the conversation is compared with what the
    provider of its channel holds, and a message found there is settled as sent.

    A provider that cannot be asked is a miss like any other; one that offers no history is given the looks
    before a person is asked, for a late answer of its own. Raises Reschedule for the next look. After the
    last one only a person decides.
    """
    message = _unconfirmed(workspace_id, message_id)
    if message is None:
        raise Cancelled("settled already")
    report = sync_conversation(workspace_id, message.lead_id, (message.channel,), force=True)
    with tenant(workspace_id):
        message = _unconfirmed(workspace_id, message_id)
        if message is None:
            return
        if look == ASK_PERSON_AT:
            ask_person_about(message)
    has_history = report is None or report.notes.get(message.channel) != "no_history"
    if look < (len(RECONCILE_AFTER) if has_history else ASK_PERSON_AT):
        wait = RECONCILE_AFTER[look] - RECONCILE_AFTER[look - 1]
        raise Reschedule(timezone.now() + wait, "not in the provider's history yet")


def _unconfirmed(workspace_id: UUID, message_id: UUID) -> Message | None:
    with tenant(workspace_id):
        rows = Message.objects.in_workspace(workspace_id).filter(delivery_status=DeliveryStatus.UNKNOWN)
        return rows.filter(pk=message_id).defer("search_vector").first()

"""Unknown outcomes: the provider's own history says whether a message left (03 R12). Never a second send."""

from datetime import datetime
from uuid import UUID

import structlog
from django.utils import timezone

from inbox.enums import DeliveryStatus
from inbox.models import Message
from inbox.rules.cleaning import clean_email
from inbox.rules.healing import Remote, find_twin
from inbox.services.settling import RECONCILE_AFTER, ask_person_about, settle_as_sent
from integrations.services.clients import get_client
from integrations.services.connections import active_email_provider
from leads.models import Lead
from zrg.jobs.errors import Cancelled, Reschedule
from zrg.lib.addresses import normalize_email
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

ASK_PERSON_AT = 2
"""After this many misses a person is asked."""


def reconcile_send(workspace_id: UUID, message_id: UUID, *, look: int) -> None:
    """Look number `look` (1…4) at 2 min, 10 min, 1 h and 6 h; a match settles the message as sent."""
    with tenant(workspace_id):
        message = Message.objects.in_workspace(workspace_id).filter(pk=message_id).first()
        if message is None or message.delivery_status != DeliveryStatus.UNKNOWN:
            raise Cancelled("settled already")
        lead = Lead.objects.get(pk=message.lead_id)
        provider = active_email_provider(workspace_id)
    remotes = _history(workspace_id, provider, lead.email_bison_lead_id)
    twin, reason = find_twin(
        remotes,
        subject=message.subject or "",
        body=message.body,
        to_email=message.to_email or "",
        sent_at=message.sent_at,
    )
    with tenant(workspace_id):
        if twin is not None:
            settle_as_sent(message.pk, provider_id=twin.id, sent_at=twin.sent_at, reason=reason)
            return
        if look == ASK_PERSON_AT:
            ask_person_about(message)
    _look_again(message, look)


def _history(workspace_id: UUID, provider: str | None, provider_lead_id: str | None) -> list[Remote]:
    """What the provider says it sent to this lead; empty when it cannot be asked."""
    if provider != "EMAILBISON" or not provider_lead_id:
        return []
    result = get_client(workspace_id, provider).list_replies(provider_lead_id)
    if not result.ok:
        return []
    return [
        Remote(
            id=row.id,
            subject=row.subject or "",
            body=clean_email(row.html or "", row.text or "").body,
            to_email=normalize_email(row.to[0].email) or "" if row.to else "",
            sent_at=row.received_at,
        )
        for row in result.data
        if row.is_outgoing and row.received_at
    ]


def _look_again(message: Message, look: int) -> None:
    if look >= len(RECONCILE_AFTER):
        return
    # Raised as a failure of the attempt, so that the number of looks is counted by the engine.
    raise _NotYet(message.created_at + RECONCILE_AFTER[look])


class _NotYet(Reschedule):
    """Try at the next point of the schedule."""

    def __init__(self, run_at: datetime):
        super().__init__(max(run_at, timezone.now()), "not in the provider's history yet")

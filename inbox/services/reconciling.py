"""Unknown outcomes: the provider's own history says whether a message left (03 R12). Never a second send."""

from uuid import UUID

import structlog
from django.utils import timezone

from inbox.enums import Channel, DeliveryStatus
from inbox.models import Message
from inbox.rules.cleaning import clean_email
from inbox.rules.healing import Remote, find_twin
from inbox.services.settling import RECONCILE_AFTER, Proof, ask_person_about, settle_as_sent
from integrations.emailbison import client as emailbison
from integrations.emailbison.types import ReplyRecord
from integrations.services.clients import get_client
from integrations.services.connections import active_email_provider
from leads.models import Lead
from zrg.jobs.errors import Cancelled, Reschedule
from zrg.lib.addresses import normalize_email
from zrg.workspaces.context import tenant

logger = structlog.get_logger(__name__)

ASK_PERSON_AT = 2
"""After this many misses a person is asked."""
PROVIDERS_WITH_HISTORY = ("EMAILBISON",)
"""SmartLead and Instantly cannot be asked what they sent."""


def reconcile_send(workspace_id: UUID, message_id: UUID, *, look: int) -> None:
    """Look number `look` (1…4) at 2 min, 10 min, 1 h and 6 h; a match settles the message as sent.

    Raises Reschedule for the next look. After the last one only a person decides; a provider that keeps no
    history is given the looks before a person is asked, for a late answer or webhook.
    """
    with tenant(workspace_id):
        message = Message.objects.in_workspace(workspace_id).filter(pk=message_id).first()
        if message is None or message.delivery_status != DeliveryStatus.UNKNOWN:
            raise Cancelled("settled already")
        provider_lead_id = Lead.objects.values_list("email_bison_lead_id", flat=True).get(pk=message.lead_id)
        # Only e-mail has a history to look into; a LinkedIn message is proved by its copy (`attach_echo`).
        provider = active_email_provider(workspace_id) if message.channel == Channel.EMAIL else None
    history = _history(workspace_id, provider, provider_lead_id)
    with tenant(workspace_id):
        twin, reason = find_twin(
            _unclaimed(workspace_id, history or []),
            subject=message.subject or "",
            body=message.body,
            to_email=message.to_email or "",
            sent_at=message.sent_at,
        )
        if twin is not None:
            settle_as_sent(message.pk, proof=Proof(id=twin.id, sent_at=twin.sent_at), reason=reason)
            return
        if look == ASK_PERSON_AT:
            ask_person_about(message)
    if history is None and look >= ASK_PERSON_AT:
        # Nothing more will be learned; the person who was asked decides.
        return
    if look < len(RECONCILE_AFTER):
        wait = RECONCILE_AFTER[look] - RECONCILE_AFTER[look - 1]
        raise Reschedule(timezone.now() + wait, "not in the provider's history yet")


def _history(workspace_id: UUID, provider: str | None, provider_lead_id: str | None) -> list[Remote] | None:
    """What the provider says it sent to this lead; empty when it could not be asked now, None when it keeps
    no history.
    """
    if provider not in PROVIDERS_WITH_HISTORY:
        return None
    if not provider_lead_id:
        return []
    result = get_client(workspace_id, emailbison.SPEC).list_replies(provider_lead_id)
    if not result.ok:
        return []
    return [remote for row in result.data if (remote := _remote(row)) is not None]


def _remote(row: ReplyRecord) -> Remote | None:
    if not row.is_outgoing or not row.received_at:
        return None
    return Remote(
        id=row.id,
        subject=row.subject or "",
        body=clean_email(row.html or "", row.text or "").body,
        to_email=(normalize_email(row.to[0].email) or "") if row.to else "",
        sent_at=row.received_at,
    )


def _unclaimed(workspace_id: UUID, history: list[Remote]) -> list[Remote]:
    """Without the mails that are messages of ours already: those prove nothing about another one."""
    ids = [remote.id for remote in history]
    known = set(
        Message.objects.in_workspace(workspace_id)
        .filter(email_bison_reply_id__in=ids)
        .values_list("email_bison_reply_id", flat=True)
    )
    return [remote for remote in history if remote.id not in known]

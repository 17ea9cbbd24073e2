"""Our own messages coming back: sent from here, or written by a person in LinkedIn itself.

02.own-echo-never-inbound. An echo completes the message it is the copy of; without one it is an answer
of ours like any other (00, decision 9). It may arrive before the provider's answer to our call: the row
written ahead is there by then, so no second one is made.
"""

from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from inbox.contracts import MessageSent
from inbox.enums import Channel, DeliveryStatus, Direction, LinkedInKind, MessageOrigin, MessageSource
from inbox.models import Message
from inbox.querysets import MessageQuerySet
from inbox.rules.cleaning import clean_plain
from inbox.services.message_rows import attachment_rows, insert_once
from inbox.services.settling import Proof, attach_echo
from integrations.contracts import InboundMessage, SentMessage
from leads.enums import LeadSource
from leads.errors import NoUsableIdentity
from leads.models import Lead
from leads.services.linkedin import LinkedInFacts, note_linkedin
from leads.services.matching import find_lead, find_or_create_lead
from leads.services.rollups import bump_rollups
from zrg.jobs.services.announce import announce
from zrg.lib import log_events

logger = structlog.get_logger(__name__)

PROCESSED = "processed"
SAME_TEXT_WITHIN = timedelta(minutes=10)
MAX_CANDIDATES = 50


def is_own_message(contract: InboundMessage) -> bool:
    """Whether what claims to be inbound has the id of a message we sent."""
    if contract.channel != Channel.LINKEDIN:
        return False
    own = Message.objects.in_workspace(contract.workspace_id).outbound()
    return own.filter(unipile_message_id=contract.provider_message_id).exists()


def receive_echo(contract: SentMessage) -> str:
    """Complete the message this is the copy of, or store it as written elsewhere. Idempotent by the
    provider's message id.

    Without a recipient (a relay may name none, a group has several) only a message of ours that has the
    same text and is the only one will do; otherwise nobody knows whose thread it belongs to.
    """
    if (
        Message.objects.in_workspace(contract.workspace_id)
        .filter(unipile_message_id=contract.provider_message_id)
        .exists()
    ):
        return PROCESSED
    if find_lead(contract.workspace_id, contract.person, contract.ids) is None:
        copy = _only_copy_in_workspace(contract)
        if copy is not None:
            return _complete(copy, contract)
    try:
        match = find_or_create_lead(contract.workspace_id, contract.person, contract.ids, source=LeadSource.WEBHOOK)
    except NoUsableIdentity:
        return "ignored:unknown_recipient"
    own = _copy_of_lead(match.lead, contract)  # locked
    return _complete(own, contract) if own is not None else _store_answer(match.lead, contract)


def _only_copy_in_workspace(contract: SentMessage) -> Message | None:
    """The one message with this text; when the copy names a member, to a lead whose member id is not known yet."""
    rows = _unnamed(contract).filter(**_near(contract))
    if contract.ids.linkedin_id is not None:
        rows = rows.filter(lead__linkedin_id__isnull=True)
    copies = _same_text(rows, contract)
    return copies[0] if len(copies) == 1 else None


def _copy_of_lead(lead: Lead, contract: SentMessage) -> Message | None:
    """The nearest message to the lead with this text. A note comes back when the invitation is accepted,
    which may be weeks later.
    """
    invitations = Q(linkedin_kind=LinkedInKind.CONNECTION_REQUEST)
    copies = _same_text(_unnamed(contract).of_lead(lead.pk).filter(Q(**_near(contract)) | invitations), contract)
    return min(copies, key=lambda one: abs(one.sent_at - contract.sent_at), default=None)


def _unnamed(contract: SentMessage) -> MessageQuerySet:
    """Messages sent from here that may be at the provider and have no id of it yet."""
    rows = Message.objects.in_workspace(contract.workspace_id).outbound().on_channel(Channel.LINKEDIN)
    return rows.filter(
        source=MessageSource.ZRG,
        unipile_message_id__isnull=True,
        delivery_status__in=[DeliveryStatus.SENDING, DeliveryStatus.SENT, DeliveryStatus.UNKNOWN],
    )


def _near(contract: SentMessage) -> dict[str, datetime]:
    return {
        "sent_at__gte": contract.sent_at - SAME_TEXT_WITHIN,
        "sent_at__lte": contract.sent_at + SAME_TEXT_WITHIN,
    }


def _same_text(rows: MessageQuerySet, contract: SentMessage) -> list[Message]:
    wanted = _flat(contract.text or "")
    return [row for row in rows.newest_first()[:MAX_CANDIDATES] if wanted and _flat(row.body) == wanted]


def _complete(message: Message, contract: SentMessage) -> str:
    attach_echo(message.pk, proof=Proof(id=contract.provider_message_id, sent_at=contract.sent_at))
    return PROCESSED


def _store_answer(lead: Lead, contract: SentMessage) -> str:
    message, created = insert_once(
        "unipile_message_id",
        contract.provider_message_id,
        workspace_id=lead.workspace_id,
        lead=lead,
        channel=contract.channel,
        direction=Direction.OUTBOUND,
        source=MessageSource.LINKEDIN,
        origin=MessageOrigin.EXTERNAL,
        body=clean_plain(contract.text).body,
        attachments=attachment_rows(contract.attachments),
        linkedin_kind=LinkedInKind.DM,
        is_read=True,
        sent_at=contract.sent_at,
    )
    if created:
        bump_rollups(lead.pk, message.channel, Direction.OUTBOUND, message.sent_at, message.origin)
        note_linkedin(lead, LinkedInFacts(reached=True), at=contract.sent_at)
        announce(MessageSent(workspace_id=lead.workspace_id, lead_id=lead.pk, message_id=message.pk))
        logger.info(log_events.MESSAGE_OUTBOUND, lead=str(lead.pk), message=str(message.pk), source=message.source)
    return PROCESSED


def _flat(text: str) -> str:
    return " ".join(text.split())

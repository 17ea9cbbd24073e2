"""Our own e-mails reported back by the provider: the message they are is completed, none is added."""

from uuid import UUID

from inbox.enums import DeliveryStatus, MessageSource
from inbox.models import Message
from inbox.rules.cleaning import clean_email
from inbox.rules.healing import Remote, find_twin
from inbox.services.settling import Proof, settle_as_sent
from integrations.contracts import SentMessage

PROCESSED = "processed"
MAX_CANDIDATES = 50


def confirm_own_send(contract: SentMessage) -> str:
    """The provider reports a mail that we sent through it: complete the message, never add one."""
    reply_id = contract.provider_message_id if (contract.provider_message_id or "").isdecimal() else None
    seen = Remote(
        id=reply_id or contract.scheduled_id or "",
        subject=contract.subject or "",
        body=clean_email(contract.html or "", contract.text or "").body,
        to_email=(contract.to[0].email if contract.to else contract.person.email) or "",
        sent_at=contract.sent_at,
    )
    meant = [message for message in _unconfirmed_to(contract.workspace_id, seen.to_email) if _is_twin(message, seen)]
    if not seen.id or len(meant) != 1:
        return "ignored:no_matching_send"
    proof = Proof(id=reply_id, scheduled_id=contract.scheduled_id, sent_at=contract.sent_at)
    return PROCESSED if settle_as_sent(meant[0].pk, proof=proof, reason="webhook") else "ignored:no_matching_send"


def _unconfirmed_to(workspace_id: UUID, address: str) -> list[Message]:
    unconfirmed = Message.objects.in_workspace(workspace_id).outbound().filter(delivery_status=DeliveryStatus.UNKNOWN)
    return list(unconfirmed.filter(source=MessageSource.ZRG, to_email=address)[:MAX_CANDIDATES])


def _is_twin(message: Message, seen: Remote) -> bool:
    twin, _reason = find_twin(
        [seen],
        subject=message.subject or "",
        body=message.body,
        to_email=message.to_email or "",
        sent_at=message.sent_at,
    )
    return twin is not None

"""Putting a provider's history into a lead's thread: known, healed, or inserted, never doubled (03 R14).

Each chunk is one transaction under the lead's lock, which webhooks and sends of the lead take too: what
one of them writes, the other sees.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid4

import structlog
from django.utils import timezone

from inbox.enums import Channel, ClassificationState, DeliveryStatus, Direction, MessageOrigin, MessageSource
from inbox.metrics import count_ambiguous
from inbox.models import Message, MessageRaw
from inbox.rules.cleaning import CleanedEmail, clean_email, clean_plain
from inbox.rules.healing import Match, Remote, Row, match_inbound_email, match_outbound_email, match_text
from inbox.rules.safety import is_bounce_address
from inbox.services.message_rows import insert_once, store_raw
from inbox.services.protecting import apply_safety, read_safety
from inbox.services.receiving import receive_for_lead
from inbox.services.reprocessing import reprocess_message
from inbox.services.settling import Proof, attach_echo
from inbox.services.syncing.history import RemoteMessage
from inbox.services.syncing.reports import SyncReport
from integrations.contracts import InboundMessage, PersonDetails, ProviderIds
from leads.models import Lead
from zrg.lib import log_events
from zrg.workspaces.context import tenant

CHUNK = 100
FIRST_STAGE = "load"

logger = structlog.get_logger(__name__)


def store_history(workspace_id: UUID, lead_id: UUID, messages: Sequence[RemoteMessage]) -> Iterator[SyncReport]:
    """Store the messages of one channel chunk by chunk; yields what became of each, already committed."""
    for start in range(0, len(messages), CHUNK):
        chunk = messages[start : start + CHUNK]
        with tenant(workspace_id):
            lead = Lead.objects.select_for_update().filter(pk=lead_id).defer("search_vector").first()
            if lead is None:
                return
            yield _store_chunk(lead, chunk)


def _store_chunk(lead: Lead, chunk: Sequence[RemoteMessage]) -> SyncReport:
    report = SyncReport(seen=len(chunk))
    known = _known(lead.workspace_id, chunk)
    own = {
        message.pk: message
        for message in Message.objects.of_lead(lead.pk).on_channel(chunk[0].channel).defer("search_vector")
    }
    for remote in chunk:
        if (remote.column, remote.id) in known:
            report.healed += _complete(lead, known[remote.column, remote.id], remote)
            continue
        if remote.inbound and remote.from_address and is_bounce_address(remote.from_address.email):
            # Delivery reports come by webhook, which knows whom they are about.
            continue
        cleaned = _clean(remote)
        match = _match(remote, cleaned, [message for message in own.values() if _may_heal(message, remote)])
        if match.verdict == "ambiguous":
            report.ambiguous += 1
            count_ambiguous()
            logger.info(log_events.SYNC_AMBIGUOUS, lead=str(lead.pk), channel=remote.channel, column=remote.column)
        elif match.row is not None:
            _heal(own[match.row.id], remote)
            report.healed += 1
        else:
            report.inserted += _insert(lead, remote, cleaned)
    return report


def _known(workspace_id: UUID, chunk: Sequence[RemoteMessage]) -> dict[tuple[str, str], Message]:
    """Messages of the workspace that have one of these ids; another lead's too, for ids are unique."""
    found: dict[tuple[str, str], Message] = {}
    for column in {remote.column for remote in chunk}:
        ids = [remote.id for remote in chunk if remote.column == column]
        rows = Message.objects.in_workspace(workspace_id).filter(**{f"{column}__in": ids}).defer("search_vector")
        found |= {(column, getattr(message, column)): message for message in rows}
    return found


def _may_heal(message: Message, remote: RemoteMessage) -> bool:
    """Whether a row of ours could be this message: same direction, no id of the kind, and for our own ones
    written here and not known to have failed.
    """
    if getattr(message, remote.column) is not None:
        return False
    if remote.inbound:
        return message.direction == Direction.INBOUND and message.source != MessageSource.BOUNCE
    return (
        message.direction == Direction.OUTBOUND
        and message.source == MessageSource.ZRG
        and message.delivery_status in (DeliveryStatus.SENDING, DeliveryStatus.SENT, DeliveryStatus.UNKNOWN)
    )


def _match(remote: RemoteMessage, cleaned: CleanedEmail, candidates: Sequence[Message]) -> Match:
    rows = [
        Row(
            id=message.pk,
            subject=message.subject or "",
            body=message.body,
            to_email=message.to_email or "",
            sent_at=message.sent_at,
            created_at=message.created_at,
        )
        for message in candidates
    ]
    if remote.channel != Channel.EMAIL:
        return match_text(cleaned.body, remote.sent_at, rows)
    if remote.inbound:
        return match_inbound_email(cleaned.body, remote.sent_at, rows)
    mail = Remote(
        id=remote.id,
        subject=remote.subject or "",
        body=cleaned.body,
        to_email=remote.to[0].email if remote.to else "",
        sent_at=remote.sent_at,
    )
    return match_outbound_email(mail, rows)


def _heal(message: Message, remote: RemoteMessage) -> None:
    """Give a row of ours its id and the provider's time. One that is being sent keeps the time its worker
    knows it by; an unconfirmed one is proved sent.
    """
    if not remote.inbound:
        scheduled = remote.column == "inboxxia_scheduled_email_id"
        ids = {"scheduled_id": remote.id} if scheduled else {"id": remote.id}
        attach_echo(message.pk, proof=Proof(sent_at=remote.sent_at, **ids))
    else:
        Message.objects.filter(pk=message.pk).update(**{remote.column: remote.id})
    setattr(message, remote.column, remote.id)
    if message.delivery_status in (None, DeliveryStatus.SENT):
        Message.objects.filter(pk=message.pk).update(sent_at=remote.sent_at, updated_at=timezone.now())


def _complete(lead: Lead, message: Message, remote: RemoteMessage) -> bool:
    """A reply that reached us without its text gets it, is read for safety and classified once more."""
    cleaned = _clean(remote)
    if not remote.inbound or message.lead_id != lead.pk or message.body.strip() or not cleaned.body.strip():
        return False
    reading = read_safety(
        body=cleaned.body,
        subject=message.subject,
        channel=message.channel,
        from_email=message.from_email,
        provider_automated=message.is_automated,
        lead=lead,
        report=cleaned.raw_text or cleaned.raw_html,
    )
    values = {
        "body": cleaned.body,
        "safety_kind": reading.kind,
        "classification_state": ClassificationState.PENDING,
        "sentiment_tag": None,
    }
    Message.objects.filter(pk=message.pk).update(**values, updated_at=timezone.now())
    for name, value in values.items():
        setattr(message, name, value)
    MessageRaw.objects.filter(message=message).delete()
    store_raw(message, cleaned)
    reprocess_message(message.pk, from_stage=FIRST_STAGE)
    apply_safety(lead, message, reading)
    return True


def _insert(lead: Lead, remote: RemoteMessage, cleaned: CleanedEmail) -> bool:
    if remote.inbound:
        return receive_for_lead(lead, _inbound(lead, remote), identity=(remote.column, remote.id))
    scheduled = remote.column == "inboxxia_scheduled_email_id"
    message, created = insert_once(
        remote.column,
        remote.id,
        workspace_id=lead.workspace_id,
        lead=lead,
        channel=remote.channel,
        direction=Direction.OUTBOUND,
        source=MessageSource.CAMPAIGN if scheduled else MessageSource.IMPORT,
        origin=MessageOrigin.CAMPAIGN if scheduled else MessageOrigin.EXTERNAL,
        subject=(remote.subject or "")[:998] or None,
        body=cleaned.body,
        from_email=remote.from_address.email[:320] if remote.from_address else None,
        from_name=((remote.from_address.name or "")[:255] or None) if remote.from_address else None,
        to_email=remote.to[0].email[:320] if remote.to else lead.email if remote.channel == Channel.EMAIL else None,
        is_read=True,
        sent_at=remote.sent_at,
    )
    if created:
        store_raw(message, cleaned)
    return created


def _inbound(lead: Lead, remote: RemoteMessage) -> InboundMessage:
    return InboundMessage(
        workspace_id=lead.workspace_id,
        event_id=uuid4(),
        event_key=f"sync:{lead.workspace_id}:{remote.column}:{remote.id}",
        event_type="CONVERSATION_SYNC",
        provider=remote.provider,
        channel=remote.channel,  # type: ignore[arg-type]
        received_at=timezone.now(),
        provider_message_id=remote.id,
        thread_handle=remote.id if remote.channel == Channel.EMAIL else None,
        person=PersonDetails(email=lead.email, phone=lead.phone),
        ids=ProviderIds(email_bison_lead_id=lead.email_bison_lead_id, ghl_contact_id=lead.ghl_contact_id),
        from_address=remote.from_address,
        to=remote.to,
        cc=remote.cc,
        subject=remote.subject,
        text=remote.text,
        html=remote.html,
        sent_at=remote.sent_at,
        interested=remote.interested,
        automated=remote.automated,
    )


def _clean(remote: RemoteMessage) -> CleanedEmail:
    if remote.channel == Channel.EMAIL:
        return clean_email(remote.html or "", remote.text or "")
    return clean_plain(remote.text)

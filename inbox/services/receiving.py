"""What arrives: replies, our own campaign mails, bounces, unsubscribes become rows of a lead's thread.

Every function runs inside the event's tenant transaction, is idempotent (the provider ids are unique
per workspace) and returns the event's outcome. No provider and no model is called here.
"""

from datetime import datetime, timedelta

import structlog

from inbox.contracts import MessageReceived, MessageSent
from inbox.enums import (
    Channel,
    ClassificationState,
    Direction,
    LinkedInKind,
    MessageOrigin,
    MessageSource,
    SafetyKind,
    SentimentTag,
)
from inbox.models import Message
from inbox.rules.cleaning import CleanedEmail, clean_email, clean_plain
from inbox.rules.healing import Row, match_text
from inbox.rules.safety import classify_bounce, is_bounce_address
from inbox.rules.tags import POSITIVE, is_positive
from inbox.services.automation import apply_enrichment_switch, apply_reply_switches
from inbox.services.bounced_recipient import find_failed_lead
from inbox.services.confirming import confirm_own_send
from inbox.services.echoes import is_own_message, receive_echo
from inbox.services.message_rows import attachment_rows, insert_once, store_raw
from inbox.services.protecting import SafetyReading, apply_safety, read_safety
from inbox.services.repliers import update_replier
from inbox.services.sentiment import CAUSE_INBOUND, set_sentiment
from inbox.services.stop_future import PROVIDER, Place, refuse_step
from inbox.services.stopping import stop_lead
from integrations.contracts import Address, Bounce, InboundMessage, ProviderEvent, SentMessage, Unsubscribe
from leads.enums import EnrichmentStatus
from leads.errors import NoUsableIdentity
from leads.models import EmailCampaign, Lead, SmsCampaign
from leads.services.campaigns import upsert_email_campaign, upsert_sms_campaign
from leads.services.linkedin import note_linkedin_inbound
from leads.services.matching import LeadMatch, find_or_create_lead
from leads.services.rollups import bump_rollups
from zrg.jobs.services.announce import announce
from zrg.jobs.services.enqueue import enqueue_job, requeue_job
from zrg.lib import log_events
from zrg.lib.addresses import normalize_email

logger = structlog.get_logger(__name__)

PROCESSED = "processed"
UNCONFIRMED_LIMIT = 50
MAX_COPIES = 100
HISTORY_WINDOW = timedelta(hours=1)
"""How far back a text from the provider's history may be the one a call brings."""
POST_PROCESS_JOBS = {
    "EMAILBISON": "EMAIL_INBOUND_POST_PROCESS",
    "SMARTLEAD": "SMARTLEAD_INBOUND_POST_PROCESS",
    "INSTANTLY": "INSTANTLY_INBOUND_POST_PROCESS",
    "GHL": "SMS_INBOUND_POST_PROCESS",
    "UNIPILE": "LINKEDIN_INBOUND_POST_PROCESS",
}
"""Job type of the reading half of the pipeline, by provider (spec 05 R1)."""


def receive_message(contract: InboundMessage) -> str:
    """Store a reply in its lead's thread, read it for safety and queue the pipeline, in one transaction.

    Idempotent by the provider's message id: a repeat changes nothing, except that a later "interested"
    of the provider for a known reply is applied and repeats the pipeline from its state on.
    """
    if _is_delivery_report(contract):
        return _receive_delivery_report(contract)
    if is_own_message(contract):
        return PROCESSED
    try:
        match = _match_person(contract)
    except NoUsableIdentity:
        return "ignored:no_usable_identity"
    if contract.channel == Channel.SMS and _is_known_from_history(contract, match.lead):
        return PROCESSED
    message, created = _receive(contract, match.lead, is_new=match.created)
    return PROCESSED if created else _repeat_interest(contract, match.lead, message)


def receive_for_lead(lead: Lead, contract: InboundMessage, *, identity: tuple[str, str]) -> bool:
    """As `receive_message`, for a message the provider's history shows on this lead (locked by the caller);
    `identity` is the column and value that recognise it. Returns whether it was new.
    """
    return _receive(contract, lead, identity=identity)[1]


def _receive(
    contract: InboundMessage, lead: Lead, *, is_new: bool = False, identity: tuple[str, str] | None = None
) -> tuple[Message, bool]:
    """The message and whether it was new. One that is older than what we have of the lead may stop the
    lead, but speaks for nobody any more: it moves no replier, no mood, no follow-up, and lifts nothing.
    """
    cleaned = _clean(contract)
    reading = read_safety(
        body=cleaned.body,
        subject=contract.subject,
        channel=contract.channel,
        from_email=contract.from_address.email if contract.from_address else None,
        provider_automated=contract.automated,
        lead=lead,
        is_new=is_new,
        report=cleaned.raw_text or cleaned.raw_html,
    )
    is_late = identity is not None and _has_newer(lead, contract)
    message, created = _store_inbound(contract, lead, cleaned, reading, identity or _inbound_id(contract))
    if not created:
        return message, False
    if not is_late:
        update_replier(lead, contract)
    if message.channel == Channel.LINKEDIN:
        note_linkedin_inbound(lead, at=contract.sent_at)
    if message.source != MessageSource.BOUNCE:
        bump_rollups(lead.pk, message.channel, Direction.INBOUND, message.sent_at, None)
        if not is_late:
            announce(MessageReceived(workspace_id=lead.workspace_id, lead_id=lead.pk, message_id=message.pk))
    apply_safety(lead, message, reading, may_lift=not is_late)
    if contract.interested and not is_late and reading.kind in (SafetyKind.NONE, SafetyKind.ACK_ONLY):
        set_sentiment(lead.pk, SentimentTag.INTERESTED, message=message, cause=CAUSE_INBOUND)
    if contract.interested or lead.enrichment_status == EnrichmentStatus.PENDING or is_positive(lead.sentiment_tag):
        apply_reply_switches(lead.pk)
    enqueue_job(POST_PROCESS_JOBS[contract.provider], lead.workspace_id, lead_id=lead.pk, message_id=message.pk)
    logger.info(log_events.MESSAGE_INBOUND, lead=str(lead.pk), message=str(message.pk), channel=message.channel)
    return message, True


def _has_newer(lead: Lead, contract: InboundMessage) -> bool:
    return Message.objects.of_lead(lead.pk).inbound().filter(sent_at__gt=contract.sent_at).exists()


def _is_known_from_history(contract: InboundMessage, lead: Lead) -> bool:
    """Whether the conversation sync was faster than this call, which names no id of the message: the row it
    wrote takes the call's key. Under the lead's lock, so that exactly one of the two inserts.
    """
    inbound = Message.objects.of_lead(lead.pk).inbound().on_channel(Channel.SMS)
    if inbound.filter(webhook_dedupe_key=contract.event_key).exists():
        return False
    synced = inbound.filter(
        ghl_id__isnull=False, webhook_dedupe_key__isnull=True, sent_at__gte=contract.sent_at - HISTORY_WINDOW
    )
    rows = [
        # When the row was made says nothing here; when the call came does.
        Row(id=row.pk, body=row.body, sent_at=row.sent_at, created_at=row.sent_at)
        for row in synced.newest_first().defer("search_vector")[:UNCONFIRMED_LIMIT]
    ]
    body = _clean(contract).body
    match = match_text(body, contract.sent_at, rows)
    if match.row is None:
        match = match_text(body, contract.received_at, rows)
    if match.row is None:
        return match.verdict == "ambiguous"
    return bool(Message.objects.filter(pk=match.row.id).update(webhook_dedupe_key=contract.event_key))


def receive_sent(contract: SentMessage) -> str:
    """Store a campaign step of the provider once, or complete one of our own messages."""
    if contract.confirm_only:
        return confirm_own_send(contract)
    if contract.echo:
        return receive_echo(contract)
    try:
        match = _match_person(contract)
    except NoUsableIdentity:
        return "ignored:no_usable_identity"
    lead = match.lead
    cleaned = clean_email(contract.html or "", contract.text or "")
    id_field, id_value = _sent_id(contract)
    message, created = insert_once(
        id_field,
        id_value,
        workspace_id=lead.workspace_id,
        lead=lead,
        channel=contract.channel,
        direction=Direction.OUTBOUND,
        source=MessageSource.CAMPAIGN,
        origin=MessageOrigin.CAMPAIGN,
        subject=_cut(contract.subject, 998),
        body=cleaned.body,
        from_email=_cut(contract.sender_account.email, 320) if contract.sender_account else None,
        from_name=_cut(contract.sender_account.name, 255) if contract.sender_account else None,
        to_email=_cut(contract.person.email, 320),
        is_read=True,
        sent_at=contract.sent_at,
    )
    if created:
        store_raw(message, cleaned)
        _refuse_step(contract, lead)
    # Repeated on a redelivery too: both are idempotent, so a crash half-way heals.
    bump_rollups(lead.pk, message.channel, Direction.OUTBOUND, message.sent_at, MessageOrigin.CAMPAIGN)
    announce(MessageSent(workspace_id=lead.workspace_id, lead_id=lead.pk, message_id=message.pk))
    return PROCESSED


def _refuse_step(contract: SentMessage, lead: Lead) -> None:
    if contract.provider == PROVIDER and contract.campaign is not None and contract.ids.email_bison_lead_id:
        refuse_step(lead, Place(campaign_id=contract.campaign.id, lead_id=contract.ids.email_bison_lead_id))


def receive_bounce(contract: Bounce) -> str:
    """Store the delivery report; a hard bounce blocks e-mail to the lead, a soft one changes nothing."""
    try:
        match = _match_person(contract)
    except NoUsableIdentity:
        return "ignored:no_usable_identity"
    report = " ".join(part for part in (contract.reason, contract.text) if part)
    hard = classify_bounce(report, contract.status_code, bounce_event=True) == "hard"
    _record_bounce(match.lead, report or "Delivery failed", contract, bounced_at=contract.bounced_at, hard=hard)
    return PROCESSED


def receive_unsubscribe(contract: Unsubscribe) -> str:
    """The provider's unsubscribe link stops every channel."""
    try:
        match = _match_person(contract)
    except NoUsableIdentity:
        return "ignored:no_usable_identity"
    lead = match.lead  # locked
    stop_lead(lead, "unsubscribed")
    apply_enrichment_switch(lead.pk)
    return PROCESSED


def _match_person(contract: InboundMessage | SentMessage | Bounce | Unsubscribe) -> LeadMatch:
    """The lead is whoever the provider's lead record names; the writer is only the replier."""
    return find_or_create_lead(
        contract.workspace_id,
        contract.person,
        contract.ids,
        _campaign(contract),
        source="webhook",
        sender_account_id=contract.sender_account.id if contract.sender_account else None,
        has_replied=isinstance(contract, InboundMessage) and not contract.interested,
    )


def _campaign(contract: InboundMessage | SentMessage | Bounce | Unsubscribe) -> EmailCampaign | SmsCampaign | None:
    if isinstance(contract, InboundMessage) and contract.channel == Channel.SMS:
        return upsert_sms_campaign(contract.workspace_id, contract.sms_label)
    if contract.campaign is None:
        return None
    return upsert_email_campaign(contract.workspace_id, contract.provider, contract.campaign.id, contract.campaign.name)


def _store_inbound(
    contract: InboundMessage, lead: Lead, cleaned: CleanedEmail, reading: SafetyReading, identity: tuple[str, str]
) -> tuple[Message, bool]:
    id_field, id_value = identity
    writer = contract.from_address
    message, created = insert_once(
        id_field,
        id_value,
        workspace_id=lead.workspace_id,
        lead=lead,
        channel=contract.channel,
        direction=Direction.INBOUND,
        source=MessageSource.BOUNCE if reading.kind == SafetyKind.BOUNCE else MessageSource.ZRG,
        subject=_cut(contract.subject, 998),
        body=cleaned.body,
        body_truncated=contract.body_truncated or cleaned.is_truncated,
        is_automated=contract.automated,
        from_email=_cut(_writer_email(contract), 320),
        from_name=_cut(writer.name, 255) if writer else None,
        to_email=_cut(contract.to[0].email, 320) if contract.to else None,
        to_name=_cut(contract.to[0].name, 255) if contract.to else None,
        cc=_usable(contract.cc),
        bcc=_usable(contract.bcc),
        attachments=attachment_rows(contract.attachments),
        linkedin_kind=LinkedInKind.DM if contract.channel == Channel.LINKEDIN else None,
        classification_state=ClassificationState.PENDING,
        safety_kind=reading.kind,
        sent_at=contract.sent_at,
    )
    if created:
        store_raw(message, cleaned, thread_json=contract.thread_json)
    return message, created


def _clean(contract: InboundMessage) -> CleanedEmail:
    """Only e-mails quote what was said before."""
    if contract.channel == Channel.EMAIL:
        return clean_email(contract.html or "", contract.text or "")
    return clean_plain(contract.text)


def _writer_email(contract: InboundMessage) -> str | None:
    """Whom an e-mail came from; on other channels nobody wrote from an address."""
    if contract.from_address is not None:
        return contract.from_address.email
    return contract.person.email if contract.channel == Channel.EMAIL else None


def _inbound_id(contract: InboundMessage) -> tuple[str, str]:
    """The column and the value that recognise a message. The id of an event is the id of what it brought,
    where the provider's own id is missing or longer than its column.
    """
    if contract.channel == Channel.EMAIL:
        return _id_or_key("email_bison_reply_id", contract.thread_handle or contract.provider_message_id, contract)
    if contract.channel == Channel.LINKEDIN:
        return _id_or_key("unipile_message_id", contract.provider_message_id, contract)
    return "webhook_dedupe_key", contract.event_key


def _sent_id(contract: SentMessage) -> tuple[str, str]:
    return _id_or_key("inboxxia_scheduled_email_id", contract.scheduled_id, contract)


def _id_or_key(column: str, value: str | None, contract: ProviderEvent) -> tuple[str, str]:
    longest = getattr(Message._meta.get_field(column), "max_length", None) or 0
    return (column, value) if value and len(value) <= longest else ("webhook_dedupe_key", contract.event_key)


def _repeat_interest(contract: InboundMessage, lead: Lead, message: Message) -> str:
    if contract.interested and lead.status != "blacklisted" and message.safety_kind != SafetyKind.OPT_OUT:
        change = set_sentiment(lead.pk, SentimentTag.INTERESTED, message=message, cause=CAUSE_INBOUND)
        if change.changed:
            _prefer_interest(message)
            job = POST_PROCESS_JOBS[contract.provider]
            key = f"{lead.workspace_id}:{message.pk}:{job}:interested"
            enqueue_job(
                job,
                lead.workspace_id,
                lead_id=lead.pk,
                message_id=message.pk,
                dedupe_key=key,
                payload={"variant": "interested"},
            )
            requeue_job(key)
    return PROCESSED


def _prefer_interest(message: Message) -> None:
    """What the provider says now counts for a reply that was read as nothing positive."""
    read = Message.objects.filter(pk=message.pk, sentiment_tag__isnull=False).exclude(sentiment_tag__in=POSITIVE)
    read.update(sentiment_tag=SentimentTag.INTERESTED)


def _is_delivery_report(contract: InboundMessage) -> bool:
    """A report addressed by a mail system, with nobody named as lead, never makes one."""
    writer = contract.from_address
    return (
        contract.channel == Channel.EMAIL
        and writer is not None
        and is_bounce_address(writer.email)
        and not contract.ids.email_bison_lead_id
        and (contract.person.email is None or is_bounce_address(contract.person.email))
    )


def _receive_delivery_report(contract: InboundMessage) -> str:
    report = "\n".join(part for part in (contract.text, contract.html) if part)
    lead = find_failed_lead(contract.workspace_id, report)
    if lead is None:
        return "ignored:original_recipient_unknown"
    hard = classify_bounce(report) == "hard"
    _record_bounce(lead, report, contract, bounced_at=contract.sent_at, hard=hard)
    return PROCESSED


def _record_bounce(lead: Lead, report: str, contract: ProviderEvent, *, bounced_at: datetime, hard: bool) -> None:
    lead = Lead.objects.select_for_update().get(pk=lead.pk)
    cleaned = clean_email("", report)
    _message, created = insert_once(
        "webhook_dedupe_key",
        contract.event_key,
        workspace_id=lead.workspace_id,
        lead=lead,
        channel=Channel.EMAIL,
        direction=Direction.INBOUND,
        source=MessageSource.BOUNCE,
        body=f"[BOUNCED] {(cleaned.body or report)[:2000]}",
        safety_kind=SafetyKind.BOUNCE,
        classification_state=ClassificationState.NOT_NEEDED,
        is_automated=True,
        is_read=True,
        sent_at=bounced_at,
    )
    if created and hard:
        # A block of e-mail never replaces a stop of every channel.
        if lead.status != "blacklisted":
            stop_lead(lead, "bounce")
        apply_enrichment_switch(lead.pk)


def _usable(addresses: tuple[Address, ...]) -> list[str]:
    """Addresses that can be written to, normalised; a malformed one never blocks the message."""
    known = (normalize_email(address.email) for address in addresses)
    return list(dict.fromkeys(filter(None, known)))[:MAX_COPIES]


def _cut(value: str | None, length: int) -> str | None:
    return value[:length] if value else None

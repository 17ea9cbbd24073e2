"""Storing a written draft: once per trigger, one pending reply draft per lead and channel."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from inbox.enums import DraftClosedReason, DraftOrigin, DraftStatus, MessageSource, SafetyKind
from inbox.metrics import count_draft, count_draft_skip
from inbox.models import Draft, Message
from inbox.services.approving import supersede_pending
from inbox.services.drafting.knowing import DraftContext
from inbox.services.drafting.writing import Written
from inbox.services.flags import refresh_lead_flags
from leads.models import Lead
from zrg.lib import log_events

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What made a draft: its key, the inbound that caused it, the inbound it answers."""

    kind: DraftOrigin
    trigger_key: str | None
    trigger: Message | None
    answers: Message


def store_draft(
    context: DraftContext, written: Written, *, message: Message, origin: DraftOrigin, trigger_key: str | None
) -> Draft | None:
    """Insert the draft and supersede the pending one, in the caller's transaction.

    Idempotent by `trigger_key`: a repeat returns the row that exists. None when the lead was stopped
    or answered while the text was written: the human wins.
    """
    lead = Lead.objects.select_for_update().get(pk=message.lead_id)
    if trigger_key and (known := Draft.objects.filter(trigger_key=trigger_key, channel=context.channel).first()):
        return known
    if reason := overtaken(lead, message):
        note_skip(message, reason)
        return None
    supersede_pending(lead.pk, context.channel, DraftClosedReason.SUPERSEDED_BY_NEWER_INBOUND)
    draft = insert_draft(
        lead, context, written, Origin(kind=origin, trigger_key=trigger_key, trigger=message, answers=message)
    )
    Message.objects.filter(pk=message.pk).update(draft_skip_reason=None)
    return draft


def insert_draft(lead: Lead, context: DraftContext, written: Written, origin: Origin) -> Draft:
    """The row of a finished text, in the caller's transaction with the lead locked."""
    draft = Draft.objects.create(
        workspace_id=lead.workspace_id,
        lead=lead,
        channel=context.channel,
        trigger_key=origin.trigger_key,
        trigger_message=origin.trigger,
        context_message=origin.answers,
        origin=origin.kind,
        status=DraftStatus.PENDING,
        content=written.content,
        ai_content=written.content,
        persona_id=context.voice.persona_id,
        archetype_id=written.archetype_id,
        generation_path=written.path,
        generation_meta=written.meta,
        verified=written.verified,
        quality_flags=list(written.flags),
        offer_set=context.offer_set if any(label in written.content for label in context.facts.labels) else None,
    )
    count_draft(written.path)
    refresh_lead_flags(lead.pk)
    logger.info(
        log_events.DRAFT_CREATED,
        draft=str(draft.pk),
        path=written.path,
        flags=list(written.flags),
        ms=written.meta.get("ms"),
    )
    return draft


def note_skip(message: Message, reason: str) -> None:
    """Why the message has no draft; shown in the inbox."""
    Message.objects.filter(pk=message.pk).update(draft_skip_reason=reason)
    count_draft_skip(reason)
    logger.info(log_events.DRAFT_SKIPPED, message=str(message.pk), reason=reason)


def overtaken(lead: Lead, message: Message) -> str:
    """Why a draft for this message is no longer wanted, or ""."""
    if lead.opted_out_at is not None or lead.status == "blacklisted":
        return "lead_opted_out"
    answered = (
        Message.objects.of_lead(lead.pk).on_channel(message.channel).answers().filter(sent_at__gt=message.sent_at)
    )
    if answered.exists():
        return "already_answered"
    if newer_inbound(message) is not None:
        return "newer_inbound"
    return ""


def newer_inbound(message: Message) -> Message | None:
    """The newest later inbound of the same lead and channel; its own job writes the draft."""
    return (
        Message.objects.of_lead(message.lead_id)
        .on_channel(message.channel)
        .inbound()
        # A delivery report or an absence note is no turn of the conversation; nothing answers it.
        .exclude(source=MessageSource.BOUNCE)
        .exclude(safety_kind=SafetyKind.OUT_OF_OFFICE)
        .filter(sent_at__gt=message.sent_at)
        .newest_first()
        .first()
    )


def draft_for(trigger_key: str, channel: str) -> UUID | None:
    """The draft a trigger made before."""
    return Draft.objects.filter(trigger_key=trigger_key, channel=channel).values_list("pk", flat=True).first()

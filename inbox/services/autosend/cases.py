"""Everything a decision about one draft is made from, read in one short transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from booking.registry import calendar
from inbox.enums import Direction, GenerationPath, MessageSource
from inbox.models import Draft, Message
from inbox.rules.autosend.checks import Precheck, consent_block, precheck
from inbox.rules.signals import Signals
from inbox.services.autosend.policies import Policy, is_stopped, policy_of
from inbox.services.drafting.knowing import Voice, resolve_voice, was_booked
from inbox.services.memory import approved_memory, memory_as_of
from inbox.services.sentiment import has_booking_evidence
from inbox.services.signals import signals_of
from inbox.services.transcript import plain_transcript, reply_text
from leads.models import Lead
from zrg.workspaces.models import WorkspaceSettings

NEWEST_INBOUNDS = 5
"""How many of the lead's own messages are read again for a wish to be left alone (06 R5)."""
HISTORY = 80
UNCHECKED_FLAGS = frozenset({"verification_failed", "overseer_failed"})
FALLBACK_FLAG = "fallback_draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One draft with what is known about it; `version` is the text the decision is about."""

    workspace_id: UUID
    lead_id: UUID
    draft_id: UUID
    version: int
    channel: str
    content: str
    subject: str
    offer_set: UUID | None
    offered: tuple[str, ...]
    trigger_id: UUID
    trigger_sent_at: datetime
    policy: Policy
    voice: Voice
    signals: Signals
    precheck: Precheck
    consent_block: str
    is_fallback: bool
    is_unverified: bool
    provider_automated: bool
    awaits_answer: bool
    tag: str
    reply: str
    inbounds: tuple[str, ...]
    conversation: str
    phone_on_file: bool
    lead_scheduler_link: str | None
    has_active_appointment: bool
    reply_received_at: str
    memory: tuple[str, ...]
    as_of: datetime | None = None
    booking_link: str | None = None


def open_case(
    lead: Lead, draft: Draft, message: Message, policy: Policy | None = None, *, as_of: datetime | None = None
) -> Case:
    """Read the rows, in the caller's context. `as_of`: as they were at that moment, for a text that is no draft; then
    the calendar is not asked for its page, it is `booking_link`.
    """
    own = WorkspaceSettings.objects.get(workspace_id=draft.workspace_id)
    signals = signals_of(message)
    inbounds = _inbounds(lead, message, as_of)
    has_phone = bool(lead.phone or lead.phone_national)
    escalated = calendar().instructions(draft.workspace_id, lead.pk, draft.channel).escalated
    return Case(
        workspace_id=draft.workspace_id,
        lead_id=lead.pk,
        draft_id=draft.pk,
        version=draft.version,
        channel=draft.channel,
        content=draft.content,
        subject=draft.subject or message.subject or "",
        offer_set=draft.offer_set,
        offered=calendar().offered_labels(draft.workspace_id, draft.offer_set) if draft.offer_set else (),
        trigger_id=message.pk,
        trigger_sent_at=message.sent_at,
        policy=policy or policy_of(lead, draft.channel),
        voice=resolve_voice(lead, own, draft.channel),
        signals=signals,
        precheck=precheck(
            draft=draft.content,
            sentiment=message.sentiment_tag,
            call_intent=signals.call_intent,
            phone_on_file=has_phone,
            external_scheduler=signals.external_calendar,
            booking_escalated=escalated,
            auto_booked=message.draft_skip_reason == "auto_booked",
        ),
        consent_block=_consent(stopped_at(lead, as_of) if as_of else is_stopped(lead), message, inbounds),
        is_fallback=draft.generation_path == GenerationPath.TEMPLATE_FALLBACK or FALLBACK_FLAG in draft.quality_flags,
        is_unverified=draft.verified is False or bool(UNCHECKED_FLAGS & set(draft.quality_flags)),
        provider_automated=message.is_automated,
        awaits_answer=_awaits_answer(lead, message),
        tag=message.sentiment_tag or "",
        reply=reply_text(message),
        inbounds=tuple(one.body for one in inbounds),
        conversation=plain_transcript(message, limit=HISTORY),
        phone_on_file=has_phone,
        lead_scheduler_link=lead.external_scheduling_link,
        has_active_appointment=was_booked(lead, as_of) if as_of else has_booking_evidence(lead),
        reply_received_at=message.sent_at.isoformat(),
        memory=tuple(memory_as_of(lead.pk, as_of) if as_of else approved_memory(lead.pk, timezone.now())),
        as_of=as_of,
    )


def stopped_at(lead: Lead, at: datetime) -> bool:
    """Whether automation had ended at a moment of the past (05.stop-stops-automation)."""
    moments = (lead.opted_out_at, lead.blacklisted_at)
    return any(moment is not None and moment <= at for moment in moments)


def _consent(lead_stopped: bool, message: Message, inbounds: list[Message]) -> str:
    found: dict[str, Any] = {
        "sentiment": message.sentiment_tag,
        "safety_kind": message.safety_kind,
        "lead_stopped": lead_stopped,
    }
    blocks = [consent_block(inbounds=(one.body,), channel=one.channel, **found) for one in inbounds]
    return next((code for code in blocks if code == "opt_out"), next((code for code in blocks if code), ""))


def _inbounds(lead: Lead, message: Message, as_of: datetime | None = None) -> list[Message]:
    """The newest inbound messages of any channel, `message` among them."""
    rows = Message.objects.of_lead(lead.pk).inbound().exclude(source=MessageSource.BOUNCE).exclude(pk=message.pk)
    if as_of is not None:
        rows = rows.filter(sent_at__lte=as_of)
    return [message, *rows.newest_first()[: NEWEST_INBOUNDS - 1]]


def _awaits_answer(lead: Lead, message: Message) -> bool:
    """Whether our last message before the reply ended in a question."""
    last = (
        Message.objects.of_lead(lead.pk)
        .filter(direction=Direction.OUTBOUND, sent_at__lt=message.sent_at)
        .newest_first()
        .values_list("body", flat=True)
        .first()
    )
    return (last or "").rstrip().endswith("?")

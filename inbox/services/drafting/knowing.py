"""What a draft is written from, collected within ten seconds (05 R15).

A part that is missing never blocks the draft; it is named in the draft's `generation_meta`.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.utils import timezone

from booking.contracts import Availability, BookingInstructions
from booking.registry import calendar
from inbox.enums import Channel
from inbox.models import Message
from inbox.prompts.snippets import FORBIDDEN_TERMS, LENGTH_RULES, MAX_CHARS, MIN_CHARS, archetype_snippet
from inbox.rules.archetypes import ARCHETYPE_IDS
from inbox.rules.overseer import MeetingDecision
from inbox.rules.signals import Signals
from inbox.services.drafting.voice import Voice, resolve_voice
from inbox.services.memory import approved_memory, memory_as_of
from inbox.services.overseer.extracting import stored_decision
from inbox.services.signals import signals_of
from inbox.services.transcript import build_transcript, reply_text
from leads.models import Lead
from zrg.ai import env
from zrg.ai.context import Bundle, build_bundle
from zrg.ai.prompts import as_data
from zrg.ai.services.prompt_texts import snippets
from zrg.lib import log_events
from zrg.workspaces.context import tenant
from zrg.workspaces.hours import resolve_zone
from zrg.workspaces.models import WorkspaceSettings

logger = structlog.get_logger(__name__)

DRAFT_HISTORY = 80
INLINE_TERMS, FAST_TERMS = 30, 50
OWN_SCHEDULER_ROUTE = 5
ANSWERS_CHARS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the text may name: the checks read these, not the prompts."""

    reply: str
    labels: tuple[str, ...] = ()
    booking_link: str | None = None
    lead_scheduler: str | None = None
    service: str = ""
    knowledge: str = ""
    website: str | None = None
    appointment: str = ""

    @property
    def nameable_times(self) -> tuple[str, ...]:
        """Labels that may be offered, and the appointment that exists."""
        return (*self.labels, *([self.appointment] if self.appointment else []))


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Which steps and models the workspace has chosen."""

    strategy: bool
    verification: bool
    gate: bool
    model: str
    effort: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContext:
    """Everything the steps need. `variables` fill the prompts; `meta` and `missing` hold codes and figures.
    `is_replay`: about a reply of the past, nothing is kept of what the models say.
    """

    workspace_id: UUID
    lead_id: UUID
    message_id: UUID
    channel: str
    voice: Voice
    facts: Facts
    switches: Switches
    variables: Mapping[str, str]
    shapes: Mapping[str, str]
    max_chars: int
    offer_set: UUID | None = None
    decision: MeetingDecision | None = None
    memory: tuple[str, ...] = ()
    is_replay: bool = False
    missing: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_email(self) -> bool:
        return self.channel == Channel.EMAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Read in one short transaction."""

    message: Message
    lead: Lead
    voice: Voice
    switches: Switches
    signals: Signals
    decision: MeetingDecision | None
    instructions: BookingInstructions
    memory: tuple[str, ...]
    appointment: str
    variables: dict[str, str]


def gather(message: Message, *, channel: str, tag: str, seconds: float, fast: bool = False) -> DraftContext:
    """Collect the parts, each within what is left of `seconds`; for outside of transactions.

    The calendar may be asked; its silence gives a draft without times. `fast` tells more forbidden terms.
    """
    deadline = time.monotonic() + seconds
    with tenant(message.workspace_id):
        rows = _read(message, channel, tag)
    missing: list[str] = []
    availability = _availability(rows, deadline - time.monotonic())
    if not availability.reachable:
        missing.append("availability")
    bundle = build_bundle(message.workspace_id, "draft", memory=rows.memory, now=timezone.now())
    texts = _texts(message.workspace_id)
    context = _assemble(rows, availability, bundle, texts, terms=FAST_TERMS if fast else INLINE_TERMS)
    spent = round((seconds - (deadline - time.monotonic())) * 1000)
    return replace(
        context,
        channel=channel,
        missing=tuple(missing),
        meta={"bundle": bundle.stats, "context_ms": spent, "labels": len(context.facts.labels)},
    )


def rebuild(
    message: Message,
    *,
    channel: str,
    tag: str,
    labels: tuple[str, ...],
    booking_link: str | None = None,
    as_of: datetime | None = None,
) -> DraftContext:
    """The same from rows alone, in the caller's transaction: nobody is asked, `labels` are the stored offer's.

    `as_of`: memory, knowledge and appointment as they were at that moment; what nobody wrote down when it changed
    (persona, service, settings, profile of the lead) is today's.
    """
    rows = _read(message, channel, tag, as_of)
    bundle = build_bundle(message.workspace_id, "draft", memory=rows.memory, now=timezone.now(), as_of=as_of)
    texts = _texts(message.workspace_id)
    availability = Availability(labels=labels, booking_link=booking_link)
    context = _assemble(rows, availability, bundle, texts, terms=INLINE_TERMS)
    return replace(context, channel=channel, is_replay=as_of is not None, meta={"bundle": bundle.stats})


def was_booked(lead: Lead, at: datetime) -> bool:
    """Whether the lead's appointment existed at a moment of the past."""
    booked, canceled = lead.appointment_booked_at, lead.appointment_canceled_at
    return booked is not None and booked <= at and (canceled is None or canceled > at)


def with_signature(context: DraftContext, summary: str) -> DraftContext:
    """The lead's signature as facts for the writer; "" is none."""
    if not summary:
        return context
    return replace(context, variables={**context.variables, "signature_context": as_data(summary, "SIGNATURE")})


# --- rows


def _read(message: Message, channel: str, tag: str, as_of: datetime | None = None) -> _Rows:
    lead = Lead.objects.select_related("email_campaign__persona", "sms_campaign__persona").get(pk=message.lead_id)
    settings = WorkspaceSettings.objects.get(workspace_id=message.workspace_id)
    voice = resolve_voice(lead, settings, channel)
    signals = signals_of(message)
    appointment = _appointment(lead, settings, as_of)
    instructions = calendar().instructions(message.workspace_id, lead.pk, channel)
    return _Rows(
        message=message,
        lead=lead,
        voice=voice,
        switches=_switches(settings, channel),
        signals=signals,
        decision=stored_decision(message.pk),
        instructions=instructions,
        memory=tuple(memory_as_of(lead.pk, as_of) if as_of else approved_memory(lead.pk, timezone.now())),
        appointment=appointment,
        variables={
            "persona_name": voice.persona_name or "the team",
            "company": voice.company or "our company",
            "tone": voice.tone,
            "greeting": voice.greeting,
            "goals": voice.goals or "(none given)",
            "service_description": voice.service_description or "(none given)",
            "ideal_customer_profile": voice.ideal_customer_profile or "(none given)",
            "signature": voice.signature,
            "lead_facts": as_data(_lead_facts(lead, appointment, as_of), "LEAD FACTS"),
            "tag": tag,
            "transcript": build_transcript(message, limit=DRAFT_HISTORY),
            "reply": as_data(reply_text(message)),
        },
    )


def _switches(settings: WorkspaceSettings, channel: str) -> Switches:
    return Switches(
        strategy=settings.draft_generation_step2_enabled and channel == Channel.EMAIL,
        verification=settings.draft_verification_step3_enabled and channel == Channel.EMAIL,
        gate=settings.meeting_overseer_enabled,
        model=settings.draft_generation_model,
        effort=settings.draft_generation_reasoning_effort,
        verifier=settings.email_draft_verification_model,
    )


def _appointment(lead: Lead, settings: WorkspaceSettings, as_of: datetime | None = None) -> str:
    """The active appointment as a sentence part with its zone; "" without one."""
    stands = was_booked(lead, as_of) if as_of else lead.appointment_canceled_at is None
    if lead.appointment_start_at is None or not stands:
        return ""
    local = lead.appointment_start_at.astimezone(resolve_zone(lead.timezone or settings.timezone))
    hour = local.hour % 12 or 12
    return f"{hour}:{local:%M %p} {local.tzname()} on {local:%a, %b} {local.day}"


def _lead_facts(lead: Lead, appointment: str, as_of: datetime | None = None) -> str:
    facts = {
        "first name": lead.first_name,
        "company": lead.company_name,
        "title": lead.job_title,
        "industry": lead.industry,
        "city": lead.company_city,
        "state": lead.company_state,
        # What these were then nobody wrote down, and what they are now tells how it ended.
        "status": None if as_of else lead.status,
        "score": None if as_of else lead.overall_score,
        "phone on file": "yes" if lead.phone or lead.phone_national else "no",
        "e-mail on file": "yes" if lead.email else "no",
        "qualification answers": json.dumps(lead.qualification_answers)[:ANSWERS_CHARS]
        if lead.qualification_answers
        else None,
        "appointment": f"{appointment} ({(None if as_of else lead.appointment_status) or 'booked'})"
        if appointment
        else "none",
    }
    return "; ".join(f"{name}: {value}" for name, value in facts.items() if value)


# --- parts that may be missing


def _availability(rows: _Rows, seconds: float) -> Availability:
    """Times for this answer: none after an acceptance, an escalation, or when the lead has a scheduler of their own."""
    if not _may_offer(rows) or seconds <= 0:
        return Availability()
    try:
        return calendar().availability(
            rows.message.workspace_id,
            rows.lead.pk,
            wanted=reply_text(rows.message),
            count=rows.instructions.offer_count,
            seconds=seconds,
        )
    except Exception as error:
        logger.warning(
            log_events.DRAFT_FALLBACK, step="availability", code=type(error).__name__, lead=str(rows.lead.pk)
        )
        return Availability(reachable=False)


def _may_offer(rows: _Rows) -> bool:
    if rows.instructions.escalated or _own_scheduler(rows):
        return False
    reschedules = rows.decision is not None and rows.decision.intent == "reschedule"
    if rows.decision is not None and rows.decision.intent == "accept_offer":
        return False
    return reschedules or not rows.appointment


def _own_scheduler(rows: _Rows) -> bool:
    return rows.signals.external_calendar or rows.signals.route == OWN_SCHEDULER_ROUTE


def _texts(workspace_id: UUID) -> dict[str, str]:
    keys = (FORBIDDEN_TERMS, LENGTH_RULES, MIN_CHARS, MAX_CHARS, *map(archetype_snippet, ARCHETYPE_IDS))
    return snippets(keys, workspace_id)


# --- putting together


def _assemble(
    rows: _Rows, availability: Availability, bundle: Bundle, texts: Mapping[str, str], *, terms: int
) -> DraftContext:
    link = None if rows.instructions.escalated or _own_scheduler(rows) else availability.booking_link
    offers_link = link if rows.instructions.include_link else None
    facts = Facts(
        reply=reply_text(rows.message),
        labels=availability.labels,
        booking_link=offers_link,
        lead_scheduler=rows.lead.external_scheduling_link if _own_scheduler(rows) else None,
        service=rows.voice.service_description,
        knowledge=bundle.knowledge,
        website=bundle.website_url,
        appointment=rows.appointment,
    )
    shortest, longest = _length(texts)
    return DraftContext(
        workspace_id=rows.message.workspace_id,
        lead_id=rows.lead.pk,
        message_id=rows.message.pk,
        channel=rows.message.channel,
        voice=rows.voice,
        facts=facts,
        switches=rows.switches,
        shapes={shape: texts[archetype_snippet(shape)] for shape in ARCHETYPE_IDS},
        max_chars=longest,
        offer_set=availability.offer_set,
        decision=rows.decision,
        memory=rows.memory,
        variables={
            **rows.variables,
            "offered_times": _times_text(availability),
            "booking_link": offers_link or "(none: write no link and no placeholder for one)",
            "website": bundle.website_url or "(none)",
            "booking_instructions": _instructions_text(rows, availability),
            "knowledge": bundle.for_prompt("knowledge"),
            "memory": bundle.for_prompt("memory"),
            "signature_context": "(none)",
            "meeting_contract": _contract_text(rows.decision),
            "forbidden_terms": ", ".join(_lines(texts[FORBIDDEN_TERMS])[:terms]) or "(none)",
            "length_rules": texts[LENGTH_RULES]
            .replace("{minChars}", str(shortest))
            .replace("{maxChars}", str(longest)),
            "feedback": "",
        },
    )


def _length(texts: Mapping[str, str]) -> tuple[int, int]:
    """The workspace's bounds within those of the deployment."""
    least = int(env.number("OPENAI_EMAIL_DRAFT_MIN_CHARS", 50, 50, 5_000))
    most = int(env.number("OPENAI_EMAIL_DRAFT_MAX_CHARS", 5_000, 50, 5_000))
    shortest = max(int(texts[MIN_CHARS]), least)
    longest = min(int(texts[MAX_CHARS]), most)
    return (shortest, longest) if shortest < longest else (min(least, longest - 1), longest)


def _times_text(availability: Availability) -> str:
    if availability.labels:
        return "; ".join(availability.labels)
    return "(none)" if availability.window_open else "(none: the window the lead asked for is not open; say so)"


def _instructions_text(rows: _Rows, availability: Availability) -> str:
    parts = [rows.instructions.text.strip()]
    if _own_scheduler(rows):
        parts.append("The lead told us to use their own scheduler: acknowledge it, offer no times and no link.")
    if rows.instructions.escalated:
        parts.append("A person takes over the booking: offer no times and no link.")
    elif not availability.window_open:
        parts.append("Say that the window the lead asked for is not open, and give the booking link.")
    return " ".join(part for part in parts if part) or "(none)"


def _contract_text(decision: MeetingDecision | None) -> str:
    if decision is None:
        return "(not known)"
    modes = {
        "booking_only": "only the meeting: no pitch",
        "clarify_only": "ask exactly one question",
        "info_then_booking": "answer first, then ask for the meeting",
    }
    reading = f"intent {decision.intent}; answer mode: {modes.get(decision.response_mode, decision.response_mode)}"
    return f"{reading}; asks for the price" if decision.needs_pricing_answer else reading


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]

"""Stage 5: the tag of a reply (05 R9, R10)."""

import time
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog
from django.db.models import F

from inbox.enums import Channel, ClassificationState, SafetyKind, SentimentTag, StageState
from inbox.models import Message, MessageRaw
from inbox.prompts.sentiment import ANALYZE_EMAIL, CLASSIFY, MODEL_TAGS
from inbox.rules.analysis import kept_lines, written_phone
from inbox.rules.cleaning import written_part
from inbox.rules.safety import is_engaged
from inbox.rules.tags import is_deterministic_decline, known_tag, tag_for_safety
from inbox.services.sentiment import coerce_booked
from inbox.services.stages.base import StageContext, StageResult, skipped
from inbox.services.transcript import build_transcript, reply_text
from integrations.env import milliseconds
from leads.enums import EnrichmentSource, LeadStatus
from leads.models import Lead
from leads.rules.contact_text import is_assistants
from leads.rules.facts import Facts
from leads.rules.participants import is_cc_replier
from leads.services.filling import fill_lead
from zrg.ai.contracts import CallScope
from zrg.ai.models import Persona
from zrg.ai.prompts import as_data
from zrg.ai.runner import run_json_prompt
from zrg.jobs.contracts import Notice, TaskNeeded
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.workspaces.context import tenant
from zrg.workspaces.models import WorkspaceSettings

logger = structlog.get_logger(__name__)

CLASSIFY_MS = 25_000
"""Of one call, unless OPENAI_SENTIMENT_TIMEOUT_MS says otherwise."""
STAGE_SECONDS = 30.0
"""All calls of the stage together."""
EMAIL_HISTORY = 40
SHORT_HISTORY = 30
INPUT_LIMIT = 12_000
OWN_MESSAGES = 20
"""Our newest messages of the lead, in which our own numbers stand."""
MACHINE_ANSWERS = (SentimentTag.OUT_OF_OFFICE, SentimentTag.AUTOMATED_REPLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    tag: str = ""
    by_model: bool = False
    newsletter: bool = False
    body: str | None = None
    phone: str | None = None
    state: ClassificationState = ClassificationState.DONE
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Input:
    channel: str
    safety_kind: str
    subject: str
    reply: str
    received: str
    own_text: str
    transcript: str
    interested: bool


def classify(context: StageContext) -> StageResult:
    """Deterministic results first; a model only when they say nothing. An error is never Neutral
    (05.failure-is-not-neutral): the message stays "not classified" and is tried again hourly.
    """
    with tenant(context.workspace_id):
        message = Message.objects.in_workspace(context.workspace_id).get(pk=context.message_id)
        if message.safety_kind == SafetyKind.BOUNCE or not (message.body or message.subject):
            return _without_text(message)
        gathered = _gather(message)
    limited = replace(context, deadline=min(context.deadline, time.monotonic() + STAGE_SECONDS))
    reading = _decide(gathered, limited)
    with tenant(context.workspace_id):
        result = _store(context, reading)
    if reading.phone:
        with tenant(context.workspace_id):
            _store_phone(context, reading.phone)
    return result


def _without_text(message: Message) -> StageResult:
    Message.objects.filter(pk=message.pk).update(
        classification_state=ClassificationState.NOT_NEEDED, draft_skip_reason="no_text"
    )
    if message.safety_kind != SafetyKind.BOUNCE:
        announce(
            Notice(
                workspace_id=message.workspace_id,
                lead_id=message.lead_id,
                kind="attachment_only",
                notice_key=str(message.pk),
                text="A reply without any text arrived (attachment only).",
            )
        )
    return skipped("no_text", ends=True)


def _gather(message: Message) -> _Input:
    history = EMAIL_HISTORY if message.channel == "email" else SHORT_HISTORY
    tag = Lead.objects.values_list("sentiment_tag", flat=True).get(pk=message.lead_id)
    return _Input(
        channel=message.channel,
        safety_kind=message.safety_kind or SafetyKind.NONE,
        subject=message.subject or "",
        reply=reply_text(message),
        received=_received(message),
        own_text=_own_text(message),
        transcript=build_transcript(message, limit=history),
        interested=tag == SentimentTag.INTERESTED,
    )


def _received(message: Message) -> str:
    """What the writer wrote, with the signature, without quotes."""
    raw = MessageRaw.objects.filter(message=message).first() if message.channel == Channel.EMAIL else None
    return (written_part(raw.raw_html, raw.raw_text) if raw else "") or message.body


def _own_text(message: Message) -> str:
    ours = Message.objects.of_lead(message.lead_id).outbound().newest_first().values_list("body", flat=True)
    signatures = Persona.objects.in_workspace(message.workspace_id).values_list("signature", flat=True)
    return "\n".join(filter(None, [*ours[:OWN_MESSAGES], *signatures]))


def _decide(gathered: _Input, context: StageContext) -> _Reading:
    if tag := tag_for_safety(gathered.safety_kind):
        return _Reading(tag=tag)
    if is_deterministic_decline(gathered.reply):
        return _Reading(tag=SentimentTag.NOT_INTERESTED)
    return _ask_model(gathered, context)


def _ask_model(gathered: _Input, context: StageContext) -> _Reading:
    reading = _analyze_email(gathered, context) if gathered.channel == "email" else None
    reading = reading or _classify(gathered, context, excluded=())
    if reading.tag in MACHINE_ANSWERS and is_engaged(gathered.reply):
        again = _classify(gathered, context, excluded=MACHINE_ANSWERS)
        if again.error:
            return again
        return replace(reading, tag=SentimentTag.NEUTRAL if again.tag in MACHINE_ANSWERS else again.tag)
    return reading


def _analyze_email(gathered: _Input, context: StageContext) -> _Reading | None:
    answer = run_json_prompt(
        ANALYZE_EMAIL,
        {
            "subject": as_data(gathered.subject, "SUBJECT"),
            "provider_hint": "Interested" if gathered.interested else "none",
            "transcript": gathered.transcript,
            "received": as_data(gathered.received[:INPUT_LIMIT], "E-MAIL"),
            "reply": as_data(gathered.reply[:INPUT_LIMIT]),
        },
        scope=_scope(context),
        deadline=min(context.deadline, _soon()),
    )
    if answer.error_code == "disabled":
        return _without_model()
    if not answer.ok:
        return None
    return _read_analysis(gathered, answer.value)


def _read_analysis(gathered: _Input, answer: dict[str, Any]) -> _Reading | None:
    tag = _known(answer["classification"])
    if tag is None:
        return None
    written_for_the_lead = is_assistants(gathered.received)
    numbers = () if written_for_the_lead else (answer["mobile_number"], answer["direct_phone"])
    return _Reading(
        tag=tag,
        by_model=True,
        newsletter=answer["is_newsletter"],
        body=kept_lines(answer["cleaned_response"], gathered.received),
        # Whose signature it is, nobody was asked here; the enrichment stage asks.
        phone=written_phone(numbers, text=gathered.reply, own_text=gathered.own_text),
    )


def _classify(gathered: _Input, context: StageContext, *, excluded: tuple[str, ...]) -> _Reading:
    answer = run_json_prompt(
        CLASSIFY,
        {
            "excluded": ", ".join(excluded) or "(nothing)",
            "transcript": gathered.transcript,
            "reply": as_data(gathered.reply[:INPUT_LIMIT]),
        },
        scope=_scope(context),
        deadline=min(context.deadline, _soon()),
    )
    if answer.error_code == "disabled":
        return _without_model()
    if not answer.ok:
        return _Reading(state=ClassificationState.FAILED, error=answer.error_code)
    return _Reading(tag=_known(answer.value["classification"]) or SentimentTag.NEUTRAL, by_model=True)


def _without_model() -> _Reading:
    """No key or switched off: nothing positive is ever guessed."""
    return _Reading(tag=SentimentTag.NEUTRAL, state=ClassificationState.NOT_NEEDED)


def _known(answer: str) -> str | None:
    tag = known_tag(answer)
    if tag not in MODEL_TAGS:
        logger.error(log_events.AI_UNKNOWN_TAG)
        return None
    return tag


def _store(context: StageContext, reading: _Reading) -> StageResult:
    message = Message.objects.select_for_update().get(pk=context.message_id)
    if reading.state == ClassificationState.FAILED:
        Message.objects.filter(pk=message.pk).update(
            classification_state=ClassificationState.FAILED, classification_attempts=F("classification_attempts") + 1
        )
        logger.warning(log_events.SENTIMENT_FAILED, message=str(message.pk), code=reading.error)
        return StageResult(state=StageState.FAILED, code=reading.error, ends=True)
    lead = Lead.objects.get(pk=message.lead_id)
    tag = coerce_booked(reading.tag, lead)
    if tag == SentimentTag.BLACKLIST and reading.by_model and not _auto_blacklist(message.workspace_id):
        tag = SentimentTag.OBJECTION
        announce(
            TaskNeeded(
                workspace_id=message.workspace_id,
                lead_id=message.lead_id,
                kind="model_saw_optout",
                message_id=message.pk,
                text="This reply may be an opt-out. Read it and decide.",
            )
        )
    Message.objects.filter(pk=message.pk).update(
        sentiment_tag=tag,
        classification_state=reading.state,
        classification_attempts=F("classification_attempts") + 1,
        draft_skip_reason="newsletter" if reading.newsletter else message.draft_skip_reason,
        body=reading.body or message.body,
    )
    return StageResult(result={"tag": tag, "by_model": reading.by_model, "newsletter": reading.newsletter})


def _store_phone(context: StageContext, phone: str) -> None:
    """Only where the lead has none, and only from the lead's own reply."""
    message = Message.objects.in_workspace(context.workspace_id).get(pk=context.message_id)
    lead = Lead.objects.select_for_update().defer("search_vector").get(pk=message.lead_id)
    if lead.status != LeadStatus.BLACKLISTED and not is_cc_replier(lead.email, message.from_email):
        fill_lead(lead, Facts(phone=phone), EnrichmentSource.MESSAGE_CONTENT)


def _auto_blacklist(workspace_id: UUID) -> bool:
    return WorkspaceSettings.objects.filter(workspace_id=workspace_id, auto_blacklist=True).exists()


def _scope(context: StageContext) -> CallScope:
    return CallScope(
        workspace_id=context.workspace_id,
        source="inbox.pipeline.classify",
        lead_id=context.lead_id,
        message_id=context.message_id,
        trace_id=context.trace_id,
    )


def _soon() -> float:
    return time.monotonic() + milliseconds("OPENAI_SENTIMENT_TIMEOUT_MS", CLASSIFY_MS)

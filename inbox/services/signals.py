"""What a reply asks people to do, as drafting and auto-send read it (05 R12).

Signals make tasks for people; they never send or book.
"""

import time
from dataclasses import dataclass, replace

from inbox.enums import SentimentTag
from inbox.models import InboundStageRun, Message, MessageRaw
from inbox.prompts.signals import DETECT, ROUTE
from inbox.rules.cleaning import written_part
from inbox.rules.schedulers import scheduler_urls
from inbox.rules.signals import (
    EXTERNAL_CALENDAR,
    Found,
    RouteAnswer,
    Signal,
    Signals,
    combine,
    fallback_route,
    find_signals,
)
from inbox.rules.tags import is_positive
from inbox.services.skipping import SETTING_OFF, record_skip
from inbox.services.transcript import build_transcript, reply_text
from leads.models import Lead
from zrg.ai.contracts import CallScope
from zrg.ai.prompts import as_data
from zrg.ai.runner import run_json_prompt
from zrg.workspaces.models import WorkspaceSettings

STAGE = "signals"
ROUTE_SECONDS = 4.0
OUR_MESSAGES = 30
"""Our newest messages of the lead: a booking page that stands in them is ours."""
ROUTE_HISTORY = 6
REPLY_LIMIT = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything the signals are read from, gathered in one transaction."""

    tag: str
    reply: str
    whole: str
    found: Found
    transcript: str
    routes_by_model: bool


def signals_of(message: Message) -> Signals:
    """The stored signals of an inbound message, in the caller's context; what can be read without a model
    when the stage has not run for it.
    """
    stored = InboundStageRun.objects.filter(message_id=message.pk, stage=STAGE).values_list("result", flat=True).first()
    if stored and "route" in stored:
        return Signals.from_json(stored)
    reading = gather(message)
    return combine(reading.found.signals, fallback_route(reading.reply) if is_positive(reading.tag) else None)


def gather(message: Message) -> Reading:
    """Read the rows, in the caller's context."""
    settings = WorkspaceSettings.objects.get(workspace_id=message.workspace_id)
    raw = MessageRaw.objects.filter(message=message).first()
    whole = (written_part(raw.raw_html, raw.raw_text) if raw else "") or message.body
    reply = reply_text(message) if message.body else ""
    return Reading(
        tag=message.sentiment_tag or SentimentTag.NEW,
        reply=reply,
        whole=whole,
        found=find_signals(reply, whole, our_pages=_our_pages(message, settings)),
        transcript=build_transcript(message, limit=ROUTE_HISTORY),
        routes_by_model=settings.ai_route_booking_process_enabled,
    )


def read_signals(reading: Reading, *, scope: CallScope, deadline: float) -> Signals:
    """Signals and route, with the model where it is asked; no answer means the plain reading. Call outside of
    transactions; `deadline` is a `time.monotonic()` instant.
    """
    signals = reading.found.signals
    if reading.found.ask_about_link and _is_meant(reading, scope, deadline):
        signals += (Signal(type=EXTERNAL_CALENDAR, confidence=0.8, evidence_code="signature_link_meant"),)
    route = _route(reading, scope, deadline) if is_positive(reading.tag) else None
    return combine(signals, route)


def _is_meant(reading: Reading, scope: CallScope, deadline: float) -> bool:
    """No answer is not intentional."""
    answer = run_json_prompt(
        DETECT,
        {
            "link": as_data(reading.found.ask_about_link, "LINK"),
            "reply": as_data(reading.whole[-REPLY_LIMIT:]),
        },
        scope=replace(scope, source="inbox.pipeline.signals.detect"),
        deadline=deadline,
    )
    return answer.ok and bool(answer.value["intentional"])


def _route(reading: Reading, scope: CallScope, deadline: float) -> RouteAnswer:
    plain = fallback_route(reading.reply)
    if not reading.routes_by_model:
        record_skip(ROUTE, SETTING_OFF, scope=replace(scope, source="inbox.pipeline.signals.route"))
        return plain
    answer = run_json_prompt(
        ROUTE,
        {
            "tag": reading.tag,
            "transcript": reading.transcript,
            "reply": as_data(reading.reply[:REPLY_LIMIT]),
        },
        scope=replace(scope, source="inbox.pipeline.signals.route"),
        deadline=min(deadline, time.monotonic() + ROUTE_SECONDS),
    )
    if not answer.ok:
        return plain
    return RouteAnswer(
        route=answer.value["processId"],
        confidence=min(max(float(answer.value["confidence"]), 0.0), 1.0),
        uncertain=answer.value["uncertain"],
    )


def _our_pages(message: Message, settings: WorkspaceSettings) -> list[str]:
    """Booking pages of ours: those of the settings, and whatever we have written to this lead."""
    links = [settings.calendly_event_type_link, settings.calendly_direct_book_event_type_link]
    ours = Message.objects.of_lead(message.lead_id).outbound().newest_first().values_list("body", flat=True)
    return [link for link in links if link] + scheduler_urls("\n".join(ours[:OUR_MESSAGES]))


def phone_on_file(lead: Lead) -> bool:
    """Whether there is a number to call."""
    return bool(lead.phone or lead.phone_national)

"""Asking the evaluator about one text (06 R6). Call outside of transactions."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import structlog
from django.conf import settings

from booking.registry import calendar
from inbox.enums import SentimentTag
from inbox.prompts.autosend import EVALUATE
from inbox.rules.autosend.deciding import failed_evaluation, interpret_evaluation
from inbox.rules.autosend.verdicts import Evaluation
from inbox.rules.invariants import draft_invariants
from inbox.rules.invariants.prices import Price, price_codes, prices_of
from inbox.services.autosend.cases import Case
from zrg.ai.context import Bundle, build_bundle
from zrg.ai.contracts import CallScope, Trial
from zrg.ai.prompts import as_data
from zrg.ai.runner import run_json_prompt
from zrg.ai.tokens import truncate_to_tokens
from zrg.lib import log_events

logger = structlog.get_logger(__name__)

CONVERSATION_TOKENS = 4_500
SERVICE_TOKENS = 1_200
GOALS_TOKENS = 900
EVALUATE_SOURCE = "inbox.auto_send.evaluate"
REEVALUATE_SOURCE = "inbox.auto_send.reevaluate"
LINK_SECONDS = 5.0
"""For the calendar to name its booking page."""


class Judge:
    """Judges texts of one case; what a prompt may be told is read once."""

    def __init__(self, case: Case, *, trace_id: str = "", trial: Trial | None = None):
        self.trial = trial
        self.case = case
        self._trace_id = trace_id
        self._bundle: Bundle | None = None
        self._link: str | None = None

    def evaluate(
        self, content: str, offered: tuple[str, ...], *, deadline: float, again: Mapping[str, Any] | None = None
    ) -> Evaluation:
        """What the evaluator says of `content`; an answer that did not come is a hard block. `again`: the one call
        about a revised text, with figures for the statistics.
        """
        case, override = self.case, self.case.policy.evaluator
        if again is not None:
            override = replace(override, max_attempts=1)
        seconds = settings.OPENAI_AUTO_SEND_EVALUATOR_TIMEOUT_MS / 1000
        result = run_json_prompt(
            EVALUATE,
            {"document": as_data(json.dumps(self.document(content, offered), ensure_ascii=False), "DOCUMENT")},
            scope=CallScope(
                workspace_id=case.workspace_id,
                source=EVALUATE_SOURCE if again is None else REEVALUATE_SOURCE,
                lead_id=case.lead_id,
                message_id=case.trigger_id,
                draft_id=case.draft_id,
                trace_id=self._trace_id,
                metadata=again or {},
                trial=self.trial,
            ),
            deadline=min(deadline, time.monotonic() + seconds),
            override=override,
        )
        evaluation = interpret_evaluation(result.value) if result.ok else failed_evaluation(result.error_code)
        logger.info(
            log_events.AUTOSEND_EVALUATED,
            draft=str(case.draft_id),
            confidence=evaluation.confidence,
            threshold=case.policy.threshold,
            safe=evaluation.safe_to_send,
            code=evaluation.error_code,
        )
        return evaluation

    def invariants(self, content: str, offered: tuple[str, ...]) -> list[str]:
        """Codes of what the text states without a source (05 R19)."""
        case, bundle = self.case, self._known()
        return draft_invariants(
            content,
            inbound="\n".join(case.inbounds),
            offered=offered,
            booking_link=self._link,
            lead_scheduler_link=case.lead_scheduler_link,
            service_description=case.voice.service_description,
            knowledge=bundle.knowledge,
            allowed_urls=[bundle.website_url] if bundle.website_url else [],
            signature=case.voice.signature,
            has_active_appointment=case.has_active_appointment,
        )

    @property
    def knowledge(self) -> str:
        """What the workspace knows, as the evaluator is told."""
        return self._known().knowledge

    @property
    def booking_link(self) -> str | None:
        """The workspace's booking page, where the first text had a link or times."""
        self._known()
        return self._link

    def document(self, content: str, offered: tuple[str, ...]) -> dict[str, Any]:
        """The evaluator's input: one JSON document, so that quotes in a mail cannot break it."""
        case, bundle = self.case, self._known()
        service = case.voice.service_description
        mismatches = sorted(price_codes(content, service=service, knowledge=bundle.knowledge))
        return {
            "channel": case.channel,
            "subject": case.subject,
            "latest_inbound": case.reply,
            "conversation_history": truncate_to_tokens(case.conversation, CONVERSATION_TOKENS, keep="end").text,
            "reply_categorization": case.tag,
            "automated_reply": case.provider_automated or case.tag == SentimentTag.AUTOMATED_REPLY,
            "reply_received_at": case.reply_received_at,
            "draft_reply": content,
            "service_description": truncate_to_tokens(service, SERVICE_TOKENS).text,
            "goals": truncate_to_tokens(case.voice.goals, GOALS_TOKENS).text,
            "knowledge_context": bundle.knowledge,
            "lead_memory_context": bundle.memory or None,
            "lead_phone_on_file": case.phone_on_file,
            "action_signal_call_requested": case.signals.call_intent,
            "action_signal_external_calendar": case.signals.external_calendar,
            "action_signal_route_summary": _route(case),
            "pricing_terms_verified": {
                "source_precedence": "service_description_first",
                "service_description": _terms(service),
                "knowledge_context": _terms(bundle.knowledge),
            },
            "pricing_terms_draft": _terms(content),
            "pricing_terms_mismatch": {"has_mismatch": bool(mismatches), "mismatches": mismatches},
            "offered_slots": list(offered),
            "booking_link": self._link,
            "has_active_appointment": case.has_active_appointment,
        }

    def _known(self) -> Bundle:
        if self._bundle is None:
            case = self.case
            self._bundle = build_bundle(case.workspace_id, "auto_send_evaluator", memory=case.memory, as_of=case.as_of)
            if case.as_of is not None:
                self._link = case.booking_link
            elif "://" in case.content or case.offer_set is not None:
                self._link = (
                    calendar()
                    .availability(case.workspace_id, case.lead_id, wanted="", count=0, seconds=LINK_SECONDS)
                    .booking_link
                )
        return self._bundle


def _terms(text: str) -> list[Mapping[str, Any]]:
    return [_term(price) for price in prices_of(text, spread=True)]


def _term(price: Price) -> Mapping[str, Any]:
    amount = int(price.value) if price.value == price.value.to_integral_value() else float(Decimal(price.value))
    return {"amount": amount, "currency": price.currency, "cadence": ", ".join(sorted(price.cadences)) or None}


def _route(case: Case) -> str | None:
    if case.signals.route is None:
        return None
    return f"route {case.signals.route}, {case.signals.route_confidence:.2f}"

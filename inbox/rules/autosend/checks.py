"""What keeps a draft from being sent unattended before anybody judges its text (06 R4, R5, R12)."""

from dataclasses import dataclass
from typing import Literal

from inbox.enums import SafetyKind, SentimentTag
from inbox.rules.safety import is_opt_out, own_words
from inbox.rules.safety.acknowledgement import is_acknowledgement

# Whoever withdrew is not written to: the draft is closed.
CLOSING_BLOCKS = frozenset({"opt_out", "blacklist", "lead_opted_out", "automated_reply"})
# Nothing to send, nothing to look at.
SILENT_BLOCKS = frozenset({"empty_draft"})
# A person looks at these.
REVIEW_BLOCKS = frozenset(
    {
        "missing_openai_key",
        "fallback_draft",
        "verification_failed",
        "evaluation_error",
        "offered_slot_expired",
        "budget_exhausted",
    }
)
MACHINE_KINDS = frozenset({SafetyKind.AUTOMATED_REPLY, SafetyKind.BOUNCE, SafetyKind.DEAD_INBOX})


@dataclass(frozen=True, slots=True, kw_only=True)
class Precheck:
    """`reason` is None exactly when nothing speaks against asking the evaluator."""

    skip: bool
    reason: str | None = None


def precheck(
    *,
    draft: str,
    sentiment: str | None = None,
    call_intent: bool = False,
    phone_on_file: bool = True,
    external_scheduler: bool = False,
    booking_escalated: bool = False,
    auto_booked: bool = False,
) -> Precheck:
    """What a person always answers; the draft stays pending and nobody is told. The first match names it."""
    conditions = (
        (not draft.strip(), "empty_draft"),
        (call_intent and phone_on_file, "call_requested_phone_on_file"),
        (call_intent, "call_requested_phone_missing"),
        (sentiment == SentimentTag.CALL_REQUESTED, "call_requested_sentiment"),
        (external_scheduler, "external_scheduler_link_manual_only"),
        (booking_escalated, "booking_escalated"),
        (auto_booked, "auto_booked"),
    )
    reason = next((reason for holds, reason in conditions if holds), None)
    return Precheck(skip=reason is not None, reason=reason)


def consent_block(
    *, inbounds: tuple[str, ...], channel: str, sentiment: str | None, safety_kind: str | None, lead_stopped: bool
) -> str:
    """The hard block that lies in the lead's own words and state, or "".

    `inbounds`: texts of the newest inbound messages. Every one is read again: what was asked two messages ago
    still holds.
    """
    if any(is_opt_out(text, channel=channel) for text in inbounds):
        return "opt_out"
    if sentiment == SentimentTag.BLACKLIST:
        return "blacklist"
    if lead_stopped:
        return "lead_opted_out"
    if sentiment == SentimentTag.AUTOMATED_REPLY or safety_kind in MACHINE_KINDS:
        return "automated_reply"
    return ""


def text_block(
    *, draft: str, is_fallback: bool, is_unverified: bool, offer_ok: bool, has_key: bool, is_capped: bool
) -> str:
    """The hard block that lies in the draft or in what is needed to judge it, or ""."""
    conditions = (
        (not draft.strip(), "empty_draft"),
        (is_fallback, "fallback_draft"),
        (is_unverified, "verification_failed"),
        (not offer_ok, "offered_slot_expired"),
        (not has_key, "missing_openai_key"),
        (is_capped, "budget_exhausted"),
    )
    return next((code for holds, code in conditions if holds), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyPrecheck:
    """`no` with its reason, or the question to the model."""

    verdict: Literal["no", "ask_model"]
    reason: str | None = None


def legacy_precheck(
    *,
    latest_inbound: str,
    categorization: str | None = None,
    provider_automated: bool = False,
    last_outbound_awaits_answer: bool = False,
    has_openai_key: bool = True,
    channel: str = "email",
) -> LegacyPrecheck:
    """Whether the per-lead switch may ask its model at all; the first match decides."""
    absent = categorization == SentimentTag.OUT_OF_OFFICE
    conditions = (
        (is_opt_out(latest_inbound, channel=channel), "opt_out"),
        (categorization == SentimentTag.BLACKLIST, "categorized_blacklist"),
        (categorization == SentimentTag.AUTOMATED_REPLY, "categorized_automated_reply"),
        (provider_automated and not absent, "provider_automated"),
        (is_acknowledgement(own_words(latest_inbound)) and not last_outbound_awaits_answer, "ack_only"),
        (not has_openai_key, "missing_openai_key"),
    )
    reason = next((reason for holds, reason in conditions if holds), None)
    return LegacyPrecheck(verdict="ask_model" if reason is None else "no", reason=reason)

"""When an AI draft may be generated, and the reason the inbox shows when it may not."""

from dataclasses import dataclass

from inbox.enums import Channel, SafetyKind, SentimentTag
from inbox.rules.safety import is_bounce_address
from inbox.rules.tags import LEGACY_POSITIVE, POSITIVE

# A lead who booked still asks for agenda, link or another time; an objection is a person's to answer.
DRAFTED_TAGS = POSITIVE | {SentimentTag.FOLLOW_UP, SentimentTag.MEETING_BOOKED, LEGACY_POSITIVE}
UNDRAFTED_KINDS = frozenset(
    {
        SafetyKind.OPT_OUT,
        SafetyKind.BOUNCE,
        SafetyKind.DEAD_INBOX,
        SafetyKind.OUT_OF_OFFICE,
        SafetyKind.AUTOMATED_REPLY,
    }
)
OWN_SCHEDULER_ROUTE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """`reason` is None exactly when eligible."""

    eligible: bool
    reason: str | None = None


def draft_eligibility(
    sentiment: str | None,
    channel: str = Channel.EMAIL,
    lead_email: str | None = None,
    safety_kind: str | None = None,
    is_newsletter: bool = False,
    draft_generation_enabled: bool = True,
    lead_opted_out: bool = False,
    auto_booked: bool = False,
    followup_draft_pending: bool = False,
    call_intent: bool = False,
    booking_process_route: int | None = None,
    phone_on_file: bool = True,
    manual: bool = False,
) -> Eligibility:
    """Whether a draft may be made for a lead with this tag; the first condition that refuses names the reason.

    `manual` (a person asked) skips the conditions about what the machine would do next, never those about
    consent, delivery and the tag.
    """
    reason = _refusal(
        sentiment,
        channel=channel,
        lead_email=lead_email,
        safety_kind=safety_kind,
        is_newsletter=is_newsletter,
        draft_generation_enabled=draft_generation_enabled,
        lead_opted_out=lead_opted_out,
    )
    if reason is None and not manual:
        reason = _routed_elsewhere(
            sentiment,
            auto_booked=auto_booked,
            followup_draft_pending=followup_draft_pending,
            wants_call=call_intent or sentiment == SentimentTag.CALL_REQUESTED,
            booking_process_route=booking_process_route,
            phone_on_file=phone_on_file,
        )
    return Eligibility(eligible=reason is None, reason=reason)


def _refusal(
    sentiment: str | None,
    *,
    channel: str,
    lead_email: str | None,
    safety_kind: str | None,
    is_newsletter: bool,
    draft_generation_enabled: bool,
    lead_opted_out: bool,
) -> str | None:
    if not draft_generation_enabled:
        return "draft_generation_disabled"
    if lead_opted_out:
        return "lead_opted_out"
    if safety_kind in UNDRAFTED_KINDS:
        return f"safety_{SafetyKind(safety_kind).value}"
    if is_newsletter:
        return "newsletter"
    if channel == Channel.EMAIL and is_bounce_address(lead_email):
        return "bounce_address"
    return None if sentiment in DRAFTED_TAGS else "sentiment_not_eligible"


def _routed_elsewhere(
    sentiment: str | None,
    *,
    auto_booked: bool,
    followup_draft_pending: bool,
    wants_call: bool,
    booking_process_route: int | None,
    phone_on_file: bool,
) -> str | None:
    if auto_booked:
        return "auto_booked"
    if sentiment == SentimentTag.FOLLOW_UP and followup_draft_pending:
        return "followup_task_routed"
    if wants_call and booking_process_route != OWN_SCHEDULER_ROUTE and not phone_on_file:
        return "call_requested_no_phone"
    return None

"""The language table of auto-send: every code of a decision or an outcome with the sentence a person reads."""

from inbox.rules.autosend.deciding import INVARIANT_FAILED

DRAFT_STATUS = "draft_status_"

_MODES = {
    "globally_disabled_via_env": "Automatic sending is switched off for the whole installation.",
    "switch_unreadable": "The stop switch could not be read, so nothing is sent automatically.",
    "workspace_inactive": "This workspace is not active.",
    "workspace_auto_send_off": "Automatic sending is switched off for this workspace.",
    "channel_not_supported": "Messages on this channel are never sent automatically.",
    "campaign_ai_auto_send": "The campaign sends automatically.",
    "campaign_setter_managed": "Setters answer the replies of this campaign.",
    "legacy_per_lead": "Automatic answers are switched on for this lead.",
    "auto_send_disabled": "Automatic sending is not switched on for this lead.",
}
_SKIPPED = {
    "empty_draft": "The draft has no text.",
    "call_requested_phone_on_file": "The lead wants a call, and there is a phone number: call.",
    "call_requested_phone_missing": "The lead wants a call, and there is no phone number on file.",
    "call_requested_sentiment": "The lead asked for a call.",
    "external_scheduler_link_manual_only": "The lead wants to book through their own calendar: a person does that.",
    "booking_escalated": "The booking process handed this lead to a person.",
    "auto_booked": "The meeting was booked automatically; that was the answer.",
    "origin_not_evaluated": "A person asked for this draft, so a person decides about it.",
    "shadow": "The campaign only tries auto-send out: the decision is recorded, nothing is sent.",
}
_BLOCKED = {
    "opt_out": "The lead asked not to be written to.",
    "blacklist": "The reply was read as a request never to be contacted.",
    "lead_opted_out": "The lead opted out, or mail to them bounces.",
    "automated_reply": "The reply came from a machine.",
    "missing_openai_key": "No model is connected that could check the text.",
    "fallback_draft": "The text is a neutral template, because the model did not write one.",
    "verification_failed": "A required check of the text gave no answer.",
    "evaluation_error": "The text could not be checked automatically.",
    "offered_slot_expired": "An offered time is no longer free.",
    "budget_exhausted": "The daily budget for models is used up.",
}
_DECIDED = {
    "approved": "Checked and good enough to send without a person.",
    "below_threshold": "The confidence is below the campaign's threshold.",
    "requires_human_review": "The check asks for a person.",
    INVARIANT_FAILED: "The text breaks a rule that nothing overrides",
    "no_send_window": "The sending hours leave no time within the next 90 days.",
    "stage_failed": "The decision failed several times.",
}
_AT_SENDING = {
    "draft_not_found": "The draft is gone.",
    "draft_lead_mismatch": "The draft belongs to another lead now.",
    "trigger_message_not_found": "The message it answers is gone.",
    "mode_changed": "The way this campaign answers was changed.",
    "newer_inbound_exists": "The lead wrote again.",
    "outbound_after_trigger": "Somebody answered first.",
    "appointment_booked_since": "A meeting was booked meanwhile.",
    "sentiment_not_eligible": "The lead was tagged meanwhile as one that is not answered automatically.",
    "lead_rate_limited": "This lead got too many automatic messages: two machines may be answering each other.",
    "lead_paused": "Automation is paused for this lead.",
    "draft_content_changed": "The text was changed after it was checked.",
    "evaluation_expired": "The check is more than a week old.",
    "outside_schedule": "It is outside the sending hours; it leaves at the next opening.",
    "too_many_reschedules": "It was put off too often.",
    "job_failed": "The sending job failed.",
    "newer_message": "A newer message arrived before this was sent.",
}
_BOOKKEEPING = {
    "decided_before": "It was decided before.",
    "not_due": "Its time has not come yet.",
    "not_scheduled": "It is not planned any more.",
    "re_evaluated": "A person asked for another judgement of the changed text.",
    "times_refreshed": "Times that were gone were replaced, and the text was checked again.",
}
_WINDOWS = {
    "always": "Sending is open at any time.",
    "within_window": "It is within the sending hours.",
    "blackout_date": "Today is a day off.",
    "outside_window": "It is outside today's sending hours.",
    "day_not_active": "Nothing is sent on this weekday.",
}
_PER_LEAD = {
    "categorized_blacklist": "The reply was read as a request never to be contacted.",
    "categorized_automated_reply": "The reply was read as written by a machine.",
    "provider_automated": "The provider says that a machine wrote the reply.",
    "ack_only": "The reply only says thanks.",
    "gate_said_no": "The model saw no need to answer.",
    "gate_failed": "Whether to answer could not be decided.",
}
_REVISION = {
    "applied": "The text was improved once and checked again.",
    "not_improved": "The improved text was not better; the first one stays.",
    "reevaluation_failed": "The improved text could not be checked; the first one stays.",
    "constraints_failed": "The improved text broke a rule; the first one stays.",
    "unresolved_requirements": "The text could not be improved without facts that are missing.",
    "reviser_failed": "The text could not be improved.",
    "threshold_met": "The text was good enough as it was.",
    "revision_disabled_via_env": "Improving texts is switched off for the whole installation.",
    "workspace_revision_off": "Improving texts is switched off for this workspace.",
    "already_attempted": "The text was improved once before.",
    "claim_failed": "Improving the text could not be started.",
    "mode": "Texts are improved only where the campaign sends automatically.",
    "hard_block": "The text is blocked, so it was not improved.",
    "draft_changed_meanwhile": "A person changed the text meanwhile.",
}
_CLOSED = {
    f"{DRAFT_STATUS}approved": "The draft was approved.",
    f"{DRAFT_STATUS}rejected": "The draft was rejected.",
    f"{DRAFT_STATUS}superseded": "Another text took the draft's place.",
    "undone": "Taken back before it was sent.",
    "stopped_by_person": "A person stopped it before it was sent.",
    "sending_disabled": "Sending is switched off.",
}


def decision_reasons() -> dict[str, str]:
    """All codes a decision, an outcome or a revision may carry, each with its sentence."""
    return {
        **_MODES,
        **_SKIPPED,
        **_BLOCKED,
        **_DECIDED,
        **_AT_SENDING,
        **_BOOKKEEPING,
        **_WINDOWS,
        **_PER_LEAD,
        **_REVISION,
        **_CLOSED,
    }


def decision_sentence(code: str | None) -> str:
    """What a person reads for a code; "" for none. Invariants name what they found behind a colon."""
    base, _, found = (code or "").partition(":")
    sentence = decision_reasons().get(base)
    if sentence is None:
        return f"{base.replace('_', ' ').capitalize()}." if base else ""
    return f"{sentence}: {found.replace('_', ' ').replace(',', ', ')}." if found else sentence.rstrip(".") + "."

"""The language table of auto-send: every code of a decision or an outcome with the sentence a person reads."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from inbox.rules.autosend.deciding import INVARIANT_FAILED

DRAFT_STATUS = "draft_status_"

_MODES = {
    "globally_disabled_via_env": _("Automatic sending is switched off for the whole installation."),
    "switch_unreadable": _("The stop switch could not be read, so nothing is sent automatically."),
    "workspace_inactive": _("This workspace is not active."),
    "workspace_auto_send_off": _("Automatic sending is switched off for this workspace."),
    "channel_not_supported": _("Messages on this channel are never sent automatically."),
    "campaign_ai_auto_send": _("The campaign sends automatically."),
    "campaign_setter_managed": _("Setters answer the replies of this campaign."),
    "legacy_per_lead": _("Automatic answers are switched on for this lead."),
    "auto_send_disabled": _("Automatic sending is not switched on for this lead."),
}
_SKIPPED = {
    "empty_draft": _("The draft has no text."),
    "call_requested_phone_on_file": _("The lead wants a call, and there is a phone number: call."),
    "call_requested_phone_missing": _("The lead wants a call, and there is no phone number on file."),
    "call_requested_sentiment": _("The lead asked for a call."),
    "external_scheduler_link_manual_only": _("The lead wants to book through their own calendar: a person does that."),
    "booking_escalated": _("The booking process handed this lead to a person."),
    "auto_booked": _("The meeting was booked automatically; that was the answer."),
    "origin_not_evaluated": _("A person asked for this draft, so a person decides about it."),
    "shadow": _("The campaign only tries auto-send out: the decision is recorded, nothing is sent."),
}
_BLOCKED = {
    "opt_out": _("The lead asked not to be written to."),
    "blacklist": _("The reply was read as a request never to be contacted."),
    "lead_opted_out": _("The lead opted out, or mail to them bounces."),
    "automated_reply": _("The reply came from a machine."),
    "missing_openai_key": _("No model is connected that could check the text."),
    "fallback_draft": _("The text is a neutral template, because the model did not write one."),
    "verification_failed": _("A required check of the text gave no answer."),
    "evaluation_error": _("The text could not be checked automatically."),
    "offered_slot_expired": _("An offered time is no longer free."),
    "budget_exhausted": _("The daily budget for models is used up."),
}
_DECIDED = {
    "approved": _("Checked and good enough to send without a person."),
    "below_threshold": _("The confidence is below the campaign's threshold."),
    "requires_human_review": _("The check asks for a person."),
    INVARIANT_FAILED: _("The text breaks a rule that nothing overrides"),
    "no_send_window": _("The sending hours leave no time within the next 90 days."),
    "stage_failed": _("The decision failed several times."),
}
_AT_SENDING = {
    "draft_not_found": _("The draft is gone."),
    "draft_lead_mismatch": _("The draft belongs to another lead now."),
    "trigger_message_not_found": _("The message it answers is gone."),
    "mode_changed": _("The way this campaign answers was changed."),
    "newer_inbound_exists": _("The lead wrote again."),
    "outbound_after_trigger": _("Somebody answered first."),
    "appointment_booked_since": _("A meeting was booked meanwhile."),
    "sentiment_not_eligible": _("The lead was tagged meanwhile as one that is not answered automatically."),
    "lead_rate_limited": _("This lead got too many automatic messages: two machines may be answering each other."),
    "lead_paused": _("Automation is paused for this lead."),
    "draft_content_changed": _("The text was changed after it was checked."),
    "evaluation_expired": _("The check is more than a week old."),
    "outside_schedule": _("It is outside the sending hours; it leaves at the next opening."),
    "too_many_reschedules": _("It was put off too often."),
    "job_failed": _("The sending job failed."),
    "newer_message": _("A newer message arrived before this was sent."),
}
_BOOKKEEPING = {
    "decided_before": _("It was decided before."),
    "not_due": _("Its time has not come yet."),
    "not_scheduled": _("It is not planned any more."),
    "re_evaluated": _("A person asked for another judgement of the changed text."),
    "times_refreshed": _("Times that were gone were replaced, and the text was checked again."),
}
_WINDOWS = {
    "always": _("Sending is open at any time."),
    "within_window": _("It is within the sending hours."),
    "blackout_date": _("Today is a day off."),
    "outside_window": _("It is outside today's sending hours."),
    "day_not_active": _("Nothing is sent on this weekday."),
}
_PER_LEAD = {
    "categorized_blacklist": _("The reply was read as a request never to be contacted."),
    "categorized_automated_reply": _("The reply was read as written by a machine."),
    "provider_automated": _("The provider says that a machine wrote the reply."),
    "ack_only": _("The reply only says thanks."),
    "gate_said_no": _("The model saw no need to answer."),
    "gate_failed": _("Whether to answer could not be decided."),
}
_REVISION = {
    "applied": _("The text was improved once and checked again."),
    "not_improved": _("The improved text was not better; the first one stays."),
    "reevaluation_failed": _("The improved text could not be checked; the first one stays."),
    "constraints_failed": _("The improved text broke a rule; the first one stays."),
    "unresolved_requirements": _("The text could not be improved without facts that are missing."),
    "reviser_failed": _("The text could not be improved."),
    "threshold_met": _("The text was good enough as it was."),
    "revision_disabled_via_env": _("Improving texts is switched off for the whole installation."),
    "workspace_revision_off": _("Improving texts is switched off for this workspace."),
    "already_attempted": _("The text was improved once before."),
    "claim_failed": _("Improving the text could not be started."),
    "mode": _("Texts are improved only where the campaign sends automatically."),
    "hard_block": _("The text is blocked, so it was not improved."),
    "draft_changed_meanwhile": _("A person changed the text meanwhile."),
}
_CLOSED = {
    f"{DRAFT_STATUS}approved": _("The draft was approved."),
    f"{DRAFT_STATUS}rejected": _("The draft was rejected."),
    f"{DRAFT_STATUS}superseded": _("Another text took the draft's place."),
    "undone": _("Taken back before it was sent."),
    "stopped_by_person": _("A person stopped it before it was sent."),
    "sending_disabled": _("Sending is switched off."),
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
    sentence = gettext(sentence)
    return f"{sentence}: {found.replace('_', ' ').replace(',', ', ')}." if found else sentence.rstrip(".") + "."

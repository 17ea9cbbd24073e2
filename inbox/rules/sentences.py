"""The language table of the inbox: every stable code with the sentence a person reads."""

from collections.abc import Mapping
from types import MappingProxyType

SKIP_REASONS = {
    "draft_generation_disabled": "Drafts are switched off for this workspace.",
    "lead_opted_out": "No draft: this lead asked not to be contacted.",
    "safety_opt_out": "No draft: this reply is an opt-out.",
    "safety_bounce": "No draft: this is a delivery report.",
    "safety_dead_inbox": "No draft: nobody reads that mailbox any more.",
    "safety_out_of_office": "No draft: this is an out-of-office reply.",
    "safety_automated_reply": "No draft: this is an automatic reply.",
    "safety_ack_only": "No draft: the reply only says thanks.",
    "newsletter": "No draft: this is a newsletter.",
    "bounce_address": "No draft: the lead's address is a system mailbox.",
    "sentiment_not_eligible": "No draft for this sentiment: a person should write.",
    "auto_booked": "No draft: the meeting was booked automatically.",
    "followup_task_routed": "The follow-up task has its own draft.",
    "call_requested_no_phone": "No draft: the lead wants a call, and there is no phone number on file.",
    "stale_message": "No draft: the reply was more than seven days old when it arrived.",
    "already_answered": "No draft: somebody answered first.",
    "newer_inbound": "The draft answers the lead's newer message.",
    "workspace_inactive": "No draft: this workspace is not active.",
    "no_text": "No draft: the message has no text.",
    "generation_failed": "The draft could not be written. Write a reply, or try again later.",
    "ai_unavailable": "No draft: no model is connected.",
    "budget_exhausted": "No draft: the AI budget of today is used up. Write a reply yourself.",
}

DELIVERY_ERRORS = {
    "lead_blacklisted": "This lead asked not to be contacted, or mail to them bounces.",
    "opted_out": "The latest message of this lead is an opt-out.",
    "sending_disabled": "Sending is switched off.",
    "newer_message": "A newer message arrived before this was sent.",
    "leads_merged": "Two leads were merged before this was sent.",
    "called_off": "Automatic sending was called off before this was sent.",
    "order_closed": "The order was closed before this was sent.",
    "placeholder": "The text still holds a placeholder.",
    "empty_body": "The message was empty.",
    "no_thread": "There is no e-mail of this lead to answer.",
    "bad_handle": "The thread's reference cannot be read; answer in the provider.",
    "provider_mismatch": "This thread belongs to an e-mail provider that is not connected.",
    "override_unsupported": "This provider cannot change the recipient of a reply.",
    "missing_recipient": "This lead has no e-mail address.",
    "no_sender": "No connected mailbox can send for this workspace.",
    "channel_not_connected": "This channel is not connected in this workspace.",
    "no_linkedin_profile": "No personal LinkedIn profile of this lead is known.",
    "linkedin_disconnected": "The LinkedIn account is not connected.",
    "linkedin_unreachable": "This lead cannot be reached on LinkedIn.",
    "sms_dnd": "This person does not want SMS: do-not-disturb is on.",
    "missing_phone": "No phone number of this lead is known.",
    "phone_normalization_failed": "This phone number is not complete: its country is not known.",
    "invalid_country_code": "GoHighLevel does not accept the country code of this number.",
    "too_long": "At most three SMS parts of 160 characters.",
    "not_sent": "A person found that it was not sent.",
    "outcome_unknown": "It is not known whether this message was sent.",
    "email_invalid": "This mailbox does not exist.",
    "sender_invalid": "The mailbox cannot send any more.",
    "worker_lost": "The worker stopped before this was done.",
    "parts_missing": "Not every part of this text was sent.",
    "replaced": "Another text was sent instead.",
    "undone": "Taken back before it was sent.",
    "rate_limited": "The provider accepts no more messages for now.",
    "not_configured": "The provider is not connected.",
    "auth_failed": "The provider refused our credentials.",
    "payment_required": "The provider asks for payment.",
    "not_found": "The provider does not know this thread or person.",
    "network": "The provider could not be reached.",
    "timeout": "The provider did not answer in time.",
    "provider_5xx": "The provider had an error of its own.",
    "invalid_response": "The provider's answer could not be read.",
    "host_refused": "The provider's address is not allowed.",
}

CLOSED_REASONS = {
    "human_rejected": "rejected",
    "superseded_by_newer_inbound": "replaced by a draft for a newer message",
    "superseded_by_regenerate": "replaced by a new draft",
    "manual_reply_sent": "replaced by a reply written by hand",
    "lead_opted_out": "closed because the lead opted out",
    "automated_reply": "closed because the reply was automatic",
    "meeting_booked": "closed because the meeting was booked",
    "lead_replied": "closed because the lead replied",
    "expired": "expired",
}

DRAFT_STATES = {"approved": "sent or being sent", "rejected": "rejected", "superseded": "replaced"}

REFUSALS = {
    "newer_message": "A newer message arrived while you were writing.",
    "not_changed": "This text was judged already.",
    "stale_slots": "An offered time is no longer free.",
    "stale": "Somebody changed this draft while you were writing.",
    "send_in_progress": "This draft is being sent right now.",
    "draft_not_pending": "This draft was decided already.",
    "already_settled": "This message is settled already.",
    "blacklist_stays": "A stop of every channel can only be lifted by an admin.",
    "order_taken": "Too late to undo: the message is being sent.",
    "forbidden": "Your role does not include this.",
    "workspace_suspended": "This workspace is suspended: nothing can be sent or changed.",
}

DRAFT_FLAGS = {
    "date_mismatch": "names a day that is neither offered nor named by the lead",
    "empty_draft": "has no text",
    "fabricated_link": "gives or promises a booking link that does not exist",
    "implied_booking": "says that a meeting is booked, and none is",
    "phone_number": "holds a phone number",
    "placeholder": "holds a placeholder",
    "price_cadence_mismatch": "gives a price with another billing period than the service description",
    "price_unsupported": "gives a price that stands nowhere",
    "slot_mismatch": "names a time that is neither offered nor named by the lead",
    "truncated_url": "has a link that is cut off",
    "unknown_url": "gives a web address that stands nowhere",
    "fallback_draft": "was written from a template because the model did not answer",
    "verification_failed": "was not verified",
    "overseer_failed": "was not cleared by the meeting overseer",
    "stale_slots": "offers times that may be taken by now",
}
"""What is doubtful about a draft: "This draft …"."""

GENERATION_STATES = {"queued": "Waiting to be written…", "running": "Writing a new draft…", "done": ""}

GENERATION_CODES = {
    "lead_gone": "This lead was removed or merged.",
    "no_inbound": "This lead has not written yet.",
    "partly_sent": "A part of this draft was sent already: finish it or reject it.",
    "regenerate_limit": "Six new drafts in ten minutes. Edit this one, or wait a little.",
    "draft_decided": "The draft was decided while the new one was written.",
    "draft_changed": "The draft was changed while the new one was written; the change stays.",
    "draft_pending": "A draft waits already.",
    "draft_edited": "Somebody edited this draft; it was left.",
    "no_offer": "This draft offers no times of the calendar. It is unchanged.",
    "no_times": "The calendar has no other times right now. The draft is unchanged.",
    "already_asked": "A new draft is being written already.",
    "sentiment_not_eligible": "Cannot generate draft for this sentiment.",
    "timeout": "The model did not answer in time; the draft is unchanged.",
    "rate_limit": "The model accepts no more calls for now; the draft is unchanged.",
    "refused": "The model refused to write this; the draft is unchanged.",
    "incomplete_output": "The model did not finish; the draft is unchanged.",
    "parse_error": "The model's answer could not be read; the draft is unchanged.",
    "api_error": "The model had an error of its own; the draft is unchanged.",
    "budget_exhausted": "The AI budget of today is used up; the draft is unchanged.",
}

AUDIT_ACTS = {
    "lead.sentiment_set": "set the sentiment to {sentiment_tag}",
    "lead.status_set": "set the status to {status}",
    "lead.blacklisted": "stopped all outreach",
    "lead.blacklist_cleared": "lifted the stop",
    "lead.email_block_lifted": "lifted the e-mail block because the lead wrote",
    "lead.alternate_promoted": "made {email} the primary address",
    "lead.snoozed": "snoozed the conversation {until}",
    "lead.woken": "ended the snooze",
    "lead.assigned": "changed the assignment",
    "lead.opted_out_wrote_again": "saw a lead write that had opted out",
    "lead.colleague_opted_out": "saw a colleague of this lead opt out",
    "lead.contact_edited": "changed the contact: {fields}",
    "lead.automation_set": "switched {switch} {state}",
    "lead.enrichment_requested": "asked to look up phone or profile",
    "lead.merged": "merged another lead into this one",
    "message.outcome_decided": "settled an unconfirmed message",
    "draft.rejected": "rejected a draft",
}


def skip_sentence(reason: str | None) -> str:
    """Why there is no draft; "" without a reason, the code itself for one nobody named."""
    return _sentence(SKIP_REASONS, reason, "No draft")


def generation_sentence(state: str, code: str) -> str:
    """How far a draft somebody asked for is, or why there is none; "" when it is there."""
    if state in GENERATION_STATES:
        return GENERATION_STATES[state]
    known = GENERATION_CODES.get(code) or SKIP_REASONS.get(code) or DELIVERY_ERRORS.get(code) or REFUSALS.get(code)
    return known or _sentence({}, code or "generation_failed", "No new draft")


def flag_sentence(flag: str) -> str:
    """What a quality flag of a draft means, to follow "This draft"."""
    return DRAFT_FLAGS.get(flag) or f"is marked: {_words(flag)}"


def delivery_sentence(code: str | None, detail: str | None = None) -> str:
    """Why a message did not leave: our sentence, else what the provider said."""
    if code in DELIVERY_ERRORS:
        return DELIVERY_ERRORS[code]
    return (detail or "").strip()[:240] or _sentence({}, code, "Not sent")


def refusal_sentence(code: str, detail: str = "") -> str:
    """What a person reads when an act was refused."""
    if detail and detail != code:
        return detail
    return REFUSALS.get(code) or DELIVERY_ERRORS.get(code) or f"That did not work ({_words(code)})."


def closed_sentence(status: str, reason: str | None) -> str:
    """What became of a draft that is no longer pending."""
    return CLOSED_REASONS.get(reason or "") or DRAFT_STATES.get(status, status)


def act_sentence(action: str, after: dict[str, object] | None, more: Mapping[str, str] = MappingProxyType({})) -> str:
    """The rest of a system line ("Setter A …"); "" for acts that a thread does not show. `more`: of other apps."""
    template = AUDIT_ACTS.get(action) or more.get(action)
    if template is None:
        return ""
    return template.format_map(_Values({key: _words(str(value)) for key, value in (after or {}).items()})).strip()


def _sentence(table: dict[str, str], code: str | None, lead_in: str) -> str:
    if not code:
        return ""
    return table.get(code) or f"{lead_in}: {_words(code)}."


def _words(code: str) -> str:
    return code.replace("_", " ")


class _Values(dict[str, str]):
    """A value the act does not carry reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""

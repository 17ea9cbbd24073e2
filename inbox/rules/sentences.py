"""The language table of the inbox: every stable code with the sentence a person reads."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

SKIP_REASONS = {
    "draft_generation_disabled": _("Drafts are switched off for this workspace."),
    "lead_opted_out": _("No draft: this lead asked not to be contacted."),
    "safety_opt_out": _("No draft: this reply is an opt-out."),
    "safety_bounce": _("No draft: this is a delivery report."),
    "safety_dead_inbox": _("No draft: nobody reads that mailbox any more."),
    "safety_out_of_office": _("No draft: this is an out-of-office reply."),
    "safety_automated_reply": _("No draft: this is an automatic reply."),
    "safety_ack_only": _("No draft: the reply only says thanks."),
    "newsletter": _("No draft: this is a newsletter."),
    "bounce_address": _("No draft: the lead's address is a system mailbox."),
    "sentiment_not_eligible": _("No draft for this sentiment: a person should write."),
    "auto_booked": _("No draft: the meeting was booked automatically."),
    "followup_task_routed": _("The follow-up task has its own draft."),
    "call_requested_no_phone": _("No draft: the lead wants a call, and there is no phone number on file."),
    "stale_message": _("No draft: the reply was more than seven days old when it arrived."),
    "already_answered": _("No draft: somebody answered first."),
    "newer_inbound": _("The draft answers the lead's newer message."),
    "workspace_inactive": _("No draft: this workspace is not active."),
    "no_text": _("No draft: the message has no text."),
    "generation_failed": _("The draft could not be written. Write a reply, or try again later."),
    "ai_unavailable": _("No draft: no model is connected."),
    "budget_exhausted": _("No draft: the AI budget of today is used up. Write a reply yourself."),
}

DELIVERY_ERRORS = {
    "lead_blacklisted": _("This lead asked not to be contacted, or mail to them bounces."),
    "opted_out": _("The latest message of this lead is an opt-out."),
    "sending_disabled": _("Sending is switched off."),
    "newer_message": _("A newer message arrived before this was sent."),
    "leads_merged": _("Two leads were merged before this was sent."),
    "called_off": _("Automatic sending was called off before this was sent."),
    "order_closed": _("The order was closed before this was sent."),
    "placeholder": _("The text still holds a placeholder."),
    "empty_body": _("The message was empty."),
    "no_thread": _("There is no e-mail of this lead to answer."),
    "bad_handle": _("The thread's reference cannot be read; answer in the provider."),
    "provider_mismatch": _("This thread belongs to an e-mail provider that is not connected."),
    "override_unsupported": _("This provider cannot change the recipient of a reply."),
    "missing_recipient": _("This lead has no e-mail address."),
    "no_sender": _("No connected mailbox can send for this workspace."),
    "channel_not_connected": _("This channel is not connected in this workspace."),
    "no_linkedin_profile": _("No personal LinkedIn profile of this lead is known."),
    "linkedin_disconnected": _("The LinkedIn account is not connected."),
    "linkedin_unreachable": _("This lead cannot be reached on LinkedIn."),
    "sms_dnd": _("This person does not want SMS: do-not-disturb is on."),
    "missing_phone": _("No phone number of this lead is known."),
    "phone_normalization_failed": _("This phone number is not complete: its country is not known."),
    "invalid_country_code": _("GoHighLevel does not accept the country code of this number."),
    "too_long": _("At most three SMS parts of 160 characters."),
    "not_sent": _("A person found that it was not sent."),
    "outcome_unknown": _("It is not known whether this message was sent."),
    "email_invalid": _("This mailbox does not exist."),
    "sender_invalid": _("The mailbox cannot send any more."),
    "worker_lost": _("The worker stopped before this was done."),
    "parts_missing": _("Not every part of this text was sent."),
    "replaced": _("Another text was sent instead."),
    "undone": _("Taken back before it was sent."),
    "rate_limited": _("The provider accepts no more messages for now."),
    "not_configured": _("The provider is not connected."),
    "auth_failed": _("The provider refused our credentials."),
    "payment_required": _("The provider asks for payment."),
    "not_found": _("The provider does not know this thread or person."),
    "network": _("The provider could not be reached."),
    "timeout": _("The provider did not answer in time."),
    "provider_5xx": _("The provider had an error of its own."),
    "invalid_response": _("The provider's answer could not be read."),
    "host_refused": _("The provider's address is not allowed."),
}

CLOSED_REASONS = {
    "human_rejected": _("rejected"),
    "superseded_by_newer_inbound": _("replaced by a draft for a newer message"),
    "superseded_by_regenerate": _("replaced by a new draft"),
    "manual_reply_sent": _("replaced by a reply written by hand"),
    "lead_opted_out": _("closed because the lead opted out"),
    "automated_reply": _("closed because the reply was automatic"),
    "meeting_booked": _("closed because the meeting was booked"),
    "lead_replied": _("closed because the lead replied"),
    "expired": _("expired"),
}

DRAFT_STATES = {"approved": _("sent or being sent"), "rejected": _("rejected"), "superseded": _("replaced")}

REFUSALS = {
    "newer_message": _("A newer message arrived while you were writing."),
    "not_changed": _("This text was judged already."),
    "stale_slots": _("An offered time is no longer free."),
    "stale": _("Somebody changed this draft while you were writing."),
    "send_in_progress": _("This draft is being sent right now."),
    "draft_not_pending": _("This draft was decided already."),
    "already_settled": _("This message is settled already."),
    "blacklist_stays": _("A stop of every channel can only be lifted by an admin."),
    "order_taken": _("Too late to undo: the message is being sent."),
    "forbidden": _("Your role does not include this."),
    "workspace_suspended": _("This workspace is suspended: nothing can be sent or changed."),
}

DRAFT_FLAGS = {
    "date_mismatch": _("names a day that is neither offered nor named by the lead"),
    "empty_draft": _("has no text"),
    "fabricated_link": _("gives or promises a booking link that does not exist"),
    "implied_booking": _("says that a meeting is booked, and none is"),
    "phone_number": _("holds a phone number"),
    "placeholder": _("holds a placeholder"),
    "price_cadence_mismatch": _("gives a price with another billing period than the service description"),
    "price_unsupported": _("gives a price that stands nowhere"),
    "slot_mismatch": _("names a time that is neither offered nor named by the lead"),
    "truncated_url": _("has a link that is cut off"),
    "unknown_url": _("gives a web address that stands nowhere"),
    "fallback_draft": _("was written from a template because the model did not answer"),
    "verification_failed": _("was not verified"),
    "overseer_failed": _("was not cleared by the meeting overseer"),
    "stale_slots": _("offers times that may be taken by now"),
}
"""What is doubtful about a draft: "This draft …"."""

GENERATION_STATES = {"queued": _("Waiting to be written…"), "running": _("Writing a new draft…"), "done": ""}

GENERATION_CODES = {
    "lead_gone": _("This lead was removed or merged."),
    "no_inbound": _("This lead has not written yet."),
    "partly_sent": _("A part of this draft was sent already: finish it or reject it."),
    "regenerate_limit": _("Six new drafts in ten minutes. Edit this one, or wait a little."),
    "draft_decided": _("The draft was decided while the new one was written."),
    "draft_changed": _("The draft was changed while the new one was written; the change stays."),
    "draft_pending": _("A draft waits already."),
    "draft_edited": _("Somebody edited this draft; it was left."),
    "no_offer": _("This draft offers no times of the calendar. It is unchanged."),
    "no_times": _("The calendar has no other times right now. The draft is unchanged."),
    "already_asked": _("A new draft is being written already."),
    "sentiment_not_eligible": _("Cannot generate draft for this sentiment."),
    "timeout": _("The model did not answer in time; the draft is unchanged."),
    "rate_limit": _("The model accepts no more calls for now; the draft is unchanged."),
    "refused": _("The model refused to write this; the draft is unchanged."),
    "incomplete_output": _("The model did not finish; the draft is unchanged."),
    "parse_error": _("The model's answer could not be read; the draft is unchanged."),
    "api_error": _("The model had an error of its own; the draft is unchanged."),
    "budget_exhausted": _("The AI budget of today is used up; the draft is unchanged."),
}

AUDIT_ACTS = {
    "lead.sentiment_set": _("set the sentiment to {sentiment_tag}"),
    "lead.status_set": _("set the status to {status}"),
    "lead.blacklisted": _("stopped all outreach"),
    "lead.blacklist_cleared": _("lifted the stop"),
    "lead.email_block_lifted": _("lifted the e-mail block because the lead wrote"),
    "lead.alternate_promoted": _("made {email} the primary address"),
    "lead.snoozed": _("snoozed the conversation {until}"),
    "lead.woken": _("ended the snooze"),
    "lead.assigned": _("changed the assignment"),
    "lead.opted_out_wrote_again": _("saw a lead write that had opted out"),
    "lead.colleague_opted_out": _("saw a colleague of this lead opt out"),
    "lead.contact_edited": _("changed the contact: {fields}"),
    "lead.automation_set": _("switched {switch} {state}"),
    "lead.enrichment_requested": _("asked to look up phone or profile"),
    "lead.merged": _("merged another lead into this one"),
    "message.outcome_decided": _("settled an unconfirmed message"),
    "draft.rejected": _("rejected a draft"),
}


def skip_sentence(reason: str | None) -> str:
    """Why there is no draft; "" without a reason, the code itself for one nobody named."""
    return _sentence(SKIP_REASONS, reason, gettext("No draft"))


def generation_sentence(state: str, code: str) -> str:
    """How far a draft somebody asked for is, or why there is none; "" when it is there."""
    if state in GENERATION_STATES:
        return gettext(GENERATION_STATES[state])
    known = GENERATION_CODES.get(code) or SKIP_REASONS.get(code) or DELIVERY_ERRORS.get(code) or REFUSALS.get(code)
    return gettext(known) if known else _sentence({}, code or "generation_failed", gettext("No new draft"))


def flag_sentence(flag: str) -> str:
    """What a quality flag of a draft means, to follow "This draft"."""
    return gettext(DRAFT_FLAGS.get(flag, "")) or gettext("is marked: {flag}").format(flag=_words(flag))


def delivery_sentence(code: str | None, detail: str | None = None) -> str:
    """Why a message did not leave: our sentence, else what the provider said."""
    if code in DELIVERY_ERRORS:
        return gettext(DELIVERY_ERRORS[code])
    return (detail or "").strip()[:240] or _sentence({}, code, gettext("Not sent"))


def refusal_sentence(code: str, detail: str = "") -> str:
    """What a person reads when an act was refused."""
    if detail and detail != code:
        return gettext(detail)
    known = REFUSALS.get(code) or DELIVERY_ERRORS.get(code)
    return gettext(known) if known else gettext("That did not work ({code}).").format(code=_words(code))


def closed_sentence(status: str, reason: str | None) -> str:
    """What became of a draft that is no longer pending."""
    return gettext(CLOSED_REASONS.get(reason or "") or DRAFT_STATES.get(status, status))


def act_sentence(action: str, after: dict[str, object] | None, more: Mapping[str, str] = MappingProxyType({})) -> str:
    """The rest of a system line ("Setter A …"); "" for acts that a thread does not show. `more`: of other apps."""
    template = AUDIT_ACTS.get(action) or more.get(action)
    if template is None:
        return ""
    return (
        gettext(template).format_map(_Values({key: _words(str(value)) for key, value in (after or {}).items()})).strip()
    )


def _sentence(table: dict[str, str], code: str | None, lead_in: str) -> str:
    if not code:
        return ""
    return gettext(table.get(code, "")) or f"{lead_in}: {_words(code)}."


def _words(code: str) -> str:
    return code.replace("_", " ")


class _Values(dict[str, str]):
    """A value the act does not carry reads as nothing."""

    def __missing__(self, key: str) -> str:
        return ""

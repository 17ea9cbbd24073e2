import pytest

from inbox.rules.autosend.checks import LegacyPrecheck, consent_block, legacy_precheck, precheck, text_block

pytestmark = pytest.mark.unit

FINE = {"inbounds": ("Sounds good",), "channel": "email", "sentiment": "Interested", "safety_kind": "none"}
READY = {"draft": "Hi", "is_fallback": False, "is_unverified": False, "offer_ok": True, "has_key": True}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"draft": " \n"}, "empty_draft"),
        ({"draft": "Hi", "call_intent": True}, "call_requested_phone_on_file"),
        ({"draft": "Hi", "call_intent": True, "phone_on_file": False}, "call_requested_phone_missing"),
        ({"draft": "Hi", "sentiment": "Call Requested"}, "call_requested_sentiment"),
        ({"draft": "Hi", "external_scheduler": True}, "external_scheduler_link_manual_only"),
        ({"draft": "Hi", "booking_escalated": True}, "booking_escalated"),
        ({"draft": "Hi", "auto_booked": True}, "auto_booked"),
        ({"draft": "Hi", "sentiment": "Interested"}, None),
    ],
)
def test_precheck_names_what_a_person_answers(given, reason):
    found = precheck(**given)

    assert (found.skip, found.reason) == (reason is not None, reason)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, ""),
        ({"inbounds": ("What does it cost?", "Please remove me from your list")}, "opt_out"),
        ({"inbounds": ("STOP",), "channel": "sms"}, "opt_out"),
        ({"sentiment": "Blacklist"}, "blacklist"),
        ({"lead_stopped": True}, "lead_opted_out"),
        ({"sentiment": "Automated Reply"}, "automated_reply"),
        ({"safety_kind": "automated_reply"}, "automated_reply"),
        ({"safety_kind": "bounce"}, "automated_reply"),
        ({"safety_kind": "dead_inbox"}, "automated_reply"),
        ({"safety_kind": "out_of_office"}, ""),
    ],
)
def test_the_leads_own_words_block(change, code):
    assert consent_block(**{"lead_stopped": False, **FINE, **change}) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, ""),
        ({"draft": ""}, "empty_draft"),
        ({"is_fallback": True}, "fallback_draft"),
        ({"is_unverified": True}, "verification_failed"),
        ({"offer_ok": False}, "offered_slot_expired"),
        ({"has_key": False}, "missing_openai_key"),
        ({"is_capped": True}, "budget_exhausted"),
    ],
)
def test_the_draft_and_what_judges_it_block(change, code):
    assert text_block(**{"is_capped": False, **READY, **change}) == code


@pytest.mark.parametrize(
    ("given", "verdict", "reason"),
    [
        ({"latest_inbound": "Please remove me from your list"}, "no", "opt_out"),
        ({"latest_inbound": "Hi", "categorization": "Blacklist"}, "no", "categorized_blacklist"),
        ({"latest_inbound": "Hi", "categorization": "Automated Reply"}, "no", "categorized_automated_reply"),
        ({"latest_inbound": "Hi", "provider_automated": True}, "no", "provider_automated"),
        (
            {"latest_inbound": "Away", "provider_automated": True, "categorization": "Out of Office"},
            "ask_model",
            None,
        ),
        ({"latest_inbound": "Thanks!"}, "no", "ack_only"),
        ({"latest_inbound": "Thanks!", "last_outbound_awaits_answer": True}, "ask_model", None),
        ({"latest_inbound": "What does it cost?", "has_openai_key": False}, "no", "missing_openai_key"),
        ({"latest_inbound": "What does it cost?"}, "ask_model", None),
    ],
)
def test_legacy_precheck(given, verdict, reason):
    assert legacy_precheck(**given) == LegacyPrecheck(verdict=verdict, reason=reason)

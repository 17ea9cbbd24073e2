"""Reading the overseer's answer, and the contract that follows from it."""

import pytest

from inbox.rules.overseer import MeetingDecision, gate_applies, read_extraction

pytestmark = pytest.mark.unit

ANSWER = {
    "is_scheduling_related": True,
    "intent": "propose_time",
    "intent_to_book": True,
    "intent_confidence": 0.9,
    "acceptance_specificity": "specific",
    "accepted_slot_index": 2,
    "preferred_day_of_week": "thu",
    "preferred_time_of_day": "afternoon",
    "relative_preference": "next_week",
    "relative_preference_detail": "next week",
    "qualification_status": "qualified",
    "qualification_confidence": 0.8,
    "qualification_evidence": ["ten seats"],
    "time_from_body_only": True,
    "detected_timezone": "America/Chicago",
    "time_extraction_confidence": 0.7,
    "needs_clarification": False,
    "clarification_reason": None,
    "needs_pricing_answer": False,
    "needs_community_details": False,
    "confidence": 0.9,
    "evidence": ["Thursday"],
}


def test_good_answer_is_kept_and_comes_back_from_its_row():
    decision = read_extraction(ANSWER, offers=2)

    assert (decision.intent, decision.accepted_slot_index, decision.detected_timezone) == (
        "propose_time",
        2,
        "America/Chicago",
    )
    assert MeetingDecision.from_json(decision.as_json()) == decision
    assert decision.as_json()["contract"] == {
        "has_booking_intent": True,
        "is_qualified": True,
        "should_book_now": True,
        "response_mode": "booking_only",
    }


def test_bad_values_are_clamped_or_dropped():
    bad = ANSWER | {
        "intent": "marry me",
        "intent_confidence": 7,
        "confidence": -2,
        "acceptance_specificity": "very",
        "accepted_slot_index": 3,
        "preferred_day_of_week": "Someday",
        "preferred_time_of_day": "night",
        "qualification_status": "rich",
        "detected_timezone": "../../etc/passwd",
        "evidence": ["x" * 500] * 9,
    }

    decision = read_extraction(bad, offers=2)

    assert decision == read_extraction(
        ANSWER
        | {
            "intent": "other",
            "intent_confidence": 1,
            "confidence": 0,
            "acceptance_specificity": "none",
            "accepted_slot_index": None,
            "preferred_day_of_week": None,
            "preferred_time_of_day": None,
            "qualification_status": "unknown",
            "detected_timezone": None,
            "evidence": ["x" * 160] * 5,
        },
        offers=2,
    )


@pytest.mark.parametrize(
    ("changes", "mode"),
    [
        ({"needs_clarification": True}, "clarify_only"),
        ({}, "booking_only"),
        ({"qualification_status": "unknown"}, "info_then_booking"),
        ({"is_scheduling_related": False, "needs_pricing_answer": True}, "info_then_booking"),
        ({"intent_to_book": False, "needs_community_details": True}, "info_then_booking"),
        ({"intent_to_book": False}, "clarify_only"),
    ],
)
def test_response_mode(changes, mode):
    assert read_extraction(ANSWER | changes, offers=0).response_mode == mode


@pytest.mark.parametrize(
    ("draft", "applies"),
    [
        ("Would 3:00 PM EST on Thu suit you?", True),
        ("More at https://northfork.example", True),
        ("Shall we schedule something?", True),
        ("Our price is per seat. Anything else?", False),
    ],
)
def test_gate_applies(draft, applies):
    assert gate_applies(None, draft) is applies
    assert gate_applies(MeetingDecision(is_scheduling_related=True), draft) is True

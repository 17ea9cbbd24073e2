"""When a draft may be generated."""

import pytest

from inbox.enums import CURRENT_TAGS, SafetyKind
from inbox.rules.eligibility import Eligibility, draft_eligibility

pytestmark = pytest.mark.unit

ELIGIBLE = (
    "Meeting Requested",
    "Call Requested",
    "Information Requested",
    "Interested",
    "Follow Up",
    "Meeting Booked",
    "Positive",
)
YES = Eligibility(eligible=True)


def refused(reason):
    return Eligibility(eligible=False, reason=reason)


@pytest.mark.parametrize("tag", [*CURRENT_TAGS, "Positive"])
def test_the_tag_decides(tag):
    assert draft_eligibility(tag) == (YES if tag in ELIGIBLE else refused("sentiment_not_eligible"))


@pytest.mark.parametrize("tag", [None, "", "interested", "Meeting requested", "FOLLOW UP", "Out Of Office", "Hot"])
def test_other_spellings_are_no_tag(tag):
    assert draft_eligibility(tag) == refused("sentiment_not_eligible")


# Each row is refused by its own condition and by nothing above it.
ORDERED = (
    ({"draft_generation_enabled": False}, "draft_generation_disabled"),
    ({"lead_opted_out": True}, "lead_opted_out"),
    ({"safety_kind": "dead_inbox"}, "safety_dead_inbox"),
    ({"is_newsletter": True}, "newsletter"),
    ({"lead_email": "bounces+1@x.example"}, "bounce_address"),
    ({"sentiment": "Objection"}, "sentiment_not_eligible"),
    ({"auto_booked": True}, "auto_booked"),
)


@pytest.mark.parametrize("place", range(len(ORDERED)))
def test_the_first_match_decides(place):
    given = {"sentiment": "Interested"}
    for conditions, _ in ORDERED[place:]:
        given |= conditions

    assert draft_eligibility(**given) == refused(ORDERED[place][1])


def test_hard_05_no_draft_for_opted_out():
    for tag in CURRENT_TAGS:
        assert draft_eligibility(tag, lead_opted_out=True) == refused("lead_opted_out")
        assert draft_eligibility(tag, lead_opted_out=True, manual=True) == refused("lead_opted_out")


@pytest.mark.parametrize("kind", SafetyKind.values)
def test_safety_kinds(kind):
    expected = YES if kind in ("none", "ack_only") else refused(f"safety_{kind}")

    assert draft_eligibility("Interested", safety_kind=kind) == expected
    assert draft_eligibility("Interested", safety_kind=kind, manual=True) == expected


@pytest.mark.parametrize("channel", ["sms", "linkedin"])
def test_a_system_mailbox_matters_on_email_only(channel):
    assert draft_eligibility("Interested", channel=channel, lead_email="postmaster@x.example") == YES


def test_follow_up_with_the_tasks_own_draft():
    assert draft_eligibility("Follow Up", followup_draft_pending=True) == refused("followup_task_routed")
    assert draft_eligibility("Interested", followup_draft_pending=True) == YES


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"sentiment": "Call Requested", "phone_on_file": False}, refused("call_requested_no_phone")),
        ({"sentiment": "Call Requested", "phone_on_file": True}, YES),
        ({"sentiment": "Interested", "call_intent": True, "phone_on_file": False}, refused("call_requested_no_phone")),
        ({"sentiment": "Interested", "call_intent": True}, YES),
        ({"sentiment": "Interested", "phone_on_file": False}, YES),
        ({"sentiment": "Call Requested", "phone_on_file": False, "booking_process_route": 5}, YES),
        (
            {"sentiment": "Call Requested", "phone_on_file": False, "booking_process_route": 4},
            refused("call_requested_no_phone"),
        ),
    ],
)
def test_calls_without_a_phone(given, expected):
    assert draft_eligibility(**given) == expected


@pytest.mark.parametrize(
    "given",
    [
        {"auto_booked": True},
        {"sentiment": "Follow Up", "followup_draft_pending": True},
        {"sentiment": "Call Requested", "phone_on_file": False},
    ],
)
def test_a_person_who_asks_skips_what_the_machine_would_do_next(given):
    assert draft_eligibility(**{"sentiment": "Interested", **given}, manual=True) == YES


@pytest.mark.parametrize("place", range(6))
def test_a_person_who_asks_skips_nothing_else(place):
    given = {"sentiment": "Interested", **ORDERED[place][0]}

    assert draft_eligibility(**given, manual=True) == refused(ORDERED[place][1])

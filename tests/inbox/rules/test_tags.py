"""Tags, the statuses they give, and the plain no."""

import pytest

from inbox.enums import CURRENT_TAGS, SafetyKind, SentimentTag
from inbox.rules.tags import (
    ATTENTION,
    POSITIVE,
    is_deterministic_decline,
    is_positive,
    known_tag,
    status_for,
    tag_for_safety,
)
from leads.enums import LeadStatus

pytestmark = pytest.mark.unit


def test_groups():
    assert {"Meeting Requested", "Call Requested", "Information Requested", "Interested"} == POSITIVE
    assert POSITIVE | {"Positive", "Meeting Booked", "Follow Up"} == ATTENTION
    assert is_positive("Interested")
    assert is_positive("Positive")
    assert not is_positive("Meeting Booked")
    assert not is_positive(None)


@pytest.mark.parametrize("tag", CURRENT_TAGS)
def test_known_tags_are_compared_exactly(tag):
    assert known_tag(tag) == tag
    assert known_tag(tag.upper()) is None


def test_old_and_foreign_spellings_are_read():
    assert known_tag("Positive") is SentimentTag.INTERESTED
    assert known_tag("Out Of Office") is SentimentTag.OUT_OF_OFFICE
    assert known_tag("Hot Lead") is None
    assert known_tag(None) is None


@pytest.mark.parametrize(
    ("kind", "tag"),
    [
        ("opt_out", "Blacklist"),
        ("bounce", None),
        ("dead_inbox", "Blacklist"),
        ("out_of_office", "Out of Office"),
        ("automated_reply", "Automated Reply"),
        ("ack_only", None),
        ("none", None),
    ],
)
def test_safety_kinds_decide_the_tag(kind, tag):
    assert tag_for_safety(kind) == tag


def test_only_a_hard_bounce_blacklists():
    assert tag_for_safety(SafetyKind.BOUNCE, hard_bounce=True) == "Blacklist"
    assert tag_for_safety(SafetyKind.OPT_OUT, hard_bounce=True) == "Blacklist"


STATUSES = {
    "Meeting Booked": "meeting_booked",
    "Meeting Requested": "meeting_requested",
    "Call Requested": "qualified",
    "Information Requested": "qualified",
    "Interested": "qualified",
    "Not Interested": "not_interested",
    "Blacklist": "blacklisted",
    "New": "new",
    "Objection": "new",
    "Follow Up": "new",
}


@pytest.mark.parametrize("tag", CURRENT_TAGS)
def test_status_of_a_fresh_lead(tag):
    assert status_for(tag, None) == STATUSES.get(tag, "new")
    assert status_for(tag, "new") == STATUSES.get(tag, "new")


@pytest.mark.parametrize("tag", CURRENT_TAGS)
@pytest.mark.parametrize("current", LeadStatus.values)
def test_status_of_a_known_lead(tag, current):
    if current in ("unqualified", "blacklisted"):
        expected = current
    elif current == "meeting_booked":
        expected = "blacklisted" if tag == "Blacklist" else current
    elif current in ("qualified", "meeting_requested") and tag in ("Objection", "Follow Up"):
        expected = current
    else:
        expected = STATUSES.get(tag, current)

    assert status_for(tag, current) == expected


def test_no_tag_leaves_the_status():
    assert status_for(None, "qualified") == "qualified"
    assert status_for("Hot Lead", None) == "new"


@pytest.mark.parametrize(
    "text",
    [
        "Not interested",
        "not interested, thanks.",
        "No thanks",
        "No thank you!",
        "We're not interested at all.",
        "Not a fit for us.",
        "Sorry, not for me.",
        "This is not for us",
        "Not at this time",
        "NO THANKS\nDana",
    ],
)
def test_a_short_no_is_a_decline(text):
    assert is_deterministic_decline(text)


@pytest.mark.parametrize(
    "text",
    [
        "Not interested in ads, but send SEO pricing",
        "Not at this time, maybe next year",
        "Not interested right now, try later",
        "No thanks, however my colleague is",
        "Not interested unless it is free",
        "Not interested?",
        "No thanks. Send the deck to Jo.",
        "Interested",
        "We have a vendor",
        "Not interested because we already run this in house with a team of nine people here",
        "",
    ],
)
def test_an_open_or_longer_answer_is_for_the_model(text):
    assert not is_deterministic_decline(text)

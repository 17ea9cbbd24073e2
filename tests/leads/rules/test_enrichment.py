from datetime import UTC, datetime, timedelta

import pytest

from leads.models import Lead
from leads.rules.enrichment import (
    Asked,
    can_be_found,
    missing_kinds,
    refusal_for_kind,
    refusal_for_lead,
    status_after,
)

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 5, 16, 41, tzinfo=UTC)
BOTH = frozenset({"phone", "linkedin"})
NOTHING = frozenset()


def asked(kind, status, attempts=1, hours_ago=1.0):
    return Asked(kind=kind, status=status, attempts=attempts, answered_at=NOW - timedelta(hours=hours_ago))


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, BOTH),
        ({"phone": "+14155552671"}, {"linkedin"}),
        ({"phone_national": "4155552671"}, {"linkedin"}),
        ({"phone_raw": "ext 12"}, BOTH),
        ({"linkedin_url": "https://linkedin.com/in/dana"}, {"phone"}),
        ({"linkedin_id": "ACoAAB1cdEfGhIjKlMnOp"}, {"phone"}),
        ({"linkedin_company_url": "https://linkedin.com/company/northfork"}, BOTH),
        ({"phone": "+14155552671", "linkedin_url": "https://linkedin.com/in/dana"}, NOTHING),
    ],
)
def test_missing_kinds(values, missing):
    assert missing_kinds(Lead(**values)) == missing


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"email": "dana@northfork.example"}, True),
        ({"linkedin_url": "https://linkedin.com/in/dana"}, True),
        ({"first_name": "Dana", "company_name": "Northfork Dental"}, True),
        ({"first_name": "Dana"}, False),
        ({"company_name": "Northfork Dental"}, False),
        ({"phone": "+14155552671"}, False),
    ],
)
def test_can_be_found(values, found):
    assert can_be_found(Lead(**values)) is found


@pytest.mark.parametrize(
    ("tag", "trigger", "reason"),
    [
        ("Interested", "positive_reply", ""),
        ("Call Requested", "call_intent", ""),
        ("Positive", "batch", ""),
        ("Meeting Booked", "positive_reply", "not_positive"),
        ("Objection", "positive_reply", "not_positive"),
        ("Out of Office", "batch", "not_positive"),
        ("New", "batch", "not_positive"),
        ("Objection", "manual", ""),
        ("New", "manual", ""),
        ("Neutral", "manual", "blocked_by_sentiment"),
        ("Not Interested", "manual", "blocked_by_sentiment"),
        ("Blacklist", "manual", "blocked_by_sentiment"),
    ],
)
def test_who_is_looked_up(tag, trigger, reason):
    assert refusal_for_lead(Lead(email="dana@northfork.example", sentiment_tag=tag), trigger) == reason


def test_a_stopped_lead_is_never_looked_up():
    lead = Lead(email="dana@northfork.example", sentiment_tag="Interested", status="blacklisted")

    assert refusal_for_lead(lead, "manual") == "lead_blacklisted"


def test_nothing_to_look_up_by():
    assert refusal_for_lead(Lead(sentiment_tag="Interested", first_name="Dana"), "manual") == "nothing_to_look_up_by"


@pytest.mark.parametrize(
    ("before", "trigger", "reason"),
    [
        ([], "positive_reply", ""),
        ([asked("linkedin", "succeeded")], "positive_reply", ""),
        *(
            ([asked("phone", status)], "positive_reply", "asked_before")
            for status in ("queued", "sent", "succeeded", "not_found", "error", "expired")
        ),
        ([asked("phone", "not_found", hours_ago=25)], "positive_reply", "asked_before"),
        ([asked("phone", "not_found", hours_ago=25)], "manual", "asked_before"),
        ([asked("phone", "not_found", hours_ago=25)], "call_intent", ""),
        ([asked("phone", "not_found", hours_ago=23.9)], "call_intent", "asked_before"),
        (
            [asked("phone", "not_found", hours_ago=50), asked("phone", "not_found", hours_ago=2)],
            "call_intent",
            "asked_before",
        ),
        ([asked("phone", "not_found", hours_ago=50), asked("phone", "sent")], "call_intent", "asked_before"),
        ([asked("phone", "expired", hours_ago=50)], "call_intent", "asked_before"),
    ],
)
def test_a_question_is_put_once(before, trigger, reason):
    assert refusal_for_kind("phone", missing=BOTH, asked=before, trigger=trigger, now=NOW) == reason


def test_what_is_known_is_not_asked():
    assert refusal_for_kind("phone", missing=frozenset({"linkedin"}), asked=[], trigger="manual", now=NOW) == "known"


@pytest.mark.parametrize(
    ("current", "missing", "questions", "was_enriched", "status"),
    [
        ("pending", BOTH, [], False, "pending"),
        ("not_needed", BOTH, [], True, "not_needed"),
        (None, BOTH, [], False, None),
        ("pending", NOTHING, [], True, "enriched"),
        ("pending", NOTHING, [], False, "not_needed"),
        (None, NOTHING, [], False, None),
        ("not_needed", BOTH, [asked("phone", "queued")], False, "pending"),
        ("pending", BOTH, [asked("phone", "sent")], True, "pending"),
        # LinkedIn found while the phone is pending.
        ("pending", {"phone"}, [asked("linkedin", "succeeded"), asked("phone", "sent")], True, "pending"),
        ("pending", {"phone"}, [asked("linkedin", "succeeded"), asked("phone", "not_found")], True, "enriched"),
        # A person typed the number while it was being looked up.
        ("pending", NOTHING, [asked("phone", "sent")], False, "not_needed"),
        ("pending", BOTH, [asked("phone", "error", attempts=3)], False, "pending"),
        ("pending", BOTH, [asked("phone", "error", attempts=4)], False, "failed"),
        ("pending", BOTH, [asked("phone", "not_found"), asked("linkedin", "not_found")], False, "not_found"),
        ("pending", BOTH, [asked("phone", "not_found"), asked("linkedin", "expired")], False, "failed"),
        ("pending", BOTH, [asked("phone", "expired")], False, "failed"),
        ("failed", {"linkedin"}, [asked("phone", "succeeded")], True, "enriched"),
    ],
)
def test_status_of_the_lead(current, missing, questions, was_enriched, status):
    found = status_after(current, missing=frozenset(missing), asked=questions, was_enriched=was_enriched)

    assert found == status

"""What a draft may not state without a source."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.rules.invariants import CODES, draft_invariants

pytestmark = pytest.mark.unit

OFFERED = ["2:00 PM EST on Tue, Mar 4", "10:30 AM EST on Wed, Mar 5"]
SERVICE = "Harbor plan: $450 per month, billed monthly. Setup is $1,200. Annual plan $4,800 per year."
LINK = "https://calendly.com/harbor/30min"

CASES = [
    # times and days
    ("Does 2:30 PM EST on Tue, Mar 4 suit?", {"offered": OFFERED}, ["slot_mismatch"]),
    ("Does 2:00 PM PST on Tue, Mar 4 suit?", {"offered": OFFERED}, ["slot_mismatch"]),
    ("Does 2:00 on Tuesday suit?", {"offered": OFFERED}, []),
    ("Does 2-3pm on 4 March suit?", {"offered": OFFERED}, ["slot_mismatch"]),
    ("Does 2 PM on Mar 6 suit?", {"offered": OFFERED}, ["date_mismatch"]),
    ("Does 2 PM on March 4th suit?", {"offered": OFFERED}, []),
    ("Geht es um 14:00 Uhr am 4. März?", {"offered": OFFERED}, []),
    ("Is noon fine?", {}, ["slot_mismatch"]),
    ("4 PM it is.", {"inbound": "Could we talk at 4?"}, []),
    ("You may 5 times, in March 2026, 24/7, within 24h.", {}, []),
    # links
    ("Book: https://calendly.com/other/30min", {"booking_link": LINK}, ["fabricated_link"]),
    (f"Book: {LINK}?month=2026-03", {"booking_link": LINK}, []),
    ("Here is my booking link.", {}, ["fabricated_link"]),
    ("Book here whenever you like.", {"booking_link": LINK}, ["fabricated_link"]),
    ("I will use your booking link", {"lead_scheduler_link": "https://cal.com/dana/30"}, []),
    ("See https://other.example/a", {"allowed_urls": ["https://harbor.example"]}, ["unknown_url"]),
    ("See [our site](https://harbor.example).", {"allowed_urls": ["https://harbor.example/"]}, []),
    ("Visit www.other.example", {}, ["unknown_url"]),
    ("See https://harbor.example/about", {"knowledge": "More: harbor.example/about"}, []),
    ("See https://c", {}, ["truncated_url"]),
    ("See https://", {}, ["truncated_url"]),
    # placeholders
    ("Hi {firstName}, yes", {}, ["placeholder"]),
    ("Hi ${name}, yes", {}, ["placeholder"]),
    ("Hi <first name>, yes", {}, ["placeholder"]),
    ("It costs $X-$Y", {}, ["placeholder"]),
    ("On XX/XX then", {}, ["placeholder"]),
    ("Lorem ipsum dolor", {}, ["placeholder"]),
    ("As in [1] and [2]", {}, []),
    # phones
    ("Call +1 (415) 555-0137", {}, ["phone_number"]),
    ("Call 415.555.0137", {"inbound": "I am on 415.555.0137"}, ["phone_number"]),
    ("On 2026-03-04 at 10:30", {"inbound": "2026-03-04 10:30"}, []),
    ("From 10000-15000 people", {}, []),
    # prices
    ("It is $500.", {"service_description": SERVICE}, ["price_unsupported"]),
    ("It is $450.", {"service_description": SERVICE}, []),
    ("It is $450 per year.", {"service_description": SERVICE}, ["price_cadence_mismatch"]),
    (
        "It is $450 per year.",
        {"service_description": SERVICE, "knowledge": "$450 per year"},
        ["price_cadence_mismatch"],
    ),
    ("Setup is $1,200 per month.", {"service_description": SERVICE}, ["price_cadence_mismatch"]),
    ("It is $450 monthly or $4,800 annually.", {"service_description": SERVICE}, []),
    ("It is $4.8k per year.", {"service_description": SERVICE}, []),
    ("It is $450-$600 per month.", {"service_description": SERVICE}, ["price_unsupported"]),
    ("Setup is $5k.", {"knowledge": "Setup costs $5,000"}, []),
    ("$450 per month.", {"service_description": "The price is $450, billed monthly."}, []),
    ("They raised $500,000 and reached $2M.", {}, []),
    ("We saved a client $20,000 a year.", {}, []),
    ("The price for firms at $500k ARR", {}, ["price_unsupported"]),
    # bookings
    ("You're confirmed for Tuesday.", {}, ["implied_booking"]),
    ("You\u2019re booked.", {}, ["implied_booking"]),
    ("A calendar invite is on its way.", {}, ["implied_booking"]),
    ("Your meeting is confirmed.", {"has_active_appointment": True}, []),
    ("Once you're booked we prepare the rest.", {}, []),
    # nothing
    (" \n ", {}, ["empty_draft"]),
    ("Best\nAnn", {"signature": "Best\nAnn"}, ["empty_draft"]),
    ("Yes.\n\nAnn\n+1 415 555 0137", {"signature": "Ann\n+1 415 555 0137"}, []),
    ("Hi [Name], call 415-555-0137 at 3pm", {}, ["phone_number", "placeholder", "slot_mismatch"]),
]


@pytest.mark.parametrize(("draft", "given_facts", "codes"), CASES)
def test_hard_05_facts_only(draft, given_facts, codes):
    assert draft_invariants(draft, **given_facts) == codes


TEXT = st.text(alphabet=st.sampled_from("aB 1:03$€.,-/()[]{}<>\nhtpsMar4PMx@é"), max_size=120)


@given(TEXT, TEXT, st.lists(TEXT, max_size=2))
@settings(max_examples=200, deadline=None)
def test_answers_known_codes_sorted_for_any_text(draft, source, offered):
    codes = draft_invariants(draft, inbound=source, service_description=source, knowledge=source, offered=offered)

    assert codes == sorted(set(codes))
    assert set(codes) <= set(CODES)
    assert (codes == ["empty_draft"]) == (not draft.replace("\x00", "").strip())


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_time_is_supported_in_either_spelling(hour, minute):
    label = f"{hour % 12 or 12}:{minute:02d} {'AM' if hour < 12 else 'PM'} EST on Tue, Mar 4"

    assert draft_invariants(f"Does {hour}:{minute:02d} suit?", offered=[label]) == []
    assert draft_invariants(f"Does {label} suit?") == ["date_mismatch", "slot_mismatch"]


@given(st.integers(1, 999_999), st.sampled_from("$€£"))
def test_a_price_is_supported_however_it_is_grouped(amount, sign):
    assert draft_invariants(f"It costs {sign}{amount:,}.", service_description=f"Price: {sign}{amount}") == []
    assert draft_invariants(f"It costs {sign}{amount:,}.", knowledge=f"Price: {sign}{amount + 1}") == [
        "price_unsupported"
    ]


@given(st.sampled_from(CASES))
def test_words_around_do_not_hide_a_code(case):
    draft, facts, codes = case
    if codes == ["empty_draft"] or "signature" in facts:
        return

    assert draft_invariants(f"Thank you for asking.\n{draft}\nBest regards", **facts) == codes

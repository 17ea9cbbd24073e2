"""Call wishes, the lead's own scheduler, and the route, read without a model."""

import time

import pytest

from inbox.rules.schedulers import is_scheduler_url, same_page, scheduler_urls
from inbox.rules.signals import RouteAnswer, Signals, combine, fallback_route, find_signals

pytestmark = pytest.mark.unit

OURS = ("https://calendly.com/northfork/intro",)


def types(reply: str, whole: str | None = None) -> list[str]:
    return [one.type for one in find_signals(reply, whole or reply, our_pages=OURS).signals]


@pytest.mark.parametrize(
    "reply",
    [
        "Call me tomorrow at 3",
        "Please give me a ring",
        "Can you call the office?",
        "I'd prefer a quick call",
        "I prefer to talk over the phone",
        "Could we have a phone conversation?",
        "My number is below",
        "You can reach me at 415 555 0137",
        "Happy to hop on a call, 415-555-0137",
        "No problem, call me any time",
        "Why not call me this week?",
    ],
)
def test_call_wish(reply):
    assert types(reply) == ["call_requested"]


@pytest.mark.parametrize(
    "reply",
    [
        "Don't call me, e-mail is better",
        "Did you call me yesterday?",
        "No phone calls please",
        "Happy to hop on a call next week",
        "You can reach me at this address",
        "Who can I call about this?",
        "My friends call me crazy, they call me old too",
    ],
)
def test_no_call_wish(reply):
    assert types(reply) == []


@pytest.mark.parametrize(
    "reply",
    [
        "Here is my calendar https://calendly.com/dana/30min",
        "Grab a time here: https://meetings.hubspot.com/dana",
        "Feel free to book calendly.com/dana/30min",
        "Book via my link: https://calendar.app.google/abc",
        "You can book a slot with me at https://cal.com/dana",
        "Please use my scheduling page https://api.leadconnectorhq.com/widget/booking/x1",
        "Please book with my colleague Sam",
        "Just use my Calendly",
    ],
)
def test_own_scheduler(reply):
    assert types(reply) == ["book_on_external_calendar"]


@pytest.mark.parametrize(
    "reply",
    [
        "https://calendly.com/dana/30min",
        "Please do not use my Calendly",
        "What is your calendar link?",
        "Happy to book a time on https://calendly.com/northfork/intro?month=2026-03",
        "We use Calendly too",
    ],
)
def test_no_own_scheduler(reply):
    assert types(reply) == []


def test_link_below_the_reply_is_asked_about_only_when_the_reply_schedules():
    below = "\n--\nDana Reyes\ncalendly.com/dana/30"

    asked = find_signals("Sounds good, let's schedule.", "Sounds good, let's schedule." + below, our_pages=OURS)
    not_asked = find_signals("What does it cost?", "What does it cost?" + below, our_pages=OURS)

    assert (asked.signals, asked.ask_about_link) == ((), "calendly.com/dana/30")
    assert (not_asked.signals, not_asked.ask_about_link) == ((), "")


@pytest.mark.parametrize(
    ("reply", "route"),
    [
        ("Thursday works", 3),
        ("Let's say 3pm", 3),
        ("March 4 is good", 3),
        ("12/3 is open", 3),
        ("Either works for me", 2),
        ("When are you available?", 2),
        ("Tell me more", 1),
    ],
)
def test_route_without_a_model(reply, route):
    assert fallback_route(reply) == RouteAnswer(route=route, confidence=0.5, uncertain=True)


def test_route_brings_its_signal():
    call = combine((), RouteAnswer(route=4, confidence=0.8, uncertain=False))
    own = combine((), RouteAnswer(route=5, confidence=0.7, uncertain=True))

    assert (call.call_intent, call.external_calendar, call.signals[0].evidence_code) == (True, False, "route_4")
    assert (own.call_intent, own.external_calendar, own.uncertain) == (False, True, True)
    assert Signals.from_json(own.as_json()) == own


def test_scheduler_pages():
    text = "See calendly.com/dana/30min, www.example.com and https://go.northfork.example/meetings/dana?x=1."

    assert scheduler_urls(text) == ["calendly.com/dana/30min", "https://go.northfork.example/meetings/dana?x=1"]
    assert same_page("https://www.calendly.com/dana/", "calendly.com/Dana?month=1")
    assert not same_page("nonsense with spaces", "")
    assert not is_scheduler_url("https://notcalendly.com/dana")
    assert not is_scheduler_url("https://calendly.com")


@pytest.mark.parametrize("piece", ["call me ", "a.", "use my ", "1 ", "https://x.", "book " * 3])
def test_reading_is_linear(piece):
    """Forty times the text takes no more than a few hundred times as long (a quadratic pattern: 1,600 times)."""
    find_signals(piece * 100, "", our_pages=())
    small, large = (_seconds(piece * count) for count in (500, 20_000))
    assert large < max(small, 0.001) * 400


def _seconds(text: str) -> float:
    started = time.perf_counter()
    find_signals(text, text, our_pages=())
    return time.perf_counter() - started

"""Response timing beyond the example cases: bursts, ties, what does not answer."""

from datetime import UTC, datetime, timedelta

import pytest

from inbox.rules.response_timing import TimedDraft, TimedMessage, response_events

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


def said(key, minutes, **values):
    return TimedMessage(id=key, at=START + timedelta(minutes=minutes), channel="email", **{"inbound": True} | values)


def answered(key, minutes, **values):
    return said(key, minutes, inbound=False, **{"sent_by": "setter", "user": "kim"} | values)


def test_a_burst_is_anchored_at_its_last_message():
    events = response_events([said("a", 0), said("b", 5), answered("c", 6)], [])

    assert [(event.inbound, event.setter_ms) for event in events] == [("b", 60_000)]


def test_at_the_same_moment_the_person_was_first():
    messages = [said("a", 0), answered("b", 4), answered("c", 4, sent_by="ai", user=None, draft="d")]

    (event,) = response_events(messages, [TimedDraft(id="d", trigger="a", chosen_delay_s=200)])

    assert (event.first_responder, event.setter_ms, event.ai_ms) == ("setter", 240_000, 240_000)
    assert (event.delay_bucket, event.drift_bucket) == (None, None)


@pytest.mark.parametrize(
    "answer",
    [
        answered("b", 4, is_campaign=True),
        answered("b", 4, user=None),
        answered("b", 4, sent_by=None),
        said("b", 4),
    ],
    ids=["campaign", "nobody named", "provider app", "lead again"],
)
def test_what_is_no_answer_makes_no_event(answer):
    assert response_events([said("a", 0), answer], []) == []


def test_events_come_in_the_order_of_the_replies():
    messages = [said("a", 0), answered("b", 1), said("c", 10), answered("d", 12)]

    assert [event.first_ms for event in response_events(reversed(messages), [])] == [60_000, 120_000]

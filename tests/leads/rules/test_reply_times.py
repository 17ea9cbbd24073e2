"""By when a reply should be answered."""

from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from leads.enums import CURRENT_TAGS, SentimentTag
from leads.rules.reply_times import ReplyTargets, due_time
from zrg.workspaces.constants import REPLY_TARGET_TAGS, default_reply_targets
from zrg.workspaces.hours import build_window

pytestmark = pytest.mark.unit

BERLIN = ZoneInfo("Europe/Berlin")
TARGETS = ReplyTargets(minutes=default_reply_targets(), window=build_window("09:00", "17:00", zone=BERLIN))


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def lead(**values):
    plain = {
        "status": "qualified",
        "sentiment_tag": "Interested",
        "last_inbound_at": local("2026-03-02T10:00"),
        "last_answer_at": None,
    }
    return SimpleNamespace(**plain | values)


@pytest.mark.parametrize(
    ("tag", "wrote", "due"),
    [
        ("Meeting Requested", "2026-03-02T10:00", "2026-03-02T10:05"),
        ("Call Requested", "2026-03-02T16:55", "2026-03-02T17:00"),
        ("Call Requested", "2026-03-02T16:57", "2026-03-03T09:02"),
        ("Information Requested", "2026-03-02T17:00", "2026-03-03T09:15"),
        ("Interested", "2026-03-02T07:00", "2026-03-02T09:30"),
        ("Interested", "2026-03-06T16:45", "2026-03-09T09:15"),
        ("Interested", "2026-03-07T12:00", "2026-03-09T09:30"),
        ("Positive", "2026-03-02T10:00", "2026-03-02T10:30"),
        # The clocks go forward on the Sunday between.
        ("Interested", "2026-03-27T16:50", "2026-03-30T09:20"),
    ],
)
def test_minutes_count_in_working_hours_only(tag, wrote, due):
    assert due_time(lead(sentiment_tag=tag, last_inbound_at=local(wrote)), TARGETS) == local(due)


@pytest.mark.parametrize(
    "values",
    [
        {"sentiment_tag": "Neutral"},
        {"sentiment_tag": "New"},
        {"last_inbound_at": None},
        {"last_answer_at": local("2026-03-02T10:00")},
        {"last_answer_at": local("2026-03-02T10:01")},
        {"status": "blacklisted"},
        {"status": "unqualified"},
    ],
)
def test_nothing_is_due_when_nobody_waits_or_no_target_is_set(values):
    assert due_time(lead(**values), TARGETS) is None


def test_an_earlier_answer_does_not_end_the_wait():
    assert due_time(lead(last_answer_at=local("2026-03-02T09:59")), TARGETS) == local("2026-03-02T10:30")


def test_no_targets_is_off():
    off = ReplyTargets(minutes={}, window=TARGETS.window)

    assert due_time(lead(), off) is None


def test_overnight_hours():
    night = ReplyTargets(minutes={"Interested": 30}, window=build_window("22:00", "02:00", zone=BERLIN))

    due = due_time(lead(last_inbound_at=local("2026-03-03T01:45")), night)

    assert due == local("2026-03-03T22:15")
    assert due.tzinfo is UTC


def test_hours_too_short_for_the_target_have_no_time():
    blink = ReplyTargets(minutes={"Interested": 10_080}, window=build_window("09:00", "09:01", zone=BERLIN))

    assert due_time(lead(), blink) is None


def test_every_sentiment_with_a_target_exists():
    assert set(REPLY_TARGET_TAGS) <= {tag.value for tag in CURRENT_TAGS}
    assert set(default_reply_targets()) <= set(REPLY_TARGET_TAGS)
    assert not set(REPLY_TARGET_TAGS) & {SentimentTag.NEW, SentimentTag.SNOOZED, SentimentTag.BLACKLIST}

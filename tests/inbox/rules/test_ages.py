from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from inbox.rules.ages import clock, day_label, full_time, short_age, waiting_for

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "1 m"),
        (timedelta(minutes=59, seconds=59), "59 m"),
        (timedelta(hours=1), "1 h"),
        (timedelta(days=1), "1 d"),
        (timedelta(days=6, hours=23), "6 d"),
        (timedelta(days=7), "23 Feb"),
        (timedelta(days=200), "14 Aug 2025"),
    ],
)
def test_short_age(ago, expected):
    assert short_age(NOW - ago, NOW, BERLIN) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, "under a minute"), (12, "12 m"), (192, "3 h 12 m"), (1560, "1 d 2 h")]
)
def test_waiting_for(minutes, expected):
    assert waiting_for(NOW - timedelta(minutes=minutes), NOW) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 2), "Today"),
        (date(2026, 3, 1), "Yesterday"),
        (date(2026, 2, 27), "Friday, 27 February"),
        (date(2025, 12, 31), "Wednesday, 31 December 2025"),
    ],
)
def test_day_label(day, expected):
    assert day_label(day, date(2026, 3, 2)) == expected


def test_times_are_of_the_workspace():
    assert full_time(NOW, BERLIN) == "Mon 2 Mar 2026, 10:00 CET"
    assert clock(NOW, BERLIN) == "10:00"

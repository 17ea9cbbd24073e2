from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from inbox.rules.snooze import MAX_SNOOZE, check_wake_time, wake_time
from zrg.lib.errors import BadInput

NOW = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("days", "zone", "expected"),
    [
        # 23:30 in Berlin on the 28th; summer time starts in the night to the 29th
        (1, "Europe/Berlin", datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
        (1, "America/New_York", datetime(2026, 3, 29, 13, 0, tzinfo=UTC)),
        (14, "Europe/Berlin", datetime(2026, 4, 11, 7, 0, tzinfo=UTC)),
        # already the 29th there
        (1, "Asia/Tokyo", datetime(2026, 3, 30, 0, 0, tzinfo=UTC)),
    ],
)
def test_wakes_at_nine_in_the_workspace(days, zone, expected):
    assert wake_time(days, NOW, ZoneInfo(zone)) == expected


@pytest.mark.parametrize("days", [0, 4, 15, -1])
def test_other_numbers_of_days_are_refused(days):
    with pytest.raises(BadInput):
        wake_time(days, NOW, ZoneInfo("UTC"))


def test_chosen_time_lies_within_the_next_180_days():
    assert check_wake_time(NOW + MAX_SNOOZE, NOW) == NOW + MAX_SNOOZE
    for outside in (NOW, NOW - timedelta(days=1), NOW + MAX_SNOOZE + timedelta(seconds=1)):
        with pytest.raises(BadInput):
            check_wake_time(outside, NOW)

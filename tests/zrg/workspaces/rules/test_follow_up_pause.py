"""Until when a pause of follow-ups lasts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from zrg.workspaces.rules.follow_up_pause import pause_end

NEW_YORK = ZoneInfo("America/New_York")
LAST_MOMENT = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("now", "days", "end"),
    [
        (datetime(2026, 1, 10, 15, tzinfo=UTC), 1, datetime(2026, 1, 11, 5, tzinfo=UTC)),
        # three in the morning in London is still the evening before in New York
        (datetime(2026, 1, 10, 3, tzinfo=UTC), 1, datetime(2026, 1, 10, 5, tzinfo=UTC)),
        # clocks go forward on 8 March
        (datetime(2026, 3, 6, 15, tzinfo=UTC), 3, datetime(2026, 3, 9, 4, tzinfo=UTC)),
        (datetime(2026, 1, 10, 15, tzinfo=UTC), 0, datetime(2026, 1, 11, 5, tzinfo=UTC)),
        (datetime(2026, 1, 10, 15, tzinfo=UTC), 4_000, datetime(2027, 1, 10, 5, tzinfo=UTC)),
    ],
    ids=["today", "local day", "clock change", "at least today", "at most a year"],
)
def test_pause_ends_with_the_local_day(now: datetime, days: int, end: datetime) -> None:
    assert pause_end(now, days=days, zone=NEW_YORK) == end - LAST_MOMENT

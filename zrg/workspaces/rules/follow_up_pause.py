"""Until when a pause of all follow-ups lasts."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from zrg.workspaces.hours import local_date, wall_instant

MAX_PAUSE_DAYS = 365
# The last moment of a day that people name: nothing is due in the millisecond after it.
END_OF_DAY = time(23, 59, 59, 999_000)


def pause_end(now: datetime, *, days: int, zone: ZoneInfo) -> datetime:
    """The end (UTC) of the local day `days` from now, today being 1; 1 to 365, more counts as 365."""
    last = local_date(now, zone) + timedelta(days=min(max(days, 1), MAX_PAUSE_DAYS) - 1)
    return wall_instant(last, END_OF_DAY, zone)

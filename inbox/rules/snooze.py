"""When a snoozed conversation comes back (07 R9)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from zrg.lib.errors import BadInput
from zrg.workspaces.hours import local_date, wall_instant

SNOOZE_DAYS = (1, 2, 3, 7, 14)
WAKE_AT = time(9, 0)
MAX_SNOOZE = timedelta(days=180)


def wake_time(days: int, now: datetime, zone: ZoneInfo) -> datetime:
    """09:00 in the workspace's zone, that many days from today."""
    if days not in SNOOZE_DAYS:
        raise BadInput(gettext("Snooze for 1, 2, 3, 7 or 14 days."), code="bad_snooze", field="days")
    return wall_instant(local_date(now, zone) + timedelta(days=days), WAKE_AT, zone)


def check_wake_time(until: datetime, now: datetime) -> datetime:
    """A chosen moment: in the future, at most 180 days away."""
    if not now < until <= now + MAX_SNOOZE:
        raise BadInput(gettext("Choose a time within the next 180 days."), code="bad_snooze", field="until")
    return until

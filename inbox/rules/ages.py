"""Times as people read them: short ages in lists, days in a thread, how long somebody waits."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext_noop as _

from zrg.lib.spoken import language, spoken

MINUTE = 60
HOUR = 3600
DAY = 86_400


def short_age(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`now`, `5 m`, `3 h`, `2 d` within a week, else the date (`14 Mar`, with the year when it is another)."""
    seconds = (now - at).total_seconds()
    if seconds < MINUTE:
        return spoken(_("now"))
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} m"
    if seconds < DAY:
        return f"{int(seconds // HOUR)} h"
    if seconds < 7 * DAY:
        return f"{int(seconds // DAY)} d"
    local, today = at.astimezone(zone), now.astimezone(zone)
    label = f"{local.day} {_month(local)}"
    return label if local.year == today.year else f"{label} {local.year}"


def waiting_for(since: datetime, now: datetime) -> str:
    """`3 h 12 m`, `3 h`, `2 d 4 h`, `under a minute`."""
    minutes = max(0, int((now - since).total_seconds() // MINUTE))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = ((days, "d"), (hours, "h"), (0 if days else rest, "m"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or spoken(_("under a minute"))


def due_in(due_at: datetime, now: datetime) -> str:
    """`due in 12 m`, `overdue 1 h`."""
    if due_at > now:
        return spoken(_("due in {time}")).format(time=waiting_for(now, due_at))
    return spoken(_("overdue {time}")).format(time=waiting_for(due_at, now))


def took(ms: int) -> str:
    """How long something took: `12 s`, `4 m`, `3 h 12 m`, `2 d 4 h`."""
    seconds = ms // 1_000
    if seconds < MINUTE:
        return f"{seconds} s"
    minutes = seconds // MINUTE
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {rest} m" if rest else f"{hours} h"
    return f"{rest} m"


def day_label(day: date, today: date) -> str:
    """`Today`, `Yesterday`, `Monday, 2 March`, with the year when it is another."""
    if day == today:
        return spoken(_("Today"))
    if day == today - timedelta(days=1):
        return spoken(_("Yesterday"))
    label = f"{day_name(day)}, {day.day} {month_name(day)}"
    return label if day.year == today.year else f"{label} {day.year}"


def full_time(at: datetime, zone: ZoneInfo) -> str:
    """`Mon 2 Mar 2026, 09:14 CET`."""
    local = at.astimezone(zone)
    return f"{_weekday(local)} {local.day} {_month(local)} {local:%Y, %H:%M %Z}"


def clock(at: datetime, zone: ZoneInfo) -> str:
    """`09:14`."""
    return f"{at.astimezone(zone):%H:%M}"


def planned(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`15:04` today, `Tue 08:00` within a week, else `14 Mar 08:00`; `now` when it is due."""
    if at <= now:
        return spoken(_("now"))
    local, today = at.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if at - now < timedelta(days=6):
        return f"{_weekday(local)} {local:%H:%M}"
    return f"{local.day} {_month(local)} {local:%H:%M}"


def day_name(day: date) -> str:
    """`Monday`."""
    return str(WEEKDAYS[day.weekday()])


def month_name(day: date) -> str:
    """`March`."""
    return str(MONTHS[day.month])


def _weekday(day: date) -> str:
    return _short_weekday(day.weekday(), language())


def _month(day: date) -> str:
    return _short_month(day.month, language())


@lru_cache
def _short_weekday(number: int, _language: str | None) -> str:
    return str(WEEKDAYS_ABBR[number])


@lru_cache
def _short_month(number: int, _language: str | None) -> str:
    return str(MONTHS_3[number]).title()

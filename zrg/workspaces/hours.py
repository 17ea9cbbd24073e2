"""Windows and wall times: the one reading of "during working hours" in the product.

A window is weekdays plus `[start, end)` in a zone. `end < start` runs overnight and belongs to the day
it starts on; `end = start` lasts until the same wall time of the next day. Whether it is open is decided
on UTC instants, so clock changes need no special case anywhere else. Pure: no clock is read here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DEFAULT_ZONE = "America/New_York"
DEFAULT_START = time(9, 0)
DEFAULT_END = time(17, 0)

# date.weekday(): Monday is 0.
WORKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))

# Names that mean something else on every machine, or nothing at all.
_NOT_ZONES = frozenset({"localtime", "posixrules", "Factory"})
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})", re.ASCII)
_ONE_DAY = timedelta(days=1)
# A window may have begun the day before; two days where a zone once skipped a whole date.
_DAYS_BACK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Opening hours: on `weekdays` (Monday 0) from `start` to `end` in `zone`, not on `excluded_dates`.

    Weekday and date are those of the day the window starts on.
    """

    weekdays: frozenset[int]
    start: time
    end: time
    zone: ZoneInfo
    excluded_dates: frozenset[date] = frozenset()


def build_window(
    start: str | time | None,
    end: str | time | None,
    *,
    zone: ZoneInfo,
    weekdays: Iterable[int] = WORKDAYS,
    excluded_dates: Iterable[date] = (),
) -> Window:
    """A window from stored settings; unparseable times mean 09:00 and 17:00."""
    return Window(
        weekdays=frozenset(weekdays),
        start=parse_clock(start) or DEFAULT_START,
        end=parse_clock(end) or DEFAULT_END,
        zone=zone,
        excluded_dates=frozenset(excluded_dates),
    )


def resolve_zone(*names: str | None) -> ZoneInfo:
    """The first name that is a zone, else America/New_York. Pass the named one, then the workspace's."""
    for name in names:
        if zone := valid_zone(name):
            return zone
    return ZoneInfo(DEFAULT_ZONE)


def valid_zone(name: str | None) -> ZoneInfo | None:
    """The zone of an IANA name, or None."""
    key = (name or "").strip()
    if not key or key in _NOT_ZONES:
        return None
    try:
        return ZoneInfo(key)
    except (KeyError, ValueError, OSError):
        return None


def parse_clock(text: str | time | None) -> time | None:
    """`HH:MM` (also `H:MM`) as a time of day, or None."""
    if isinstance(text, time):
        return text
    match = _CLOCK.fullmatch((text or "").strip())
    if match is None:
        return None
    hour, minute = int(match.group(1)), int(match.group(2))
    return time(hour, minute) if hour < 24 and minute < 60 else None


def wall_instant(day: date, time: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which clocks in `zone` show `time` on `day`.

    A wall time that spring skips moves forward by the gap; one that autumn repeats is the first.
    """
    return datetime.combine(day, time.replace(tzinfo=None, fold=0), tzinfo=zone).astimezone(UTC)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The calendar date of an aware instant in `zone`."""
    return at.astimezone(zone).date()


def is_open(window: Window, at: datetime) -> bool:
    """Whether the window is open at an aware instant; the end itself is closed."""
    today = local_date(at, window.zone)
    return any(start <= at < end for start, end in openings(window, today - _DAYS_BACK * _ONE_DAY, today))


def next_open(window: Window, at: datetime, limit_days: int) -> datetime | None:
    """The earliest open instant at or after `at`: `at` itself when open, else the next start (UTC).

    Starts are looked for on the local dates of `at` … `at` + `limit_days`; None when there is none.
    """
    return at if is_open(window, at) else next_start(window, at, limit_days)


def next_start(window: Window, at: datetime, limit_days: int) -> datetime | None:
    """The first start (UTC) after `at`, on the local dates of `at` … `at` + `limit_days`."""
    today = local_date(at, window.zone)
    last = today + limit_days * _ONE_DAY
    return next((start for start, _ in openings(window, today - _ONE_DAY, last) if start > at), None)


def after_open_time(window: Window, at: datetime, amount: timedelta, limit_days: int) -> datetime | None:
    """The instant (UTC) at which the window has been open for `amount` since `at`; an opening's end counts to it.

    Openings that start on the local dates of `at` … `at` + `limit_days` are counted; None when they do not suffice.
    """
    today, left = local_date(at, window.zone), amount
    for start, end in openings(window, today - _DAYS_BACK * _ONE_DAY, today + limit_days * _ONE_DAY):
        begun = max(start, at.astimezone(UTC))
        if begun >= end:
            continue
        if begun + left <= end:
            return begun + left
        left -= end - begun
    return None


def openings(window: Window, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Start and end instants (UTC) of the openings that start on the dates `first` … `last`.

    An opening that a clock change swallows is left out.
    """
    day = first
    while day <= last:
        if day.weekday() in window.weekdays and day not in window.excluded_dates:
            start = wall_instant(day, window.start, window.zone)
            end_day = day if window.end > window.start else day + _ONE_DAY
            end = wall_instant(end_day, window.end, window.zone)
            if start < end:
                yield start, end
        day += _ONE_DAY

"""Caps and opening hours: whether a rule or partnership takes a lead now, and if not, when again."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from assignment.rules.routing.contracts import Caps, Counts
from zrg.lib.errors import BadInput
from zrg.workspaces.hours import Window, is_open, local_date, next_open, parse_clock, valid_zone, wall_instant

SCHEDULE_KEYS = {"days", "from", "to", "timezone"}
# A schedule has at least one day a week; two weeks find its next opening whatever the clocks do.
LOOK_AHEAD_DAYS = 14
MAX_ROUNDS = 60
DAYS_OF_A_WEEK = 7


class BadSchedule(BadInput):
    """A schedule that cannot be read."""

    code = "bad_schedule"
    http_status = 400


def read_schedule(given: Any) -> Window | None:
    """The window of `{"days": [1…7], "from": "HH:MM", "to": "HH:MM", "timezone": IANA}`; None is always open.

    Raises `BadSchedule` with the key at fault.
    """
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) != SCHEDULE_KEYS:
        raise BadSchedule(gettext("A schedule has days, from, to and timezone."), field="schedule")
    days, zone = given["days"], valid_zone(given["timezone"] if isinstance(given["timezone"], str) else None)
    start, end = _clock(given["from"]), _clock(given["to"])
    if (
        not isinstance(days, list)
        or not 1 <= len(days) <= DAYS_OF_A_WEEK
        or not all(type(day) is int and 1 <= day <= 7 for day in days)
    ):
        raise BadSchedule(gettext("Days are numbers from 1 (Monday) to 7."), field="schedule.days")
    if zone is None:
        raise BadSchedule(gettext("Unknown time zone."), field="schedule.timezone")
    if start is None or end is None:
        raise BadSchedule(gettext("Times are HH:MM."), field="schedule.from" if start is None else "schedule.to")
    return Window(weekdays=frozenset(day - 1 for day in days), start=start, end=end, zone=zone)


def _clock(value: Any) -> time | None:
    return parse_clock(value) if isinstance(value, str) else None


def is_full(caps: Caps, counts: Counts) -> bool:
    """Whether any cap is used up."""
    return any(cap is not None and used >= cap for cap, used in _pairs(caps, counts))


def next_reopening(
    now: datetime, zone: ZoneInfo, limits: Iterable[tuple[Caps, Counts]], windows: Iterable[Window | None]
) -> datetime | None:
    """The instant (UTC) at which all of these take leads again; None is never.

    The latest next period of the used-up caps in `zone`, then the first moment all windows are open.
    """
    at = now
    for caps, counts in limits:
        opens = _caps_reopen(now, zone, caps, counts)
        if opens is None:
            return None
        at = max(at, opens)
    open_windows = [window for window in windows if window is not None]
    for _ in range(MAX_ROUNDS):
        closed = next((window for window in open_windows if not is_open(window, at)), None)
        if closed is None:
            return at
        opens = next_open(closed, at, LOOK_AHEAD_DAYS)
        if opens is None:
            return None
        at = opens
    return None


def _caps_reopen(now: datetime, zone: ZoneInfo, caps: Caps, counts: Counts) -> datetime | None:
    if 0 in (caps.daily, caps.weekly, caps.monthly, caps.total):
        return None
    if caps.total is not None and counts.total >= caps.total:
        return None
    today = local_date(now, zone)
    at = now
    if caps.daily is not None and counts.daily >= caps.daily:
        at = max(at, wall_instant(today + timedelta(days=1), time(0), zone))
    if caps.weekly is not None and counts.weekly >= caps.weekly:
        at = max(at, wall_instant(today + timedelta(days=7 - today.weekday()), time(0), zone))
    if caps.monthly is not None and counts.monthly >= caps.monthly:
        first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        at = max(at, wall_instant(first, time(0), zone))
    return at


def _pairs(caps: Caps, counts: Counts) -> tuple[tuple[int | None, int], ...]:
    return (
        (caps.daily, counts.daily),
        (caps.weekly, counts.weekly),
        (caps.monthly, counts.monthly),
        (caps.total, counts.total),
    )

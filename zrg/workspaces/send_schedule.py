"""The custom sending hours a workspace or a campaign writes down: weekdays, hours, zone, days off (06 R9).

The stored object is checked here when it is saved and read here when something is due. Pure: no clock.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as wall_time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from zrg.workspaces.hours import Window, parse_clock, valid_zone

VERSION = 1
PRESET = "US_FEDERAL_PLUS_COMMON"
MAX_DATES = 200
MAX_RANGES = 50
MAX_RANGE_DAYS = 366

_KEYS = {"version", "days", "startTime", "endTime", "timezone", "holidays"}
_HOLIDAY_KEYS = {"preset", "excludedPresetDates", "additionalBlackoutDates", "additionalBlackoutDateRanges"}
_MONDAY, _THURSDAY = 0, 3


class BadSchedule(ValueError):
    """The object is no schedule; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSchedule:
    """Custom sending hours, checked. `weekdays`: Monday 0. `ranges`: first and last day off."""

    weekdays: frozenset[int]
    start: wall_time
    end: wall_time
    zone: ZoneInfo | None = None
    preset: bool = False
    excluded: frozenset[date] = frozenset()
    added: frozenset[date] = frozenset()
    ranges: tuple[tuple[date, date], ...] = ()

    def days_off(self, first: date, last: date) -> frozenset[date]:
        """The dates from `first` to `last` on which nothing is sent."""
        preset = {
            day
            for year in range(first.year, last.year + 1)
            for day in preset_holidays(year)
            if day not in self.excluded
        }
        found = (preset if self.preset else set()) | self.added
        for start, end in self.ranges:
            found |= set(_days(max(start, first), min(end, last)))
        return frozenset(day for day in found if first <= day <= last)

    def window(self, zone: ZoneInfo, first: date, last: date) -> Window:
        """The opening hours in `zone`, with the days off from `first` to `last`."""
        return Window(
            weekdays=self.weekdays,
            start=self.start,
            end=self.end,
            zone=zone,
            excluded_dates=self.days_off(first, last),
        )


def parse_send_schedule(value: Any) -> SendSchedule:
    """The schedule in a JSON object; `BadSchedule` with a sentence for a person for anything else."""
    if not isinstance(value, Mapping):
        raise BadSchedule(gettext("A JSON object."))
    _refuse_unknown(value, _KEYS)
    if value.get("version", VERSION) != VERSION or isinstance(value.get("version"), bool):
        raise BadSchedule(gettext("The version is 1."))
    start, end = _clock(value, "startTime"), _clock(value, "endTime")
    if start == end:
        raise BadSchedule(gettext("Start and end differ."))
    zone = None
    if value.get("timezone") is not None and (zone := valid_zone(_text(value, "timezone"))) is None:
        raise BadSchedule(gettext("The time zone is not known."))
    return _with_holidays(value.get("holidays"), weekdays=_weekdays(value.get("days")), start=start, end=end, zone=zone)


def stored_send_schedule(value: Any) -> SendSchedule | None:
    """The schedule of a stored object, None when it cannot be used. An unknown zone is left out: zones are
    renamed, and the hours still say what was meant.
    """
    if isinstance(value, Mapping) and not _has_zone(value):
        value = {key: item for key, item in value.items() if key != "timezone"}
    try:
        return parse_send_schedule(value)
    except BadSchedule:
        return None


def preset_holidays(year: int) -> frozenset[date]:
    """US federal and common holidays of a year: calendar dates, not the days they are observed on."""
    thanksgiving = _nth(year, 11, _THURSDAY, 4)
    return frozenset(
        {
            date(year, 1, 1),
            _nth(year, 1, _MONDAY, 3),
            _nth(year, 2, _MONDAY, 3),
            date(year, 5, 31) - timedelta(days=date(year, 5, 31).weekday()),
            date(year, 6, 19),
            date(year, 7, 4),
            _nth(year, 9, _MONDAY, 1),
            _nth(year, 10, _MONDAY, 2),
            date(year, 11, 11),
            thanksgiving,
            thanksgiving + timedelta(days=1),
            date(year, 12, 24),
            date(year, 12, 25),
        }
    )


def _with_holidays(value: Any, **hours: Any) -> SendSchedule:
    if value is None:
        return SendSchedule(**hours)
    if not isinstance(value, Mapping):
        raise BadSchedule(gettext("Holidays are a JSON object."))
    _refuse_unknown(value, _HOLIDAY_KEYS)
    if value.get("preset") not in (None, PRESET):
        raise BadSchedule(gettext("The only preset is {preset}.").format(preset=PRESET))
    return SendSchedule(
        preset=value.get("preset") == PRESET,
        excluded=_dates(value, "excludedPresetDates"),
        added=_dates(value, "additionalBlackoutDates"),
        ranges=_ranges(value),
        **hours,
    )


def _weekdays(days: Any) -> frozenset[int]:
    """Sunday is 0 on the wire, Monday is 0 in Python."""
    if not isinstance(days, list) or not days:
        raise BadSchedule(gettext("Choose at least one day."))
    if not all(isinstance(day, int) and not isinstance(day, bool) and 0 <= day <= 6 for day in days):
        raise BadSchedule(gettext("Days are numbers from 0 (Sunday) to 6 (Saturday)."))
    if len(set(days)) != len(days):
        raise BadSchedule(gettext("Each day once."))
    return frozenset((day - 1) % 7 for day in days)


def _clock(value: Mapping[str, Any], key: str) -> wall_time:
    text = value.get(key)
    clock = parse_clock(text) if isinstance(text, str) and len(text) == len("HH:MM") else None
    if clock is None:
        raise BadSchedule(gettext("{key} is a time of day as HH:MM.").format(key=key))
    return clock


def _dates(value: Mapping[str, Any], key: str) -> frozenset[date]:
    dates = value.get(key, [])
    if not isinstance(dates, list) or len(dates) > MAX_DATES:
        raise BadSchedule(gettext("{key} is a list of at most {max_dates} dates.").format(key=key, max_dates=MAX_DATES))
    return frozenset(_date(one) for one in dates)


def _ranges(value: Mapping[str, Any]) -> tuple[tuple[date, date], ...]:
    ranges = value.get("additionalBlackoutDateRanges", [])
    if not isinstance(ranges, list) or len(ranges) > MAX_RANGES:
        raise BadSchedule(gettext("At most {max_ranges} ranges of days.").format(max_ranges=MAX_RANGES))
    return tuple(_range(one) for one in ranges)


def _range(value: Any) -> tuple[date, date]:
    if not isinstance(value, Mapping) or set(value) != {"start", "end"}:
        raise BadSchedule(gettext("A range has a start and an end."))
    start, end = _date(value["start"]), _date(value["end"])
    if start > end or (end - start).days >= MAX_RANGE_DAYS:
        raise BadSchedule(
            gettext("A range starts before it ends and has at most {max_range_days} days.").format(
                max_range_days=MAX_RANGE_DAYS
            )
        )
    return start, end


def _date(value: Any) -> date:
    try:
        if not isinstance(value, str) or len(value) != len("2026-01-01"):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise BadSchedule(gettext("Dates are written as 2026-12-31.")) from None


def _refuse_unknown(value: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(str(key) for key in set(value) - known):
        raise BadSchedule(gettext("Not known: {names}.").format(names=", ".join(unknown)[:200]))


def _text(value: Mapping[str, Any], key: str) -> str:
    text = value.get(key)
    return text if isinstance(text, str) else ""


def _has_zone(value: Mapping[str, Any]) -> bool:
    return valid_zone(_text(value, "timezone")) is not None


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)

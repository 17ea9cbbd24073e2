"""The editor of custom sending hours: days, times, zone and days off, read into the stored object."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from zrg.lib.text import read_number
from zrg.workspaces.send_schedule import PRESET, BadSchedule, parse_send_schedule

# Sunday is 0 on the wire; people read a week from Monday.
WEEK = ((1, "Mon"), (2, "Tue"), (3, "Wed"), (4, "Thu"), (5, "Fri"), (6, "Sat"), (0, "Sun"))
PARTS = ("days", "start", "end", "zone", "preset", "excluded", "added")
_RANGE = re.compile(r"^(\S+)\s*(?:\.\.|–|—|to|-)\s*(\S+)$")  # people type dashes


class ScheduleWidget(forms.Widget):
    """One control per part, named `<field>-<part>`."""

    template_name = "zrg/settings/schedule.html"

    def names(self, name: str) -> list[str]:
        """The names this control sends."""
        return [f"{name}-{part}" for part in PARTS]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        """The parts as typed."""
        many = data.getlist if hasattr(data, "getlist") else lambda key: data.get(key, [])
        typed = {part: (data.get(f"{name}-{part}") or "").strip() for part in PARTS if part != "days"}
        return {**typed, "days": many(f"{name}-days")}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Unticked days are sent by no browser."""
        return not any(one in data for one in self.names(name))

    def format_value(self, value: Any) -> Any:
        """The stored object, or what was typed, as parts."""
        if isinstance(value, Mapping) and "startTime" in value:
            return _parts(value)
        return value if isinstance(value, Mapping) else {}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """What the template prints."""
        context = super().get_context(name, value, attrs)
        parts = self.format_value(value)
        chosen = {str(day) for day in parts.get("days", [])}
        week = [{"value": day, "label": label, "on": str(day) in chosen} for day, label in WEEK]
        context["widget"] |= {"parts": parts, "week": week}
        return context


class ScheduleField(forms.Field):
    """The stored object of custom sending hours, or None when nothing was filled in."""

    widget = ScheduleWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> dict[str, Any] | None:
        """Refuses with a sentence what the rules of sending hours refuse."""
        if not isinstance(value, Mapping) or not any(value.values()):
            return None
        built = _built(value)
        try:
            parse_send_schedule(built)
        except BadSchedule as refused:
            raise ValidationError(_for_people(str(refused)), code="schedule") from refused
        return built

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the object would be another one."""
        return not self.disabled and _built(data) != initial


def _built(typed: Mapping[str, Any]) -> dict[str, Any]:
    built: dict[str, Any] = {
        "version": 1,
        "days": [day if (number := read_number(str(day))) is None else number for day in typed.get("days", [])],
        "startTime": typed.get("start", ""),
        "endTime": typed.get("end", ""),
    }
    if typed.get("zone"):
        built["timezone"] = typed["zone"]
    dates, ranges = _days_off(typed.get("added", ""))
    excluded, _none = _days_off(typed.get("excluded", ""))
    holidays = {
        "preset": PRESET if typed.get("preset") else None,
        "excludedPresetDates": excluded,
        "additionalBlackoutDates": dates,
        "additionalBlackoutDateRanges": ranges,
    }
    if kept := {key: value for key, value in holidays.items() if value}:
        built["holidays"] = kept
    return built


def _days_off(text: str) -> tuple[list[str], list[dict[str, str]]]:
    """Lines of `2026-12-31` and of `2026-08-03 to 2026-08-07`."""
    dates, ranges = [], []
    for line in filter(None, (line.strip() for line in re.split(r"[\n,;]", text))):
        found = None if len(line) == len("2026-12-31") else _RANGE.match(line)
        if found:
            ranges.append({"start": found[1], "end": found[2]})
        else:
            dates.append(line)
    return dates, ranges


def _parts(stored: Mapping[str, Any]) -> dict[str, Any]:
    holidays = stored.get("holidays") or {}
    ranges = [f"{one['start']} to {one['end']}" for one in holidays.get("additionalBlackoutDateRanges", [])]
    return {
        "days": stored.get("days", []),
        "start": stored.get("startTime", ""),
        "end": stored.get("endTime", ""),
        "zone": stored.get("timezone", ""),
        "preset": "on" if holidays.get("preset") else "",
        "excluded": "\n".join(holidays.get("excludedPresetDates", [])),
        "added": "\n".join([*holidays.get("additionalBlackoutDates", []), *ranges]),
    }


def _for_people(sentence: str) -> str:
    words = {"startTime is": "The start is", "endTime is": "The end is", "additionalBlackoutDates is": "Days off are"}
    for name, word in words.items():
        sentence = sentence.replace(name, word)
    return sentence

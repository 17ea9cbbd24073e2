"""Caps and opening hours as a person edits them; rules and agreements have the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext, gettext_noop

from assignment.rules.routing.input import CAP_FIELDS, can_read_schedule, clean_schedule
from zrg.lib.errors import BadInput

WEEK = (
    (1, gettext_noop("Mon")),
    (2, gettext_noop("Tue")),
    (3, gettext_noop("Wed")),
    (4, gettext_noop("Thu")),
    (5, gettext_noop("Fri")),
    (6, gettext_noop("Sat")),
    (7, gettext_noop("Sun")),
)
WORKDAYS = frozenset(range(1, 6))
PERIODS = {
    "cap_daily": gettext_noop("A day"),
    "cap_weekly": gettext_noop("A week"),
    "cap_monthly": gettext_noop("A month"),
    "cap_total": gettext_noop("In total"),
}
LABELS = {
    "priority": gettext_noop("Priority"),
    "weight": gettext_noop("Weight"),
    "return_window_days": gettext_noop("Days for returns"),
    "cap_daily": gettext_noop("Cap per day"),
    "cap_weekly": gettext_noop("Cap per week"),
    "cap_monthly": gettext_noop("Cap per month"),
    "cap_total": gettext_noop("Cap in total"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What stands in the form; caps by column, empty for none. Without `is_timed` it is always open."""

    caps: Mapping[str, str]
    is_timed: bool = False
    days: frozenset[int] = WORKDAYS
    start: str = "09:00"
    end: str = "17:00"
    zone: str = ""

    @property
    def week(self) -> list[tuple[int, str, bool]]:
        """The days from Monday, and which are chosen."""
        return [(number, gettext(name), number in self.days) for number, name in WEEK]

    @property
    def periods(self) -> list[tuple[str, str, str]]:
        """Caps as column, name of the period and value."""
        return [(name, gettext(label), self.caps[name]) for name, label in PERIODS.items()]

    def columns(self) -> dict[str, Any]:
        """What is saved. Raises `BadInput` for what is no number or no schedule."""
        schedule = {"days": sorted(self.days), "from": self.start, "to": self.end, "timezone": self.zone}
        caps = {cap: whole(self.caps[cap], cap) if self.caps[cap].strip() else None for cap in CAP_FIELDS}
        return {**caps, "schedule": clean_schedule(schedule) if self.is_timed else None}


def read_limits(data: QueryDict) -> Limits:
    """As they were posted."""
    days = frozenset(int(day) for day in data.getlist("day") if day.isdecimal() and len(day) == 1)
    return Limits(
        caps={cap: data.get(cap, "") for cap in CAP_FIELDS},
        is_timed="timed" in data,
        days=days,
        start=data.get("opens", ""),
        end=data.get("closes", ""),
        zone=data.get("zone", "").strip(),
    )


def limits_of(row: Any, zone: str) -> Limits:
    """Those of a stored rule or agreement; `zone` is offered where it has no hours."""
    stored = row.schedule
    caps = {cap: "" if getattr(row, cap) is None else str(getattr(row, cap)) for cap in CAP_FIELDS}
    if not stored:
        return Limits(caps=caps, zone=zone)
    if not can_read_schedule(stored):
        # To be given anew; saved as it stands it is refused.
        return Limits(caps=caps, is_timed=True, zone=zone)
    return Limits(
        caps=caps,
        is_timed=True,
        days=frozenset(stored["days"]),
        start=stored["from"],
        end=stored["to"],
        zone=stored["timezone"],
    )


def no_limits(zone: str) -> Limits:
    """Of something new."""
    return Limits(caps=dict.fromkeys(CAP_FIELDS, ""), zone=zone)


def whole(text: str, field: str) -> int:
    """A whole number, or `BadInput` in words."""
    try:
        return int(text.strip())
    except ValueError as error:
        raise BadInput(
            gettext("{label} is a whole number.").format(label=gettext(LABELS[field])), field=field
        ) from error

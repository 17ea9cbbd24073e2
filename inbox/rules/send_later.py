"""Hours a later send is offered for, in the lead's own time (07 R20.2)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from inbox.rules.ages import day_name
from zrg.workspaces.hours import local_date

MORNING = time(9, 0)
AFTERNOON = time(14, 0)
SATURDAY = 5


def later_choices(now: datetime, zone: ZoneInfo) -> list[tuple[str, str]]:
    """(label, wall time `2026-03-02T09:00`) of the next working hours: today's, the next day's, Monday's."""
    today = local_date(now, zone)
    clock = now.astimezone(zone).time()
    following = _next_working_day(today)
    choices = [
        (gettext("This morning"), today, MORNING) if clock < MORNING else (gettext("This afternoon"), today, AFTERNOON),
        (gettext("{day} morning").format(day=_day(following, today)), following, MORNING),
        (gettext("{day} afternoon").format(day=_day(following, today)), following, AFTERNOON),
    ]
    if clock >= AFTERNOON or today.weekday() >= SATURDAY:
        choices = choices[1:]
    monday = today + timedelta(days=7 - today.weekday())
    if monday != following:
        choices.append((gettext("Monday morning"), monday, MORNING))
    return [(label, datetime.combine(day, at).strftime("%Y-%m-%dT%H:%M")) for label, day, at in choices]


def _next_working_day(today: date) -> date:
    following = today + timedelta(days=1)
    while following.weekday() >= SATURDAY:
        following += timedelta(days=1)
    return following


def _day(day: date, today: date) -> str:
    return gettext("Tomorrow") if day == today + timedelta(days=1) else day_name(day)

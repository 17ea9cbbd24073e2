"""Texts to phones of the team: how long, and when not. Pure."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from notifications.rules.texts import one_line
from zrg.workspaces.hours import EVERY_DAY, Window, is_open, next_open

MAX_SMS = 320
QUIET_START, QUIET_END = time(21, 0), time(8, 0)


def news_sms(*, workspace: str, tag: str, name: str, link: str) -> str:
    """Who and what, with the link whole; the lead's own words are never part of it."""
    head, tail = f"{one_line(workspace, 80)}: {tag} — ", f". {link}"
    room = MAX_SMS - len(head) - len(tail)
    return f"{head}{_cut(one_line(name), room)}{tail}"


def counts_sms(*, workspace: str, counts: list[tuple[str, int]], link: str) -> str:
    """How many leads each tag has, with the link whole."""
    listed = ", ".join(f"{tag} {count}" for tag, count in counts)
    head, tail = f"{one_line(workspace, 80)}: ", f". {link}"
    return f"{head}{_cut(listed, MAX_SMS - len(head) - len(tail))}{tail}"


def quiet_until(now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the night ends, at an instant within it; None by day."""
    day = Window(weekdays=EVERY_DAY, start=QUIET_END, end=QUIET_START, zone=zone)
    return None if is_open(day, now) else next_open(day, now, 2)


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(room - 1, 0)].rstrip() + "…"

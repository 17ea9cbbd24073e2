"""The daily digest: for which day it is due, what it covers, and its lines. Pure: no clock and no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from notifications.rules.sentiment import DAILY, TagRule
from notifications.rules.texts import one_line
from zrg.workspaces.hours import DEFAULT_START, local_date, parse_clock, resolve_zone, wall_instant

# The schedule looks every five minutes; either side of the time is near enough.
NEAR = timedelta(minutes=12)
CATCH_UP = timedelta(hours=6)
FIRST_PERIOD = timedelta(hours=24)
LONGEST_PERIOD = timedelta(days=7)
SLACK_LIMIT = 3_500
SEPARATOR = " — "
ELLIPSIS = "…"
_DAYS = (-1, 0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestDue:
    """The local day a digest is due for, or None, and why."""

    day: date | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLead:
    """A lead as a line names it."""

    name: str
    link: str


def decide_digest(
    now: datetime,
    *,
    zone: str | None,
    digest_time: str | None,
    enabled: bool,
    done: Iterable[date] = (),
    finished: Sequence[datetime] | None = None,
) -> DigestDue:
    """Whether a digest is due at an instant. `done` are local days that had theirs; `finished` the instants at which
    runs of the schedule ended, which show a time nobody looked at; None when that is not known.
    """
    if not enabled:
        return DigestDue(day=None, reason="off")
    place, clock, had = resolve_zone(zone), parse_clock(digest_time) or DEFAULT_START, set(done)
    at = {day: wall_instant(day, clock, place) for day in _days_around(now, place)}
    for day, moment in at.items():
        if abs(now - moment) <= NEAR:
            return _unless_done(day, had, "in_window")
    for day, moment in at.items():
        missed = finished is not None and not any(abs(one - moment) <= NEAR for one in finished)
        if missed and NEAR < now - moment <= CATCH_UP:
            return _unless_done(day, had, "catch_up")
    return DigestDue(day=None, reason="outside_window")


def digest_due(now: datetime, zone: str | None, digest_time: str | None) -> date | None:
    """The local day whose digest time is now, if any."""
    return decide_digest(now, zone=zone, digest_time=digest_time, enabled=True).day


def digest_period(previous_to: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """What a digest covers, from (not included) and to: since the one before, a day the first time, a week at most."""
    since = previous_to if previous_to is not None else now - FIRST_PERIOD
    return max(since, now - LONGEST_PERIOD), now


def daily_tags(rules: Mapping[str, TagRule], destination: str) -> list[str]:
    """Tags a destination hears of once a day, in alphabetical order."""
    return sorted(tag for tag, rule in rules.items() if rule.mode == DAILY and destination in rule.destinations)


def digest_content(
    events: Iterable[tuple[str, Any]], rules: Mapping[str, TagRule], destination: str
) -> tuple[str, dict[str, list[Any]]]:
    """`prepared`, `skipped_empty` or `no_daily_rules`, and the distinct leads of each tag as first met; a lead counts
    under every tag it went through.
    """
    tags: dict[str, dict[Any, None]] = {tag: {} for tag in daily_tags(rules, destination)}
    for tag, lead in events:
        if tag in tags:
            tags[tag][lead] = None
    found = {tag: list(leads) for tag, leads in tags.items()}
    if not found:
        return "no_daily_rules", {}
    return "prepared" if any(found.values()) else "skipped_empty", found


def digest_lines(tags: Mapping[str, Sequence[DigestLead]]) -> list[str]:
    """Tags in alphabetical order with their leads by name, an empty line between tags."""
    lines: list[str] = []
    for tag in sorted(tags):
        leads = sorted(tags[tag], key=lambda lead: (lead.name.casefold(), lead.link))
        lines += [""] if lines else []
        lines += [f"{tag} ({len(leads)})", *(f"- {one_line(lead.name, 200)}{SEPARATOR}{lead.link}" for lead in leads)]
    return lines


def digest_header(*, day: date, workspace: str, zone: ZoneInfo) -> list[str]:
    """What every part begins with."""
    return [
        f"Daily Notification Digest ({day.isoformat()})",
        f"Workspace: {one_line(workspace)}",
        f"Timezone: {zone.key}",
    ]


def chunk_lines(lines: Sequence[str], limit: int) -> list[list[str]]:
    """Lines in parts of at most `limit` characters, split between lines only: none is dropped. A line that is longer
    by itself has its name cut, never its link.
    """
    parts: list[list[str]] = []
    size = 0
    for line in (_fitting(line, limit) for line in lines):
        if parts and size + 1 + len(line) <= limit:
            parts[-1].append(line)
            size += 1 + len(line)
        else:
            parts.append([line])
            size = len(line)
    return parts


def digest_parts(header: Sequence[str], lines: Sequence[str], limit: int = SLACK_LIMIT) -> list[str]:
    """Messages with the header, and `Part i/n` where there are several, each within the limit."""
    whole = "\n".join([*header, "", *lines])
    if len(whole) <= limit:
        return [whole]
    # Room for the numbers of any count of parts.
    room = limit - len("\n".join([*header, "Part 9999/9999", ""])) - 1
    chunks = chunk_lines(lines, room)
    return [
        "\n".join([*header, f"Part {place}/{len(chunks)}", "", *chunk]) for place, chunk in enumerate(chunks, start=1)
    ]


def _days_around(now: datetime, zone: ZoneInfo) -> list[date]:
    today = local_date(now, zone)
    return [today + timedelta(days=offset) for offset in _DAYS]


def _unless_done(day: date, done: set[date], reason: str) -> DigestDue:
    return DigestDue(day=None, reason="already_done") if day in done else DigestDue(day=day, reason=reason)


def _fitting(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    name, separator, link = line.rpartition(SEPARATOR)
    room = limit - len(separator) - len(link) - len(ELLIPSIS)
    return f"{name[: max(room, 0)]}{ELLIPSIS}{separator}{link}" if separator else line[: limit - 1] + ELLIPSIS

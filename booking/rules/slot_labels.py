"""How free times are written to a lead, and the sentence with them in a first e-mail (09 §2.7)."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from zrg.workspaces.validators import SLOT_TOKEN

# Abbreviations that say the same everywhere; Shanghai's CST and London's BST do not.
_KNOWN_ZONES = frozenset(
    {
        ("EST", -5),
        ("EDT", -4),
        ("CST", -6),
        ("CDT", -5),
        ("MST", -7),
        ("MDT", -6),
        ("PST", -8),
        ("PDT", -7),
        ("AKST", -9),
        ("AKDT", -8),
        ("HST", -10),
        ("UTC", 0),
        ("GMT", 0),
    }
)
_SECONDS = 3600
NOON = 12
_POSITION = {"option1": 0, "time1": 0, "option2": 1, "time2": 1}


def zone_text(at: datetime) -> str:
    """How the zone of a local time is written: `EST`, `GMT+8`, `GMT+5:30`."""
    offset = at.utcoffset()
    assert offset is not None  # an instant in a zone
    seconds = int(offset.total_seconds())
    name = at.tzname() or ""
    if seconds % _SECONDS == 0 and (name, seconds // _SECONDS) in _KNOWN_ZONES:
        return name
    hours, minutes = divmod(abs(seconds) // 60, 60)
    sign = "-" if seconds < 0 else "+"
    return f"GMT{sign}{hours}:{minutes:02}" if minutes else f"GMT{sign}{hours}"


def format_label(slot: datetime, zone: ZoneInfo) -> str:
    """`3:00 PM EST on Thu, Feb 12`: English, no leading zeros, always with a zone."""
    local = slot.astimezone(zone)
    half = "AM" if local.hour < NOON else "PM"
    return f"{local.hour % NOON or NOON}:{local:%M} {half} {zone_text(local)} on {local:%a, %b} {local.day}"


def format_long_label(slot: datetime, zone: ZoneInfo) -> str:
    """`3pm EST on Tuesday, February 3rd`; minutes only when there are any."""
    local = slot.astimezone(zone)
    minutes = f":{local:%M}" if local.minute else ""
    half = "am" if local.hour < NOON else "pm"
    return f"{local.hour % NOON or NOON}{minutes}{half} {zone_text(local)} on {local:%A, %B} {_ordinal(local.day)}"


def first_touch_sentence(labels: Sequence[str], template: str | None = None) -> str | None:
    """The sentence with the times in it; None without a time, or when a second one is asked for and there is none:
    the same time is never offered twice. Stored words that name anything else count as none.
    """
    if not labels:
        return None
    words = (template or "").strip()
    names = SLOT_TOKEN.findall(words)
    if not words or not set(names) <= set(_POSITION):
        return f"does {' or '.join(labels[:2])} work for you?"
    if any(_POSITION[name] >= len(labels) for name in names):
        return None
    return SLOT_TOKEN.sub(lambda match: labels[_POSITION[match[1]]], words)


def _ordinal(day: int) -> str:
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"

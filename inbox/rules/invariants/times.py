"""Times of day and days of the year that a text names, and whether a source names them too."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NOON, MIDNIGHT = 12 * 60, 0
_ZONE = r"(?:(?:[ECMP][SD]?T|AK[SD]T|HST|CES?T|BST|AES?T|IST|UTC|GMT)(?:[+-]\d{1,2}(?::\d{2})?)?)"
_CLOCK = re.compile(
    rf"""
    (?<![\w.:/+-])(?:(?P<from>\d{{1,2}})(?:[:.](?P<from_minute>[0-5]\d))?\s?(?:-|to|and|or)\s?)?
    (?:
      (?P<hour12>1[0-2]|0?[1-9])(?:[:.](?P<minute12>[0-5]\d))?\s?(?P<half>[ap])\.?\s?m\b\.?
    | (?P<hour24>[01]?\d|2[0-3])(?::|h)(?P<minute24>[0-5]\d)(?::[0-5]\d)?(?!\d|:\d)
    | (?P<hour_word>1?\d|2[0-3])(?:[.:](?P<minute_word>[0-5]\d))?\s?(?P<word>o'clock|Uhr)\b
    )
    (?:\s?(?P<zone>{_ZONE})\b)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?P<noon>noon|midday)\b|\bmidnight\b", re.IGNORECASE)
# Somebody who writes "at 4" named a time; a draft never does, its labels are complete.
_BARE_HOUR = re.compile(
    r"\b(?:at|around|about|by|before|after|from|until|till|between|and|to|or|@)\s?(?P<hour>1?\d|2[0-3])(?![\w:.%,]\d|\d|%|[a-z])",
    re.IGNORECASE,
)

_MONTHS = {
    1: "jan|january|januar|janvier|enero|gennaio|janeiro|januari",
    2: "feb|february|februar|février|fevrier|febrero|febbraio|fevereiro|februari",
    3: "mar|march|märz|maerz|mars|marzo|março|maart",
    4: "apr|april|avril|abril|aprile",
    5: "may|mai|mayo|maggio|maio|mei",
    6: "jun|june|juni|juin|junio|giugno|junho",
    7: "jul|july|juli|juillet|julio|luglio|julho",
    8: "aug|august|août|aout|agosto|augustus",
    9: "sep|sept|september|septembre|septiembre|settembre|setembro",
    10: "oct|october|oktober|octobre|octubre|ottobre|outubro",
    11: "nov|november|novembre|noviembre|novembro",
    12: "dec|december|dezember|décembre|decembre|diciembre|dicembre|dezembro",
}
_MONTH_OF = {name: number for number, names in _MONTHS.items() for name in names.split("|")}
_MONTH = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_NOT_MORE = r"(?!\d|[:.,]\d|\s?[ap]\.?m\b|%)"
_DATE = re.compile(
    rf"""
      \b(?P<month>{_MONTH})\.?\s(?:the\s)?(?P<day>{_DAY})(?:st|nd|rd|th)?{_NOT_MORE}
      (?:\s?(?:-|and|or|to)\s?(?P<second>{_DAY})(?:(?:st|nd|rd|th)\b|(?=\s?(?:[.,;?!)\n]|$))){_NOT_MORE})?
    | (?<![\d:.$€£])(?P<day_first>{_DAY})(?:st|nd|rd|th|er|\.)?\s(?:of\s|de\s|di\s)?(?P<month_last>{_MONTH})\b
    | (?<!\d)(?:19|20)\d\d-(?P<month_number>0[1-9]|1[0-2])-(?P<day_number>0[1-9]|[12]\d|3[01])(?!\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A time of day as written: every reading in minutes since midnight, and the zone if one is named."""

    readings: frozenset[int]
    zone: str = ""


def unknown_times(text: str, sources: Iterable[str]) -> list[Named]:
    """Clock times of the text that no source names; a zone counts where both name one."""
    known = [named for source in sources for named in (*_clock_times(source), *_bare_hours(source))]
    return [named for named in _clock_times(text) if not any(_same(named, other) for other in known)]


def unknown_dates(text: str, sources: Iterable[str]) -> set[tuple[int, int]]:
    """(month, day) pairs of the text that no source names."""
    return set(_dates(text)) - {date for source in sources for date in _dates(source)}


def clock_minutes(text: str) -> set[int]:
    """Minutes since midnight of the clock times a text names; every reading of one that says no half of the day."""
    return {minute for named in _clock_times(text) for minute in named.readings}


def _same(one: Named, other: Named) -> bool:
    zones_agree = not one.zone or not other.zone or one.zone == other.zone
    return zones_agree and bool(one.readings & other.readings)


def _clock_times(text: str) -> Iterator[Named]:
    # The day of "Mar 4 or 10:30 AM" is no hour.
    text = _DATE.sub(" ; ", text)
    for match in _CLOCK.finditer(text):
        zone = _zone(match["zone"])
        yield Named(readings=_readings(match), zone=zone)
        if match["from"] is not None and int(match["from"]) <= 23:
            yield Named(readings=_either(int(match["from"]), int(match["from_minute"] or 0)), zone=zone)
    for match in _NAMED.finditer(text):
        yield Named(readings=frozenset({NOON if match["noon"] else MIDNIGHT}))


def _bare_hours(text: str) -> Iterator[Named]:
    for match in _BARE_HOUR.finditer(_DATE.sub(" ; ", text)):
        yield Named(readings=_either(int(match["hour"]), 0))


def _readings(match: re.Match[str]) -> frozenset[int]:
    if match["half"]:
        hour = int(match["hour12"]) % 12 + (12 if match["half"].lower() == "p" else 0)
        return frozenset({hour * 60 + int(match["minute12"] or 0)})
    if match["word"]:
        return _either(int(match["hour_word"]), int(match["minute_word"] or 0))
    return _either(int(match["hour24"]), int(match["minute24"]))


def _either(hour: int, minute: int) -> frozenset[int]:
    """Without a.m. or p.m. an hour up to twelve may be either half of the day."""
    at = hour * 60 + minute
    return frozenset({at, (at + NOON) % (2 * NOON)}) if 1 <= hour <= 12 else frozenset({at})


def _zone(written: str | None) -> str:
    """EST, EDT and ET are one zone here: the label knows which of them holds on its day."""
    zone = (written or "").upper().replace("UTC", "GMT")
    return re.sub(r"^(AK|E|C|M|P|AE|CE)[SD]?T$", r"\1", zone)


def _dates(text: str) -> Iterator[tuple[int, int]]:
    for match in _DATE.finditer(text):
        if match["month_number"]:
            yield int(match["month_number"]), int(match["day_number"])
            continue
        name = match["month"] or match["month_last"]
        # "may" in lower case is a verb far more often than a month.
        if name == "may":
            continue
        month = _MONTH_OF[name.lower()]
        yield month, int(match["day"] or match["day_first"])
        if match["second"]:
            yield month, int(match["second"])

"""What a revised text must keep of the first one, whatever the evaluator thinks of it (06 R11)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inbox.rules.invariants.links import urls_of
from inbox.rules.invariants.texts import without_urls
from inbox.rules.invariants.times import clock_minutes, unknown_times
from inbox.rules.overseer import DAYS, PARTS_OF_DAY
from inbox.rules.safety.text import normalize
from inbox.rules.schedulers import is_scheduler_url, same_page

_DAY_NAMES = {
    "mon": r"mon(?:day)?",
    "tue": r"tue(?:s(?:day)?)?",
    "wed": r"wed(?:nesday)?",
    "thu": r"thu(?:rs?(?:day)?)?",
    "fri": r"fri(?:day)?",
    "sat": r"sat(?:urday)?",
    "sun": r"sun(?:day)?",
}
_DAY = {day: re.compile(rf"\b{words}s?\b", re.IGNORECASE) for day, words in _DAY_NAMES.items()}
_PART = {part: re.compile(rf"\b{part}s?\b", re.IGNORECASE) for part in PARTS_OF_DAY}
_PART_HOURS = {"morning": (0, 12), "afternoon": (12, 17), "evening": (17, 24)}
_RANGE = re.compile(
    r"(?<![\w:.-])(?:between\s|from\s)?(?P<start>\d{1,2}(?::\d\d)?\s?(?:[ap]m)?)\s?(?:and|to|until|till|-)\s?"
    r"(?P<end>\d{1,2}(?::\d\d)?\s?[ap]m)",
    re.IGNORECASE,
)
_BOUND = re.compile(r"\b(?P<which>before|after)\s(?P<at>\d{1,2}(?::\d\d)?\s?[ap]m)", re.IGNORECASE)
_NOT_OPEN = re.compile(
    r"\b(?:not|isn't|aren't|no longer)\s(?:\w+\s)?(?:open|free|available)\b"
    r"|\bno\s(?:\w+\s){0,2}(?:openings?|availability|times?|slots?)\b"
    r"|\b(?:fully|all|already)\sbooked\b|\bunavailable\b"
    r"|\b(?:nothing|don't have (?:anything|any|a))\b[^.!?\n]{0,40}\b(?:open|free|available|opening|slot|time)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The window a lead named: weekdays, parts of the day, and minutes of the day from-until. Empty: none."""

    days: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    minutes: tuple[int, int] | None = None

    @property
    def any(self) -> bool:
        return bool(self.days or self.parts or self.minutes)

    @property
    def is_one(self) -> bool:
        """One window, not a choice of several."""
        return self.any and len(self.days) <= 1 and len(self.parts) <= 1


def asked_window(reply: str, *, day: str | None = None, part: str | None = None) -> Asked:
    """What the reply names; `day` and `part` are what the overseer understood, in whatever language."""
    text = normalize(reply)
    days = {name for name in DAYS if _DAY[name].search(text)} | ({day} if day else set())
    parts = {name for name in PARTS_OF_DAY if _PART[name].search(text)} | ({part} if part else set())
    return Asked(days=frozenset(days), parts=frozenset(parts), minutes=_minutes(text))


def constraint_failures(
    *,
    original: str,
    revised: str,
    codes: Sequence[str],
    labels: Sequence[str],
    booking_link: str | None,
    asked: Asked,
    sources: Sequence[str],
) -> list[str]:
    """Sorted codes of what the revised text broke; empty when it may be evaluated.

    `codes`: the invariants of the revised text; every one counts, also one that the first text had. `sources`:
    where a time may stand beside the labels (what the lead wrote, service text, knowledge).
    """
    named = [label for label in labels if label in revised]
    broken = {
        "invariant": bool(codes),
        "label_changed": _changes_labels(revised, labels, sources),
        "window_missed": _misses_window(revised, named, labels, asked),
        "too_many_times": asked.is_one and len(named) > 1,
        "link_count": _count_links(original, booking_link) != _count_links(revised, booking_link),
    }
    return sorted(code for code, holds in broken.items() if holds)


def _changes_labels(revised: str, labels: Sequence[str], sources: Sequence[str]) -> bool:
    """Whether a time is left that no source knows once the labels, word for word, are taken out."""
    rest = revised
    for label in sorted(labels, key=len, reverse=True):
        rest = rest.replace(label, " ; ")
    return bool(unknown_times(_plain(rest), [_plain(source) for source in sources if source]))


def _misses_window(revised: str, named: Sequence[str], labels: Sequence[str], asked: Asked) -> bool:
    if not asked.any or not labels or any(_fits(label, asked) for label in named):
        return False
    fitting = any(_fits(label, asked) for label in labels)
    if not named and not fitting:
        return False
    return _NOT_OPEN.search(revised) is None


def _fits(label: str, asked: Asked) -> bool:
    text = normalize(label)
    minutes = clock_minutes(text)
    if asked.days and not any(_DAY[day].search(text) for day in asked.days):
        return False
    windows = [(start * 60, end * 60) for start, end in (_PART_HOURS[part] for part in asked.parts)]
    if asked.minutes is not None:
        windows = [asked.minutes]
    return not windows or any(start <= minute < end for minute in minutes for start, end in windows)


def _minutes(text: str) -> tuple[int, int] | None:
    """The range of hours a text names, as minutes of the day."""
    if match := _RANGE.search(text):
        end = min(clock_minutes(match["end"]), default=24 * 60)
        start = _start(match["start"], match["end"])
        return (start, end) if start < end else None
    if match := _BOUND.search(text):
        at = min(clock_minutes(match["at"]), default=12 * 60)
        return (0, at) if match["which"].lower() == "before" else (at, 24 * 60)
    return None


def _start(start: str, end: str) -> int:
    """ "2" of "2 to 4 pm" is the afternoon's."""
    half = "" if start.strip().lower().endswith("m") else end.strip()[-2:]
    found = min(clock_minutes(f"{start.strip()} {half}".strip()), default=0)
    until = min(clock_minutes(end), default=24 * 60)
    return found if found < until else found - 12 * 60 if found >= 12 * 60 else found


def _count_links(text: str, booking_link: str | None) -> int:
    """How often a text sends people to a calendar: the workspace's booking page, or any scheduler."""
    found = [match for match in urls_of(text) if is_scheduler_url(match) or same_page(match, booking_link or "")]
    return sum(text.count(url) for url in found)


def _plain(text: str) -> str:
    return without_urls(normalize(text))

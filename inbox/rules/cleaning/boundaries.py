"""Where the person's words end and what they answered begins.

Nothing below a boundary survives when text stands above it: our own footer ("reply stop to unsubscribe") must never
read as the lead's opt-out. Every pattern looks at one line, or at most three joined ones of 400 characters, so the work
grows with the length of the mail only.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from inbox.rules.cleaning import phrases

_MAX_ATTRIBUTION = 400
_HEADER_WINDOW = 6  # the label line and the next five that are not empty

_DASH = "[-\u2010-\u2015]"
_SEPARATOR_WORDS = "|".join((*phrases.ORIGINAL_MESSAGE, *phrases.FORWARDED_MESSAGE))
_SEPARATOR = re.compile(rf"\*?{_DASH}{{2,}}+\s*+(?:{_SEPARATOR_WORDS})\s*{_DASH}{{2,}}", re.IGNORECASE)
_BEGIN_FORWARDED = re.compile(rf"\*?(?:{'|'.join(phrases.BEGIN_FORWARDED)})\s?:\*?", re.IGNORECASE)
_UNDERSCORES = re.compile(r"_{5,}")

_LABEL_KIND = {label: kind for kind, labels in phrases.HEADER_LABELS.items() for label in labels}
_LABEL = re.compile(rf"\*{{0,2}}({'|'.join(sorted(_LABEL_KIND, key=len, reverse=True))})\*{{0,2}}\s?:", re.IGNORECASE)

_ENDS = "|".join(phrases.ATTRIBUTION_ENDS)
_VERBS = "|".join(phrases.ATTRIBUTION_VERBS)
_ATTRIBUTION_START = re.compile(rf"(?:{_DASH}{{2,}}\s*)?(?:{'|'.join(phrases.ATTRIBUTION_STARTS)})\s")
_ATTRIBUTION_END = re.compile(rf"\b(?:{_ENDS})\s*:?\s*$")
_ATTRIBUTION_VERB = re.compile(rf"\b(?:{_VERBS})\b.*:\s*$")
_ATTRIBUTION_DETAIL = re.compile(r"[\d@]")
_NAMED = re.compile(
    rf"[^<>]{{0,120}}<[^<>\s]+@[^<>\s]+(?:<mailto:[^<>]*>)?>,?\s*"
    rf"(?:(?:{_ENDS})\s*:|\b(?:{_VERBS}|{_ENDS})\b[^<>]{{0,120}}:)\s*$"
)
_DATED = re.compile(r"\d{4}-\d\d-\d\d \d\d?:\d\d\b[^<>]{0,120}<[^<>\s]+@[^<>\s]+>\s*:\s*$")
_SENTENCE_END = re.compile(r"(?<![aApP]\.m)(?<![aApP]\. m)[.!?]\s*$")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")

# The same marks inside one line: a teaser or a text part whose line ends were lost.
_INLINE = re.compile(
    rf"""(?:^|\s)(?:
        On\ (?=[^<>]{{0,60}}\d)[^<>]{{4,160}}<[^<>\s]{{1,254}}>\s?wrote:
      | {_DASH}{{2,}}\s?(?:Original\ Message|Forwarded\ message)\s?{_DASH}{{2,}}
      | From:\s[^:]{{1,160}}\s(?:Sent|Date):\s(?>.{{1,80}}?\sTo:\s)(?>.{{1,300}}?\sSubject:\s)
    )""",
    re.VERBOSE,
)


class Line(NamedTuple):
    """A line that survives, with its place in the text it came from."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """The first line that is not the person's; `end` is the line after the mark itself."""

    start: int
    end: int
    offset: int = 0  # where on the line the mark begins
    is_attribution: bool = False


def reply_lines(lines: Sequence[str]) -> list[Line]:
    """The lines the person wrote: above the first boundary, or below the quote when they answered underneath.

    `lines` are normalised. Quoted (`>`) lines are never kept.
    """
    numbered = [Line(number, text) for number, text in enumerate(lines)]
    above, boundary = _cut(numbered)
    if boundary is None or has_text(above) or not boundary.is_attribution:
        return above if has_text(above) else []
    below = numbered[boundary.end :]
    if not is_quoted(next((line.text for line in below if line.text.strip()), "")):
        return []
    above, _ = _cut([line for line in below if not is_quoted(line.text)])
    return above if has_text(above) else []


def has_text(lines: Sequence[Line]) -> bool:
    """Whether somebody wrote anything there; a rule drawn with underscores is nothing."""
    return any(_is_text(line.text) for line in lines)


def is_quoted(text: str) -> bool:
    return text.lstrip().startswith(">")


def _is_text(text: str) -> bool:
    text = text.strip()
    return bool(text) and not is_quoted(text) and not _UNDERSCORES.fullmatch(text)


def _cut(numbered: list[Line]) -> tuple[list[Line], Boundary | None]:
    """The unquoted lines above the first boundary, and that boundary in terms of places in `numbered`."""
    boundary = _first_boundary([line.text for line in numbered])
    if boundary is None:
        return [line for line in numbered if not is_quoted(line.text)], None
    above = [line for line in numbered[: boundary.start] if not is_quoted(line.text)]
    if boundary.offset:
        number, text = numbered[boundary.start]
        above.append(Line(number, text[: boundary.offset].rstrip()))
    return above, boundary


def _first_boundary(lines: list[str]) -> Boundary | None:
    """The topmost mark of any kind; quoted lines are passed over."""
    written = [place for place, text in enumerate(lines) if text.strip() and not is_quoted(text)]
    text_above = False
    for position, place in enumerate(written):
        text = lines[place]
        boundary = _mark_at(lines, place) or _header_block(lines, written, position)
        if boundary is None and text_above and _UNDERSCORES.fullmatch(text.strip()):
            boundary = Boundary(start=place, end=place + 1)
        boundary = boundary or _inline_mark(text, place)
        if boundary is not None:
            return boundary
        text_above = text_above or _is_text(text)
    return None


def _mark_at(lines: list[str], place: int) -> Boundary | None:
    text = lines[place].strip()
    if _SEPARATOR.match(text) or _BEGIN_FORWARDED.fullmatch(text):
        return Boundary(start=place, end=place + 1)
    return _attribution(lines, place)


def _inline_mark(text: str, place: int) -> Boundary | None:
    if "wrote:" not in text and "Subject:" not in text and " Message" not in text and " message" not in text:
        return None
    mark = _INLINE.search(text)
    if mark is None:
        return None
    return Boundary(start=place, end=place + 1, offset=mark.start())


# --- header blocks


def _header_block(lines: list[str], written: list[int], position: int) -> Boundary | None:
    """From and another label within six written lines, and a subject or an address among them.

    A lone "To:" or "Subject:" and "From: 2pm / To: 4pm" are the person's own words; so is a labelled line of theirs
    that merely stands near the block.
    """
    first = _label_kind(lines[written[position]])
    if first is None:
        return None
    window = [lines[place] for place in written[position : position + _HEADER_WINDOW]]
    kinds = [_label_kind(text) for text in window]
    if first != "from" and kinds[1:2] in ([], [None]):
        return None
    if "from" not in kinds or len(set(kinds) - {None}) < 2:
        return None
    has_address = any("@" in text for text, kind in zip(window, kinds, strict=True) if kind)
    if "subject" not in kinds and not has_address:
        return None
    return Boundary(start=written[position], end=written[position] + 1)


def _label_kind(text: str) -> str | None:
    match = _LABEL.match(text.lstrip())
    return _LABEL_KIND[match.group(1).lower()] if match else None


# --- attributions


def _attribution(lines: list[str], place: int) -> Boundary | None:
    """An attribution: "On … wrote:" over one to three lines, or "Name <address> wrote:" on one.

    When the sentence only matches by joining a line of the person's own, the later start is taken.
    """
    text = lines[place].strip()
    if len(text) > _MAX_ATTRIBUTION:
        return None
    if _is_named(text):
        return Boundary(start=place, end=place + 1, is_attribution=True)
    end = _attribution_end(lines, place)
    if end is None:
        return None
    if any(_begins_at(lines, later, end) for later in range(place + 1, end)):
        return None  # found again when its own line is reached
    return Boundary(start=place, end=end, is_attribution=True)


def _begins_at(lines: list[str], place: int, end: int) -> bool:
    if _attribution_end(lines, place) == end:
        return True
    return _is_named(lines[place].strip()) and _SENTENCE_END.search(lines[place - 1]) is not None


def _attribution_end(lines: list[str], place: int) -> int | None:
    """The line after "On … wrote:" starting at `place`, None when there is none."""
    if not _ATTRIBUTION_START.match(lines[place].strip()):
        return None
    sentence = ""
    for end in range(place, min(place + 3, len(lines))):
        text = lines[end].strip()
        if is_quoted(text) or (not text and (_SENTENCE_END.search(sentence) or not _YEAR.search(sentence))):
            return None  # a blank line ends the sentence unless a date waits for its name
        sentence = f"{sentence} {text}".strip()
        if len(sentence) > _MAX_ATTRIBUTION:
            return None
        if text and _is_attribution(sentence):
            return end + 1
    return None


def _is_attribution(sentence: str) -> bool:
    sentence = unicodedata.normalize("NFC", sentence).rstrip("*_ ")
    bare = re.sub(rf"\s*{_DASH}{{2,}}$", "", sentence)
    if bare == sentence and not sentence.endswith(":"):
        return False
    ends = _ATTRIBUTION_END.search(bare) or _ATTRIBUTION_VERB.search(bare)
    return ends is not None and _ATTRIBUTION_DETAIL.search(bare) is not None


def _is_named(text: str) -> bool:
    text = unicodedata.normalize("NFC", text)
    return text.endswith(":") and (_NAMED.match(text) or _DATED.match(text)) is not None

"""What mail programs, lawyers and habits put under the person's words.

Each cut happens only when text stands above it: a mail that is nothing but a signature keeps it.
"""

import re

from inbox.rules.cleaning import phrases

_DELIMITER = "--"
_DISCLAIMER = re.compile(phrases.DISCLAIMER_PREFIX + f"(?:{'|'.join(phrases.DISCLAIMER_OPENINGS)})", re.IGNORECASE)
_DECORATION = " \t*_~#=|>[(\"'“"
_LONGEST_OPENING = 400  # a disclaimer says what it is in its first words

_DEVICE_LINE = re.compile("|".join(f"(?:{line})" for line in phrases.DEVICE_LINES), re.IGNORECASE)
_LONGEST_DEVICE_LINE = 200
_LONGEST_BLOCK = 40  # lines; a longer paragraph is no signature

_LETTER = r"[^\W\d_]"
_CAPITALISED = rf"{_LETTER}(?:{_LETTER}|[.'’-])*"
_SUFFIX = r"(?:,?\s(?:Ph\.?D|M\.?D|J\.?D|Jr|Sr|Esq|II|III|IV)\.?|,\s?[A-Z][A-Za-z]?[A-Z.][A-Za-z.&/-]{0,8})"
_PARTICLES = frozenset(
    (
        *("de", "la", "le", "las", "los", "del", "della", "di", "da", "do", "dos", "du", "van", "von", "der", "den"),
        *("ter", "ten", "zu", "bin", "al", "el", "y", "e"),
    )
)
_NAME_LINE = re.compile(rf"{_CAPITALISED}(?: {_CAPITALISED}){{0,7}}(?P<suffix>(?:{_SUFFIX}){{0,4}})")
_CLOSING = re.compile(
    rf"(?:{'|'.join(re.escape(phrase) for phrase in sorted(phrases.CLOSING_PHRASES, key=len, reverse=True))})"
    rf"[,.!;:~–—-]*(?:(?<=\W)\s?(?P<name>{_LETTER}.{{0,60}})|\s(?P<name_after_space>{_LETTER}.{{0,60}}))?",
    re.IGNORECASE,
)

_REQUEST = re.compile("|".join(phrases.REQUEST_WORDS), re.IGNORECASE)
_ADDRESS_OR_URL = re.compile(r"\S@\S+\.\w|https?://|\bwww\.", re.IGNORECASE)
_BARE_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,24}(?:/\S*)?", re.IGNORECASE)
_SEGMENTS = re.compile(r"\s*[|•·,;]\s*|\s{2,}")
_CONTACT_LABEL = re.compile(rf"(?:{'|'.join(phrases.CONTACT_LABELS)})\.?\s*[:|#]", re.IGNORECASE)
_DATE_OR_TIME = re.compile(
    r"\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2}\s*[ap]\.?m\b", re.IGNORECASE
)
_PHONE = re.compile(r"\+?\(?\d[\d\s().\-–/\xa0]{5,24}\d")
_PHONE_DIGITS = 7


def without_signature(lines: list[str]) -> list[str]:
    """The lines above signature delimiter, disclaimer, device lines and a closing block with contact data."""
    lines = _above_delimiter(lines)
    lines = _above_disclaimer(lines)
    lines = _without_device_lines(lines)
    lines = _without_contact_block(lines)
    return _without_device_lines(lines)


def _above_delimiter(lines: list[str]) -> list[str]:
    text_above = False
    for place, line in enumerate(lines):
        if line.strip() == _DELIMITER and text_above:
            return lines[:place]
        text_above = text_above or bool(line.strip())
    return lines


def _above_disclaimer(lines: list[str]) -> list[str]:
    text_above = False
    for place, line in enumerate(lines):
        opens_paragraph = bool(line.strip()) and (place == 0 or not lines[place - 1].strip())
        if text_above and opens_paragraph and _is_disclaimer(lines, place):
            return lines[:place]
        text_above = text_above or bool(line.strip())
    return lines


def _is_disclaimer(lines: list[str], place: int) -> bool:
    """Reads the opening across wrapped lines: "This e-mail and any attachment / is confidential"."""
    words = ""
    for line in lines[place : place + 4]:
        if not line.strip() or len(words) > _LONGEST_OPENING:
            break
        words = f"{words} {line.strip()[:_LONGEST_OPENING]}"
    first = lines[place].strip()[:_LONGEST_OPENING]
    openings = (opening.strip().lstrip(_DECORATION).replace("*", "") for opening in (first, words))
    return any(_DISCLAIMER.match(opening) is not None for opening in openings)


def _without_device_lines(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_device_line(lines[end - 1])):
        end -= 1
    return lines[:end] or lines


def _is_device_line(line: str) -> bool:
    text = line.strip().strip("*_<>[]() ")
    return len(text) <= _LONGEST_DEVICE_LINE and "?" not in text and _DEVICE_LINE.fullmatch(text) is not None


def _without_contact_block(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and lines[start - 1].strip():
        start -= 1
    if not any(line.strip() for line in lines[:start]) or not _is_contact_block(lines[start:end]):
        return lines
    return lines[:start]


def _is_contact_block(block: list[str]) -> bool:
    """A closing phrase or a name on top, a way to reach the person below, and nothing that asks for something."""
    if not 2 <= len(block) <= _LONGEST_BLOCK or not (_is_closing(block[0]) or _is_name(block[0])):
        return False
    if any("?" in line or _REQUEST.search(line) for line in block):
        return False
    return any(_has_contact(line) for line in block[1:])


def _is_closing(line: str) -> bool:
    match = _CLOSING.fullmatch(line.strip().strip("*_ ")[:120])
    if match is None:
        return False
    name = match["name"] or match["name_after_space"]
    return name is None or _is_name(name)


def _is_name(line: str) -> bool:
    """One to four capitalised words, particles aside, with an optional ", CPA"; never the end of a sentence."""
    text = line.strip().strip("*_ ")
    match = _NAME_LINE.fullmatch(text) if len(text) <= 80 else None
    if match is None or (text[-1] in ".!?" and not match["suffix"].endswith(".")):
        return False
    words = [word for word in text[: match.start("suffix")].split() if word not in _PARTICLES]
    return 1 <= len(words) <= 4 and all(word[0].isupper() for word in words)


def _has_contact(line: str) -> bool:
    text = line.strip().strip("*_ ")[:300]
    if _ADDRESS_OR_URL.search(text) or _CONTACT_LABEL.match(text):
        return True
    if any(_BARE_DOMAIN.fullmatch(segment) for segment in _SEGMENTS.split(text)):
        return True
    without_dates = _DATE_OR_TIME.sub(" ", text)
    return any(sum(map(str.isdigit, number)) >= _PHONE_DIGITS for number in _PHONE.findall(without_dates))

"""LinkedIn addresses: which are a person, which a company, which carry a member id.

Only the URL's own host counts. A company page is never a person, whatever field it stands in.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

MAX_URL_LENGTH = 255
MAX_DEPTH = 3
MAX_SCANNED_CHARACTERS = 500_000

_AROUND = "()[]{}<>\"'`“”‘’«»„‹›"
_TRAILING = ".,;:!?"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9-]+\.)*linkedin\.com\.?")
_MEMBER_ID = re.compile(r"AC[ow]AA[A-Za-z0-9_-]{10,}", re.ASCII)
_IN_TEXT = re.compile(
    r"(?<![^\W_]|[-_.@/])"
    r"(?:linkedin://|(?:https?://)?(?:[a-z0-9-]{1,63}\.){0,5}linkedin\.com(?::[0-9]{1,5})?/)"
    r"[^\s<>\"'`“”‘’«»()\[\]{}|\\^,;]{1,500}",
    re.IGNORECASE,
)


class LinkedinUrl(NamedTuple):
    """What a LinkedIn address names; at most the canonical URLs and the member id, each may be missing."""

    profile_url: str | None = None
    company_url: str | None = None
    member_id: str | None = None


class LinkedinFields(NamedTuple):
    """The two LinkedIn columns of a lead."""

    profile_url: str | None
    company_url: str | None


NOTHING = LinkedinUrl()


def classify_linkedin_url(url: object) -> LinkedinUrl:
    """The canonical profile or company URL, or the member id, of an address; nothing for anything else.

    `https://linkedin.com/in/<slug>` and `https://linkedin.com/company/<slug>` are the only forms that
    come out. Never raises.
    """
    cleaned = _unwrap(url) if isinstance(url, str) else ""
    segments = _path_segments(cleaned) if cleaned else []
    if len(segments) < 2 or segments[0].lower() not in ("in", "company"):
        return NOTHING
    kind, slug = segments[0].lower(), _decode(segments[1])
    if not slug:
        return NOTHING
    if kind == "in" and _MEMBER_ID.fullmatch(slug):
        return LinkedinUrl(member_id=slug)
    # NFC makes composed and decomposed spellings of one name equal.
    canonical = f"https://linkedin.com/{kind}/{quote(unicodedata.normalize('NFC', slug).lower(), safe='-_.~')}"
    if len(canonical) > MAX_URL_LENGTH:
        return NOTHING
    return LinkedinUrl(profile_url=canonical) if kind == "in" else LinkedinUrl(company_url=canonical)


def merge_linkedin_fields(
    current_profile_url: str | None = None,
    current_company_url: str | None = None,
    incoming_url: str | None = None,
    incoming_profile_url: str | None = None,
    incoming_company_url: str | None = None,
) -> LinkedinFields:
    """What a lead's two fields hold after something came in: filled when empty, never overwritten.

    A company page found in the profile field is moved to the company field.
    """
    current = classify_linkedin_url(current_profile_url)
    incoming = classify_linkedin_url(incoming_profile_url)
    anything = classify_linkedin_url(incoming_url)
    companies = (
        classify_linkedin_url(current_company_url),
        current,
        classify_linkedin_url(incoming_company_url),
        incoming,
        anything,
    )
    return LinkedinFields(
        profile_url=current.profile_url or incoming.profile_url or anything.profile_url,
        company_url=next((found.company_url for found in companies if found.company_url), None),
    )


def extract_linkedin_urls(values: object) -> LinkedinUrl:
    """The first profile, company page and member id in the strings of nested dicts and lists.

    Three levels below `values` are read; keys and values that are no strings do not matter.
    """
    profile = company = member = None
    for text in _strings(values, 0):
        for match in _IN_TEXT.finditer(text[:MAX_SCANNED_CHARACTERS]):
            found = classify_linkedin_url(match.group())
            profile = profile or found.profile_url
            company = company or found.company_url
            member = member or found.member_id
            if profile and company and member:
                return LinkedinUrl(profile, company, member)
    return LinkedinUrl(profile, company, member)


def _strings(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        return
    if depth > MAX_DEPTH:
        return
    children = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    for child in children:
        yield from _strings(child, depth + 1)


def _unwrap(url: str) -> str:
    """Without surrounding white space, brackets, quotes and trailing punctuation; "" when blank inside."""
    text, before = url, None
    while text != before:
        before, text = text, text.strip().strip(_AROUND).rstrip(_TRAILING)
    return "" if re.search(r"\s", text) else text


def _path_segments(text: str) -> list[str]:
    """Path segments of a LinkedIn URL; none when the address is somebody else's."""
    if text.lower().startswith("linkedin://"):
        text = "https://linkedin.com/" + text[len("linkedin://") :]
    elif not _SCHEME.match(text):
        text = "https://" + text.removeprefix("//")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return []
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.fullmatch(host):
        return []
    segments = [segment for segment in parts.path.split("/") if segment]
    return segments[1:] if segments and segments[0].lower() == "mwlite" else segments


def _decode(segment: str) -> str:
    """The percent-decoded slug; "" when its bytes are no text (two names must never look alike).

    Dots at its end go, with a slash behind them or without: at the end of an address they are never read.
    """
    try:
        slug = unquote(segment, errors="strict")
        slug.encode()
    except UnicodeError:
        return ""
    return "" if not slug.strip(". ") or any(unicodedata.category(c) == "Cc" for c in slug) else slug.rstrip(".")

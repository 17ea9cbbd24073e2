"""Message bodies as the person wrote them (steps 1 to 7 of the e-mail body rules)."""

import html
import re
from dataclasses import dataclass

from inbox.rules.cleaning.boundaries import reply_lines
from inbox.rules.cleaning.html_reader import is_html, read_html
from inbox.rules.cleaning.normalise import capped, joined, normalised_lines, storable
from inbox.rules.cleaning.signatures import without_signature

MAX_RAW_CHARS = 500_000
MAX_BODY_CHARS = 100_000

_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>@]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedEmail:
    """What is stored of an e-mail: the words, and the raw parts they came from (capped, without NUL, "" = none)."""

    body: str
    raw_text: str
    raw_html: str
    is_truncated: bool = False  # a cap cut a raw part or the body


def clean_email(html_body: str | None, text_body: str | None) -> CleanedEmail:
    """The person's words of this mail; "" when there are none, nothing is invented.

    The text part is read first, the HTML part only when that leaves nothing. HTML that came as text is kept as
    `raw_html` too, when there was no HTML part.
    """
    raw_text, raw_html = _raw(text_body), _raw(html_body)
    if not raw_html.strip() and is_html(raw_text):
        raw_html = raw_text
    words = _words_of_text_part(raw_text) or _words_of_html_part(raw_html)
    is_truncated = (
        any(len(part or "") > MAX_RAW_CHARS for part in (text_body, html_body)) or len(words) > MAX_BODY_CHARS
    )
    return CleanedEmail(
        body=capped(words, MAX_BODY_CHARS), raw_text=raw_text, raw_html=raw_html, is_truncated=is_truncated
    )


def strip_quoted(text: str) -> str:
    """The reply-only part of a plain text: without quotes, footers and signatures, normalised and capped."""
    return capped(_reply_only(text), MAX_BODY_CHARS)


def _reply_only(text: str) -> str:
    kept = [line.text for line in reply_lines(normalised_lines(text))]
    return joined(without_signature(kept))


def written_part(html_body: str, text_body: str) -> str:
    """The person's words with their signature, without quotes and footers below them: what may be read for
    a phone or a profile. Takes the raw parts as they are stored.
    """
    for part in (_text_of(text_body) if is_html(text_body) else text_body, _text_of(html_body) if html_body else ""):
        kept = joined([line.text for line in reply_lines(normalised_lines(part))])
        if kept:
            return capped(kept, MAX_BODY_CHARS)
    return ""


def _raw(part: str | None) -> str:
    return storable(part or "")[:MAX_RAW_CHARS]


def _words_of_text_part(part: str) -> str:
    return _reply_only(_text_of(part) if is_html(part) else part)


def _words_of_html_part(part: str) -> str:
    """An HTML part without a single tag is text that somebody escaped; its lines are kept."""
    has_tags = is_html(part) or _ANY_TAG.search(part)
    return _reply_only(_text_of(part) if has_tags else html.unescape(part))


def _text_of(part: str) -> str:
    return "\n".join(read_html(part).lines)

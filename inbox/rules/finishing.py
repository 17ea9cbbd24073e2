"""From a model's text to a draft's text (05 R19, the steps before the invariants).

Whole sentences go or stay: taking words out of a finished sentence has sent broken text before.
"""

import re
from collections.abc import Callable

from inbox.rules.invariants.phones import phone_spans
from inbox.rules.outbound_text import MAX_SMS_PART_CHARS, MAX_SMS_PARTS, fits_sms, split_sms_parts

LINKEDIN_LIMIT = 1_800
EMAIL_LIMIT = 1_200
"""emailLengthMaxChars as the code has it; the signature comes on top."""
EMAIL_MINIMUM = 220
PART_RULE = "\n---\n"

_SUBJECT = re.compile(r"\A\s*subject:[^\n]*\n+", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…][\"')\]]*(?=\s|$)")
_SENTENCE = re.compile(r"[^\n]*?(?<!\b[A-Z])[.!?…][\"')\]]*(?:[ \t]+|(?=\n|$))|[^\n]+", re.MULTILINE)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)


def finish_text(
    text: str, *, channel: str, signature: str = "", booking_link: str | None = None, limit: int = EMAIL_LIMIT
) -> str:
    """Trim, drop what does not belong into a body, keep the length and put the signature once at the end."""
    body = text.replace("\x00", "").replace("\r\n", "\n").strip()
    body = _SUBJECT.sub("", body)
    body = re.sub(r"\s*—\s*", ", ", body)
    body = without_signature(body, signature)
    body = without_phone_sentences(body)
    body = link_once(body, booking_link) if booking_link else body
    body = re.sub(r"\n{3,}", "\n\n", body).strip()
    if channel == "sms":
        return pack_sms(body)
    if channel == "linkedin":
        return shorten(body, LINKEDIN_LIMIT)
    body = shorten(body, limit)
    return f"{body}\n\n{signature.strip()}" if body and signature.strip() else body


def without_signature(body: str, signature: str) -> str:
    """The body with every occurrence of the signature removed (it is put back once)."""
    mark = signature.strip()
    return body.replace(mark, "").rstrip() if mark else body


def without_phone_sentences(body: str) -> str:
    """Sentences that carry a phone number (9 digits or more) go; numbers inside web addresses are none."""
    return _drop_sentences(body, lambda sentence: bool(phone_spans(_URL.sub(" ", sentence))))


def link_once(body: str, link: str) -> str:
    """Of the sentences that carry the booking link the first stays."""
    seen = 0

    def repeats(sentence: str) -> bool:
        nonlocal seen
        seen += link in sentence
        return link in sentence and seen > 1

    return _drop_sentences(body, repeats)


def pack_sms(body: str) -> str:
    """The parts separated by a rule; a text over three parts is packed anew and ends at a sentence."""
    parts = split_sms_parts(body)
    if not parts:
        return ""
    if not fits_sms(parts):
        whole = shorten(" ".join(" ".join(part.split()) for part in parts), MAX_SMS_PARTS * MAX_SMS_PART_CHARS)
        parts = split_sms_parts(whole)
        parts = parts if fits_sms(parts) else _ended(parts[:MAX_SMS_PARTS])
    return PART_RULE.join(parts)


def shorten(text: str, limit: int) -> str:
    """Cut at the last sentence end inside the limit, never inside a link."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    ends = [match.end() for match in _SENTENCE_END.finditer(head) if not _inside_link(text, match.end())]
    if ends and ends[-1] > limit // 3:
        return head[: ends[-1]].rstrip()
    cut = head.rfind(" ") if " " in head else limit
    return head[: _before_link(text, cut)].rstrip()


def _drop_sentences(body: str, drops: Callable[[str], bool]) -> str:
    """A line of which nothing is left goes with its line end."""
    lines: list[str] = []
    for line in body.split("\n"):
        kept = "".join(sentence for sentence in _SENTENCE.findall(line) if not drops(sentence))
        if kept.strip() or not line.strip():
            lines.append(kept.rstrip())
    return "\n".join(lines).strip()


def _ended(parts: list[str]) -> list[str]:
    """Three parts of a text that needs more: what follows the last full sentence goes."""
    kept = [part for part in parts if len(part) <= MAX_SMS_PART_CHARS]
    if not kept:
        return parts
    ends = [match.end() for match in _SENTENCE_END.finditer(kept[-1])]
    return [*kept[:-1], kept[-1][: ends[-1]]] if ends else kept


def _inside_link(text: str, position: int) -> bool:
    return any(match.start() < position < match.end() for match in _URL.finditer(text))


def _before_link(text: str, position: int) -> int:
    inside = (match.start() for match in _URL.finditer(text) if match.start() < position < match.end())
    return next(inside, position)

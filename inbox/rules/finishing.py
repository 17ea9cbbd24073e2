"""From a model's text to a draft's text (05 R19, the steps before the invariants)."""

import re

_SUBJECT = re.compile(r"\A\s*subject:[^\n]*\n+", re.I)
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)")
LINKEDIN_LIMIT = 1_800
EMAIL_LIMIT = 1_200
"""emailLengthMaxChars; the signature comes on top."""
EMAIL_MINIMUM = 220


def finish_text(text: str, *, channel: str, signature: str = "") -> str:
    """Trim, drop what does not belong into a body, keep the length and put the signature once at the end."""
    body = text.replace("\x00", "").replace("\r\n", "\n").strip()
    body = _SUBJECT.sub("", body)
    body = re.sub(r"\s*—\s*", ", ", body)
    body = re.sub(r"\n{3,}", "\n\n", body).strip()
    if channel == "email":
        body = shorten(without_signature(body, signature), EMAIL_LIMIT)
        return f"{body}\n\n{signature.strip()}" if body and signature.strip() else body
    if channel == "linkedin":
        return shorten(body, LINKEDIN_LIMIT)
    return body


def without_signature(body: str, signature: str) -> str:
    """The body with every occurrence of the signature removed (it is put back once)."""
    mark = signature.strip()
    return body.replace(mark, "").rstrip() if mark else body


def shorten(text: str, limit: int) -> str:
    """Cut at the last sentence end inside the limit, never inside a link."""
    if len(text) <= limit:
        return text
    head = text[:limit]
    ends = [match.end() for match in _SENTENCE_END.finditer(head)]
    if ends and ends[-1] > limit // 3:
        return head[: ends[-1]].rstrip()
    return head[: head.rfind(" ")].rstrip() if " " in head else head

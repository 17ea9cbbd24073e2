"""The part of a draft the checks read."""

import re

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"]*", re.IGNORECASE)


def body_of(draft: str, signature: str) -> str:
    """The draft without the signature at its end; line ends and outer blanks of the lines do not count."""
    lines = draft.replace("\x00", "").replace("\r\n", "\n").rstrip().split("\n")
    mark = [line.strip() for line in signature.strip().split("\n")]
    if signature.strip() and [line.strip() for line in lines[-len(mark) :]] == mark:
        lines = lines[: -len(mark)]
    return "\n".join(lines).rstrip()


def without_urls(text: str) -> str:
    """Web addresses blanked: digits in them are neither times nor phone numbers."""
    return _URL.sub(" ", text)

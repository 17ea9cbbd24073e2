"""Counting tokens roughly, and cutting texts to a budget without cutting words."""

import re
from dataclasses import dataclass
from typing import Literal

BYTES_PER_TOKEN = 4
ELLIPSIS = "…"

_LAST_WORD = re.compile(r"(?<!\S)\S+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A text within its budget, and whether something was left out (counted in telemetry)."""

    text: str
    truncated: bool


def estimate_tokens(text: str) -> int:
    """Tokens of a text, estimated as its UTF-8 bytes divided by four, rounded up."""
    return -(-len(_encode(text)) // BYTES_PER_TOKEN)


def truncate_to_tokens(text: str, max_tokens: int, *, keep: Literal["start", "end"] = "start") -> Cut:
    """`text` within `max_tokens` (estimated), cut at a word and marked with `…` where it was cut.

    A single word longer than the budget is cut inside. Nothing fits into a budget of nothing.
    """
    if estimate_tokens(text) <= max_tokens:
        return Cut(text=text, truncated=False)
    room = max_tokens * BYTES_PER_TOKEN - len(_encode(ELLIPSIS))
    if room <= 0:
        return Cut(text="", truncated=True)
    if keep == "start":
        return Cut(text=_head(text, room) + ELLIPSIS, truncated=True)
    return Cut(text=ELLIPSIS + _tail(text, room), truncated=True)


def _head(text: str, room: int) -> str:
    """The longest run of whole words from the start that fits into `room` bytes."""
    head = _encode(text)[:room].decode("utf-8", "ignore")
    cut_inside_a_word = not text[len(head)].isspace() and not head[-1:].isspace()
    whole_words = _LAST_WORD.sub("", head) if cut_inside_a_word else head
    return whole_words.rstrip() or head.rstrip()


def _tail(text: str, room: int) -> str:
    """The longest run of whole words up to the end that fits into `room` bytes."""
    return _head(text[::-1], room)[::-1]


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")

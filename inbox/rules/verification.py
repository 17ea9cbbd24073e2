"""Whether a verifier's text is a correction of the draft or another draft (05 R16)."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

CHANGE_DISAGREES = "changed_disagrees"
BLANK = "blank"
TOO_LONG = "too_long"
REWRITTEN = "rewritten"
MAX_FINAL_CHARS = 6_000
HARD_DELTA_CHARS = 900
MIN_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteLimits:
    """How much a verifier may change. `max_delta_chars` counts together with `max_ratio`."""

    max_ratio: float = 0.45
    max_delta_chars: int = 250
    max_line_ratio: float = 0.5


def discard_reason(draft: str, final: str, changed: bool, limits: RewriteLimits) -> str:
    """Why the verifier's text is not taken; "" when it is."""
    before, after = _comparable(draft), _comparable(final)
    if not after:
        return BLANK
    if len(after) > MAX_FINAL_CHARS:
        return TOO_LONG
    if changed != (before != after):
        return CHANGE_DISAGREES
    return REWRITTEN if before != after and _is_rewritten(before, after, limits) else ""


def change_ratio(before: str, after: str) -> float:
    """1 − similarity: 0 for equal texts, 1 for texts with nothing in common."""
    return 1.0 - SequenceMatcher(None, before, after, autojunk=False).ratio()


def changed_chars(before: str, after: str) -> int:
    """Characters put in or taken out, a replacement counted once by its longer side."""
    return _edits(SequenceMatcher(None, before, after, autojunk=False).get_opcodes())


def line_change(before: str, after: str) -> tuple[float, int]:
    """Share of the lines that differ, and how many do; blank lines do not count."""
    old = [line.strip() for line in before.split("\n") if line.strip()]
    new = [line.strip() for line in after.split("\n") if line.strip()]
    differing = _edits(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())
    return differing / max(len(old), len(new), 1), differing


def _is_rewritten(before: str, after: str, limits: RewriteLimits) -> bool:
    delta = changed_chars(before, after)
    if delta > HARD_DELTA_CHARS:
        return True
    if delta > limits.max_delta_chars and change_ratio(before, after) > limits.max_ratio:
        return True
    ratio, lines = line_change(before, after)
    return ratio > limits.max_line_ratio and lines >= MIN_LINES


def _edits(opcodes: Iterable[tuple[str, int, int, int, int]]) -> int:
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in opcodes if tag != "equal")


def _comparable(text: str) -> str:
    return text.replace("\r\n", "\n").strip()

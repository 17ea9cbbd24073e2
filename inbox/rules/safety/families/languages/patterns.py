"""The shape of one language: its families, and what makes an ordinary sentence of a match.

`not_before` and `not_after` hold negation, a cancelled meeting, a time limit; `other_way` the offer of another channel.
"""

import re
from dataclasses import dataclass

from inbox.rules.safety.text import pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagePatterns:
    """`families` are (name, triggers, pattern)."""

    families: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]
    not_before: re.Pattern[str]
    not_after: re.Pattern[str]
    other_way: re.Pattern[str]


def family(name: str, triggers: str, *patterns: str) -> tuple[str, tuple[str, ...], re.Pattern[str]]:
    """One family: triggers separated by `|`, alternatives of one pattern."""
    return name, pieces(triggers), re.compile("|".join(patterns))

"""Text as the database can hold it."""

import re

MAX_DIGITS = 9
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Without NUL and lone surrogates: JSON can spell them, PostgreSQL and UTF-8 cannot hold them."""
    return _UNSTORABLE.sub("", text)


def read_number(text: str) -> int | None:
    """The whole number of up to nine digits a text is, as any column or span of days can take it; else nothing.

    `isdigit` also answers yes to "²", which is no number, and Python refuses thousands of digits.
    """
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else None

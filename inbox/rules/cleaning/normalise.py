"""Characters and blank lines: what is done to a text before and after it is cut."""

import re

_INVISIBLE = str.maketrans({"\xa0": " ", "\u200b": None, "\u2060": None, "\ufeff": None})
_MANY_NEWLINES = re.compile(r"\n{3,}")
_SURROGATES = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot hold: NUL characters and halves of surrogate pairs."""
    text = text.replace("\x00", "")
    if _SURROGATES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def normalised_lines(text: str) -> list[str]:
    """Lines with one kind of line end and of space, without invisible characters, trimmed on the right."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    return [line.rstrip() for line in text.split("\n")]


def joined(lines: list[str]) -> str:
    """The lines as one text: at most one blank line in a row, trimmed."""
    return _MANY_NEWLINES.sub("\n\n", "\n".join(lines)).strip()


def capped(text: str, max_chars: int) -> str:
    """The beginning of a text, trimmed."""
    return text[:max_chars].rstrip()

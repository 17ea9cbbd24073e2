"""Arguments that several commands of routing take."""

from argparse import ArgumentTypeError


def from_one(text: str) -> int:
    """A whole number from 1."""
    if not (text.isdecimal() and len(text) < 10 and int(text)):
        raise ArgumentTypeError("a whole number from 1 is needed")
    return int(text)

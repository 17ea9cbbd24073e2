"""Phone numbers in a text: a lead's number never leaves in a body."""

import re

MIN_DIGITS, MAX_DIGITS = 9, 15
_NUMBER = re.compile(r"(?<![\w$€£#,])\+?\(?\d(?:[ \t().\-/]{0,3}\d){8,24}(?![\w%])(?!,\d)")
# What looks like one: amounts with their currency, days, times of day, numbers grouped by commas.
_NOT_PHONES = re.compile(
    r"""
      [$€£]\s?\d[\d.,\ ]*
    | \b\d{1,3}(?:[.\ ]\d{3})+\s?[$€£]
    | \b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b
    | \b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b
    | \b\d{1,2}:\d{2}(?::\d{2})?\b
    | \b\d{1,3}(?:,\d{3})+\b
    | \b\d+00\s?-\s?\d+00\b
    """,
    re.VERBOSE,
)


def phone_spans(text: str) -> list[tuple[int, int]]:
    """Where the numbers of 9 to 15 digits stand that are written as a phone number may be."""
    readable = _NOT_PHONES.sub(lambda match: "|" * len(match.group()), text)
    return [
        match.span()
        for match in _NUMBER.finditer(readable)
        if MIN_DIGITS <= sum(character.isdigit() for character in match.group()) <= MAX_DIGITS
    ]


def has_phone_number(text: str) -> bool:
    """Whether a phone number stands in the text; web addresses are blanked by the caller."""
    return bool(phone_spans(text))

"""Ways to reach a person, found in what they wrote.

A number counts when something says that it is a phone: a label, a plus sign, the usual grouping, or
a line of its own. Prices, order numbers and dates are none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from zrg.lib.linkedin import extract_linkedin_urls

MAX_LINE_CHARS = 400
MIN_OWN_DIGITS = 7

_NUMBER = re.compile(r"(?<![\w/.=@$€£#%+-])(?:\+\s?)?\(?\d[\d\s().\-–/\xa0]{5,24}\d(?![\w@%/])")
_LABEL = re.compile(
    r"(?:\b(?:phone|telephone|tel|telefon|mobile|mobil|cell(?:phone)?|handy|direct|office|whats\s?app|number|ph"
    r"|call|text|sms|reach|ring)\b[^\d+(]{0,24}|(?:^|[\s|•·,;])[mptcdo]\s?[:.|]\s?)$",
    re.IGNORECASE,
)
_FAX = re.compile(r"\b(?:fax|telefax|f\s?[:.])[^\d+(]{0,12}$", re.IGNORECASE)
_GROUPED = re.compile(r"\(\d{2,5}\)[\s.-]?\d|\d{3}([-.\s\xa0])\d{3}\1\d{4}")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}(?!\d)|\d{1,2}:\d{2}")
_ASSISTANT = re.compile(r"\b(?:assistant|secretary|office manager|chief of staff)\b", re.IGNORECASE)
_WRITES_FOR = re.compile(
    r"\b(?:assistant|secretary|office manager|chief of staff|ea|pa)\s{1,3}(?:to|of|for)\b|\bon behalf of\b"
    r"|\b(?:executive|personal|virtual|administrative) assistant\b|'s (?:assistant|secretary|ea|pa)\b",
    re.IGNORECASE,
)
_AROUND = " \t*_~|•·:;,.-–()[]<>"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundContacts:
    """Numbers and LinkedIn addresses in the order they were written."""

    phones: tuple[str, ...] = ()
    linkedin_urls: tuple[str, ...] = ()


def find_contacts(text: str, *, own_text: str = "") -> FoundContacts:
    """What `text`, the person's unquoted words and signature, says; what stands in `own_text`, our own
    mails and signatures, is ours and left out.
    """
    own_digits, own_links = digits_of(own_text), set(_links(own_text))
    phones = dict.fromkeys(number for line in _lines(text) for number in _numbers(line))
    links = dict.fromkeys(link for link in _links(text) if link not in own_links)
    return FoundContacts(
        phones=tuple(number for number in phones if not is_ours(number, own_digits)),
        linkedin_urls=tuple(links),
    )


def has_contact_hint(text: str) -> bool:
    """Whether a signature could be in the text at all: a number or a LinkedIn address."""
    return "linkedin." in text.lower() or any(
        len(digits_of(match.group())) >= MIN_OWN_DIGITS for line in _lines(text) for match in _NUMBER.finditer(line)
    )


def stands_in(number: str, text: str) -> bool:
    """Whether these very digits were written, in one line, however they were grouped."""
    digits = digits_of(number)
    return len(digits) >= MIN_OWN_DIGITS and any(digits in digits_of(line) for line in text.splitlines())


def is_ours(number: str, own_digits: str) -> bool:
    """Whether the number stands in our own texts (with or without its country code)."""
    digits = digits_of(number)
    return len(digits) >= MIN_OWN_DIGITS and digits[-10:] in own_digits


def is_assistants(text: str, *, job_title: str | None = None) -> bool:
    """Whether somebody signs who writes for the person: an assistant's number and profile are never the lead's.
    A lead who is an assistant signs for themselves.
    """
    return not _ASSISTANT.search(job_title or "") and any(_WRITES_FOR.search(line) for line in _lines(text))


def digits_of(text: str) -> str:
    """The ASCII digits of a text."""
    return re.sub(r"[^0-9]", "", text)


def _numbers(line: str) -> Iterator[str]:
    for match in _NUMBER.finditer(line):
        number, before = match.group().strip(), line[: match.start()]
        if _FAX.search(before) or _DATE.fullmatch(number) or _DATE.match(number):
            continue
        alone = line.replace(number, "", 1).strip(_AROUND) == ""
        if number.startswith("+") or alone or _LABEL.search(before) or _GROUPED.search(number):
            yield number


def _links(text: str) -> Iterator[str]:
    for line in _lines(text):
        found = extract_linkedin_urls(line)
        if found.member_id:
            yield f"https://linkedin.com/in/{found.member_id}"
        yield from (link for link in (found.profile_url, found.company_url) if link)


def _lines(text: str) -> Iterator[str]:
    return (line[:MAX_LINE_CHARS] for line in text.splitlines() if not line.lstrip().startswith(">"))

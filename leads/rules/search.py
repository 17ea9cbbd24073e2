"""What a person means by the text in the search box."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from zrg.lib.addresses import normalize_email

MIN_CHARS = 3
MAX_CHARS = 100
MIN_PHONE_DIGITS = 7

_TRAILING = " \t\r\n.,;:!?"
_IN_BODY = re.compile(r"(?:^|\s)in:body(?=\s|$)", re.IGNORECASE)
_PHONE = re.compile(r"[0-9\s()+./-]+")


class SearchKind(StrEnum):
    NONE = "none"
    TOO_SHORT = "too_short"
    EMAIL = "email"
    PHONE = "phone"
    WORDS = "words"
    BODY = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How to look: `value` is a normalised address, the digits a phone ends in, or text to split into words."""

    kind: SearchKind
    value: str = ""

    @property
    def filters(self) -> bool:
        """Whether the list is narrowed at all."""
        return self.kind not in (SearchKind.NONE, SearchKind.TOO_SHORT)


def read_search(text: str | None) -> Search:
    """Tell addresses, phone numbers and words apart; less than three characters search nothing."""
    plain = unicodedata.normalize("NFKC", text or "").replace("\0", "")
    in_body = _IN_BODY.search(plain) is not None
    plain = _IN_BODY.sub(" ", plain).strip().rstrip(_TRAILING)
    if not plain and not in_body:
        return Search(kind=SearchKind.NONE)
    if len(plain) < MIN_CHARS or not any(character.isalnum() for character in plain):
        return Search(kind=SearchKind.TOO_SHORT)
    if in_body:
        return Search(kind=SearchKind.BODY, value=plain[:MAX_CHARS])
    if email := normalize_email(plain):
        return Search(kind=SearchKind.EMAIL, value=email)
    if digits := _phone_digits(plain):
        return Search(kind=SearchKind.PHONE, value=digits)
    return Search(kind=SearchKind.WORDS, value=plain[:MAX_CHARS])


def _phone_digits(text: str) -> str | None:
    """The end of a number: a trunk zero or the international prefix in front is no part of what is stored."""
    if not _PHONE.fullmatch(text):
        return None
    digits = re.sub(r"\D", "", text)
    return digits.lstrip("0") if len(digits) >= MIN_PHONE_DIGITS else None

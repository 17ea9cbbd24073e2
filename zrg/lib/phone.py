"""Telephone numbers: what a raw value means, how it is shown, when two of them are the same person's.

A number is only ever completed with a country that something speaks for; no country code is invented,
and nobody but the person who wrote the number supplies digits.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import phonenumbers

from zrg.lib.regions import country_of_email, country_of_timezone, country_of_us_state, country_of_website

Mode = Literal["ingest", "send"]
Source = Literal["explicit", "hint", "workspace", "default_calling_code", "bare_digits", "ai_region"]
Reason = Literal["missing_phone", "no_digits", "too_long", "unresolved"]

MIN_DIGITS = 7
MAX_DIGITS = 15
# Ten bare digits are a national number in too many countries to be read as an international one.
MIN_BARE_DIGITS_AT_INGESTION = 11
MIN_MATCH_DIGITS = 8
# A longer value is a pasted text; what a person means as the number stands at its beginning.
MAX_RAW_CHARACTERS = 500
DEFAULT_CALLING_CODE = "1"
AI_CONFIDENCE_THRESHOLD = 0.9

_SEPARATORS = re.compile(r"[,;|\r\n&]|\s(?:or|and)\s", re.IGNORECASE)
_TEL_PREFIX = re.compile(r"tel:", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:(?<![a-z])(?:extension|ext\.?|x)|#)[\s.:=]*[0-9]{1,6}[\s)\].]*$", re.IGNORECASE)
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_CALLING_CODE = re.compile(r"\+?([1-9][0-9]{0,2})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneResolution:
    """What a raw phone value means: E.164 and its source, or the reason why there is none.

    `national` is the national significant number of a resolved phone, else the digits as given without
    leading zeros (null when there were too few or too many). `country` is an ISO code.
    """

    e164: str | None = None
    national: str | None = None
    country: str | None = None
    source: Source | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionSuggestion:
    """A model's guess of the country a number belongs to; it has no field that could hold digits."""

    region: str
    confidence: float


class HasPhone(Protocol):
    """Anything with a resolved number and a national one, either of which may be missing."""

    @property
    def e164(self) -> str | None: ...

    @property
    def national(self) -> str | None: ...


def resolve_phone(
    raw: object,
    *,
    mode: Mode = "ingest",
    lead_timezone: str | None = None,
    company_state: str | None = None,
    email: str | None = None,
    company_website: str | None = None,
    workspace_timezone: str | None = None,
    default_calling_code: str | None = DEFAULT_CALLING_CODE,
    suggest_region: Callable[[], RegionSuggestion | None] | None = None,
    suggestion_threshold: float = AI_CONFIDENCE_THRESHOLD,
) -> PhoneResolution:
    """Resolve a raw value: explicit international form, then the lead's hints, at send time the workspace
    and the default calling code, then bare digits, at last (send time) the region a model names.

    `suggest_region` is asked only when everything else failed; its answer is a region, with which the
    person's own digits are parsed and validated. Never raises on bad input.
    """
    text = _clean(raw)
    if not text:
        return PhoneResolution(reason="missing_phone")
    number = _first_number(text)
    explicit = number.startswith("+")
    digits = _digits(_TRUNK_ZERO.sub("", number) if explicit else number)
    if len(digits) < MIN_DIGITS:
        return PhoneResolution(reason="no_digits")
    if len(digits) > MAX_DIGITS:
        return PhoneResolution(reason="too_long")

    if explicit:
        # As written first: Italy keeps the zero that others put in brackets to be dropped.
        for candidate in (_digits(number), digits):
            if found := _parse(f"+{candidate}", None, "explicit"):
                return found
    hints = (
        country_of_timezone(lead_timezone),
        country_of_us_state(company_state),
        country_of_email(email),
        country_of_website(company_website),
    )
    if found := _first_valid(digits, hints, "hint"):
        return found
    if mode == "send":
        if found := _first_valid(digits, [country_of_timezone(workspace_timezone)], "workspace"):
            return found
        if found := _first_valid(digits, [_main_country(default_calling_code)], "default_calling_code"):
            return found
    # Last of the sure readings on purpose: an Arkansas number read bare is a valid Norwegian mobile.
    if found := _parse_bare(digits, mode):
        return found
    if mode == "send" and suggest_region is not None:
        region = _trusted_region(suggest_region(), suggestion_threshold)
        if found := _first_valid(digits, [region], "ai_region"):
            return found
    return PhoneResolution(national=digits.lstrip("0") or None, reason="unresolved")


def display_phone(e164: str | None, raw: str | None = None) -> str:
    """The number in international format, else as it was given, else ""."""
    if e164:
        try:
            number = phonenumbers.parse(e164, None)
        except phonenumbers.NumberParseException:
            return raw or e164
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return raw or ""


def phone_match_keys(e164: str | None, national: str | None) -> frozenset[str]:
    """Digit strings by which a number may be found when one side has no E.164: the national number and,
    for a known E.164, its digits with country code. Leading zeros and keys under 8 digits are left out."""
    keys = {_digits(value).lstrip("0") for value in (national, e164, _national_of(e164)) if value}
    return frozenset(key for key in keys if len(key) >= MIN_MATCH_DIGITS)


def phones_match(one: HasPhone, other: HasPhone) -> bool:
    """Whether two numbers are the same: equal E.164 where both have one, otherwise an equal key.

    Never a substring, never across two known country codes.
    """
    if one.e164 and other.e164:
        return one.e164 == other.e164
    return bool(phone_match_keys(one.e164, one.national) & phone_match_keys(other.e164, other.national))


def _clean(raw: object) -> str:
    if isinstance(raw, bool) or not isinstance(raw, (str, int)):
        return ""
    # Copied numbers carry invisible direction marks; digits of other scripts are digits.
    normal = unicodedata.normalize("NFKC", str(raw)[:MAX_RAW_CHARACTERS])
    characters = (character for character in normal if unicodedata.category(character) != "Cf")
    return "".join(_ascii_digit(character) for character in characters).strip()


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _first_number(text: str) -> str:
    """The first number of a list of numbers, without prefix and extension, `00` as `+`."""
    piece = next((piece for piece in _pieces(text) if len(_digits(piece)) >= MIN_DIGITS), text)
    bare = _EXTENSION.sub("", _TEL_PREFIX.sub("", piece).strip())
    number = re.sub(r"^[^0-9+]+", "", bare)
    return "+" + number[2:] if number.startswith("00") else number


def _pieces(text: str) -> Iterator[str]:
    for piece in _SEPARATORS.split(text):
        yield _before_slash(piece)


def _before_slash(piece: str) -> str:
    """What stands before a slash between two whole numbers; `030/1234567` is one number."""
    for slash in re.finditer("/", piece):
        left, right = piece[: slash.start()], piece[slash.end() :]
        if len(_digits(left)) >= MIN_DIGITS and len(_digits(right)) >= MIN_DIGITS:
            return left
    return piece


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _first_valid(digits: str, regions: Iterable[str | None], source: Source) -> PhoneResolution | None:
    for region in regions:
        if region and (found := _parse(digits, region, source)):
            return found
    return None


def _parse_bare(digits: str, mode: Mode) -> PhoneResolution | None:
    too_short = mode == "ingest" and len(digits) < MIN_BARE_DIGITS_AT_INGESTION
    if too_short or digits.startswith("0"):
        return None
    return _parse(f"+{digits}", None, "bare_digits")


def _parse(text: str, region: str | None, source: Source) -> PhoneResolution | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    country = phonenumbers.region_code_for_number(number)
    return PhoneResolution(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        national=phonenumbers.national_significant_number(number),
        # "001" stands for numbers of no country (satellite, international toll-free).
        country=country if country and country.isalpha() else None,
        source=source,
    )


def _main_country(calling_code: str | None) -> str | None:
    match = _CALLING_CODE.fullmatch((calling_code or "").strip())
    code = match.group(1) if match else DEFAULT_CALLING_CODE
    region = phonenumbers.region_code_for_country_code(int(code))
    return region if region in phonenumbers.SUPPORTED_REGIONS else None


def _trusted_region(suggestion: RegionSuggestion | None, threshold: float) -> str | None:
    if suggestion is None or not suggestion.confidence >= min(max(threshold, 0.0), 1.0):
        return None
    region = suggestion.region.strip().upper()
    return region if region in phonenumbers.SUPPORTED_REGIONS else None


def _national_of(e164: str | None) -> str | None:
    found = _parse(e164, None, "explicit") if e164 else None
    return found.national if found else None

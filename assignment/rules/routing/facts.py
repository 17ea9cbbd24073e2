"""What rules may ask about a lead, in one normal form for leads and for the values of conditions."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from assignment.rules.routing.contracts import LeadFacts
from assignment.rules.routing.places import REGION_OF_STATE, US_CODES, country_code, state_code

TEXT_FIELDS = {
    "industry": "industry",
    "city": "company_city",
    "company_revenue": "company_revenue",
    "job_title": "job_title",
    "seniority": "seniority",
    "source": "source",
}
NUMBER_FIELDS = frozenset({"employee_count", "overall_score", "fit_score", "intent_score"})
BOOLEAN_FIELDS = frozenset({"has_email", "has_phone", "has_linkedin", "has_company"})
LIST_FIELDS = frozenset({"tags"})
ATTRIBUTE_PREFIX = "attributes."

# "to" stands between numbers, also without spaces (`51to200`); it is part of no word.
_DASHES = re.compile(r"\s*(?:[-–—‐‑‒―−﹘]|(?<![^\W\d_])to(?![^\W\d_]))\s*")
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//")
_FIRST_NUMBER = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)(k)?")
_ZIP_PLUS_FOUR = re.compile(r"^([0-9]{5})-?[0-9]{4}$")
_ZIP_DASH_FOUR = re.compile(r"^([0-9]{5})-[0-9]{4}$")


def facts_from_lead(lead: Mapping[str, Any]) -> LeadFacts:
    """Facts of a lead given by its columns; what is missing or blank has no fact.

    Also reads `has_activity`, `suppressed`, `lead_expires_at` and `excluded` as the claims give them.
    """
    expires = lead.get("lead_expires_at")
    return LeadFacts(
        id=str(lead["id"]),
        values=_Values(lead),
        has_activity=bool(lead.get("has_activity")),
        suppressed=bool(lead.get("suppressed")),
        expires_at=datetime.fromisoformat(expires) if isinstance(expires, str) else expires,
        excluded=frozenset(map(str, lead.get("excluded") or ())),
    )


class _Values(Mapping[str, Any]):
    """The facts of one lead, each worked out when a rule first asks for it."""

    __slots__ = ("_attributes", "_known", "_lead")

    def __init__(self, lead: Mapping[str, Any]):
        self._lead = lead
        self._known: dict[str, Any] = {}
        self._attributes: Mapping[str, Any] | None = None

    def __getitem__(self, name: str) -> Any:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        """The fact, or `default` where the lead has none."""
        if name not in self._known:
            self._known[name] = self._read(name)
        value = self._known[name]
        return default if value is None else value

    def __contains__(self, name: object) -> bool:
        return self.get(str(name)) is not None

    def __iter__(self) -> Iterator[str]:
        return (name for name in (*READERS, *self._read_attributes()) if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _read(self, name: str) -> Any:
        if name.startswith(ATTRIBUTE_PREFIX):
            value = self._read_attributes().get(name)
            return value if isinstance(value, bool | int | float) else text(value)
        reader = READERS.get(name)
        return reader(self._lead) if reader else None

    def _read_attributes(self) -> Mapping[str, Any]:
        if self._attributes is None:
            given = self._lead.get("attributes") or {}
            stored = json.loads(given) if isinstance(given, str) else given
            self._attributes = {ATTRIBUTE_PREFIX + str(key): value for key, value in stored.items()}
        return self._attributes


def _state_of(lead: Mapping[str, Any]) -> str | None:
    return state_code(_words(lead.get("company_state"))) or None


def _country_of(lead: Mapping[str, Any]) -> str | None:
    named = _words(lead.get("company_country"))
    if named:
        return country_code(named)
    return "US" if _state_of(lead) in US_CODES else None


def _region_of(lead: Mapping[str, Any]) -> str | None:
    return _region(_state_of(lead)) if _country_of(lead) == "US" else None


def _text_reader(column: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda lead: text(lead.get(column))


def _presence_reader(column: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda lead: bool(_words(lead.get(column)))


def _plain_reader(column: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda lead: lead.get(column)


def _region(state: str | None) -> str | None:
    return text(REGION_OF_STATE.get(state or ""))


def text(value: Any) -> str | None:
    """NFKC, white space collapsed, case folded; None when nothing is left."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    return _words(str(value)).casefold() or None


def _words(value: Any) -> str:
    return " ".join(unicodedata.normalize("NFKC", str(value)).split()) if value is not None else ""


def company_size(value: Any) -> str | None:
    """`51 – 200 employees` → `51-200`."""
    size = (text(value) or "").replace("employees", "").replace(",", "")
    return _DASHES.sub("-", size.strip()).replace(" ", "") or None


def employee_count(size: str | None) -> int | None:
    """The first number of a normalised size: `51-200` → 51, `10k+` → 10,000."""
    match = _FIRST_NUMBER.search(size or "")
    if match is None:
        return None
    return int(float(match.group(1)) * (1_000 if match.group(2) else 1))


def domain(value: Any) -> str | None:
    """Host of a website without scheme, `www.`, port and path."""
    address = _SCHEME.sub("", text(value) or "", count=1)
    host = re.split(r"[/?#]", address, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    return host.removeprefix("www.").rstrip(".") or None


def _domain_of_address(value: Any) -> str | None:
    _, at, host = (text(value) or "").rpartition("@")
    return host.rstrip("> ") or None if at else None


def _postal_code(value: Any, country: str | None) -> str | None:
    code = _words(value).upper().replace(" ", "")
    # Without a country only the dash tells a ZIP+4 from another nine digits.
    form = _ZIP_PLUS_FOUR if country == "US" else _ZIP_DASH_FOUR
    if country in ("US", None) and (match := form.match(code)):
        code = match.group(1)
    return code or None


def _condition_postal_code(value: Any) -> str | None:
    return _postal_code(value, None)


def _country(value: Any) -> str | None:
    words = _words(value)
    return country_code(words) if words else None


def _state(value: Any) -> str | None:
    return state_code(_words(value)) or None


def _plain(value: Any) -> str | None:
    return _words(value) or None


# How the values of a condition are read; a field that is missing here is unknown.
NORMALISERS: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(TEXT_FIELDS, text),
    "country": _country,
    "state": _state,
    "region": text,
    "postal_code": _condition_postal_code,
    "company_size": company_size,
    "email_domain": lambda value: (text(value) or "").rpartition("@")[2] or None,
    "company_domain": domain,
    "tags": text,
    "timezone": _plain,
}

# The columns of a lead behind each fact.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in (*TEXT_FIELDS, "overall_score", "fit_score", "intent_score", "tags", "timezone")},
    "state": ("company_state",),
    "country": ("company_country", "company_state"),
    "region": ("company_country", "company_state"),
    "postal_code": ("company_postal_code", "company_country", "company_state"),
    "company_size": ("employee_headcount",),
    "employee_count": ("employee_headcount",),
    "email_domain": ("email",),
    "company_domain": ("company_website",),
    "has_email": ("email",),
    "has_phone": ("phone",),
    "has_linkedin": ("linkedin_url",),
    "has_company": ("company_name",),
}
ALL_COLUMNS = tuple(sorted({column for columns in _COLUMNS.values() for column in columns} | {"attributes"}))


def columns_of(facts: Iterable[str]) -> tuple[str, ...]:
    """The columns of a lead that `facts_from_lead` needs for these facts."""
    columns = (("attributes",) if fact.startswith(ATTRIBUTE_PREFIX) else _COLUMNS[fact] for fact in facts)
    return tuple(sorted({column for several in columns for column in several}))


# Every fact but the attributes.
READERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    **{name: _text_reader(column) for name, column in TEXT_FIELDS.items()},
    "city": lambda lead: text(lead.get("company_city") or lead.get("city")),
    "state": _state_of,
    "country": _country_of,
    "region": _region_of,
    "postal_code": lambda lead: _postal_code(lead.get("company_postal_code"), _country_of(lead)),
    "company_size": lambda lead: company_size(lead.get("employee_headcount")),
    "employee_count": lambda lead: employee_count(company_size(lead.get("employee_headcount"))),
    "email_domain": lambda lead: _domain_of_address(lead.get("email")),
    "company_domain": lambda lead: domain(lead.get("company_website")),
    "tags": lambda lead: frozenset(filter(None, map(text, lead.get("tags") or ()))) or None,
    **{name: _plain_reader(name) for name in ("overall_score", "fit_score", "intent_score")},
    "has_email": _presence_reader("email"),
    "has_phone": _presence_reader("phone"),
    "has_linkedin": _presence_reader("linkedin_url"),
    "has_company": _presence_reader("company_name"),
    "timezone": lambda lead: _words(lead.get("timezone")) or None,
}

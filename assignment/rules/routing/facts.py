"""What rules may ask about a lead, in one normal form for leads and for the values of conditions."""

import re
import unicodedata
from collections.abc import Callable, Mapping
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

_DASHES = re.compile(r"\s*(?:[-–—‐‑‒−]|\bto\b)\s*")
_FIRST_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?)(k)?")
_ZIP_PLUS_FOUR = re.compile(r"^([0-9]{5})-?[0-9]{4}$")
_ZIP_DASH_FOUR = re.compile(r"^([0-9]{5})-[0-9]{4}$")


def facts_from_lead(lead: Mapping[str, Any]) -> LeadFacts:
    """Facts of a lead given by its columns; what is missing or blank has no fact.

    Also reads `has_activity`, `suppressed`, `lead_expires_at` and `excluded` as the claims give them.
    """
    values = _values(lead)
    excluded = lead.get("excluded") or ()
    expires = lead.get("lead_expires_at")
    return LeadFacts(
        id=str(lead["id"]),
        values=values,
        has_activity=bool(lead.get("has_activity")),
        suppressed=bool(lead.get("suppressed")),
        expires_at=datetime.fromisoformat(expires) if isinstance(expires, str) else expires,
        excluded=frozenset(map(str, excluded)),
    )


def _values(lead: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {name: text(lead.get(column)) for name, column in TEXT_FIELDS.items()}
    values["city"] = text(lead.get("company_city") or lead.get("city"))
    values |= _place(lead)
    values["company_size"] = company_size(lead.get("employee_headcount"))
    values["employee_count"] = employee_count(values["company_size"])
    values["email_domain"] = _domain_of_address(lead.get("email"))
    values["company_domain"] = domain(lead.get("company_website"))
    values["tags"] = frozenset(filter(None, map(text, lead.get("tags") or ()))) or None
    for name in ("overall_score", "fit_score", "intent_score"):
        values[name] = lead.get(name)
    values["has_email"] = bool(_words(lead.get("email")))
    values["has_phone"] = bool(_words(lead.get("phone")))
    values["has_linkedin"] = bool(_words(lead.get("linkedin_url")))
    values["has_company"] = bool(_words(lead.get("company_name")))
    values["timezone"] = _words(lead.get("timezone")) or None
    for key, value in (lead.get("attributes") or {}).items():
        values[ATTRIBUTE_PREFIX + str(key)] = value if isinstance(value, bool | int | float) else text(value)
    return {name: value for name, value in values.items() if value is not None}


def _place(lead: Mapping[str, Any]) -> dict[str, Any]:
    state = state_code(_words(lead.get("company_state"))) or None
    named = _words(lead.get("company_country"))
    country = country_code(named) if named else ("US" if state in US_CODES else None)
    return {
        "state": state,
        "country": country,
        "region": _region(state) if country == "US" else None,
        "postal_code": _postal_code(lead.get("company_postal_code"), country),
    }


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
    url = (text(value) or "").partition("://")
    host = re.split(r"[/?#:]", url[2] or url[0], maxsplit=1)[0].rpartition("@")[2]
    return host.removeprefix("www.").rstrip(".") or None


def _domain_of_address(value: Any) -> str | None:
    return (text(value) or "").rpartition("@")[2].rstrip("> ") or None


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
    "email_domain": lambda value: (text(value) or "").removeprefix("@") or None,
    "company_domain": domain,
    "tags": text,
    "timezone": _plain,
}

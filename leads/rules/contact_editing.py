"""What a person may write over in a lead's contact, in the stored forms. Addresses of e-mail: promotion."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext

from leads.enums import LinkedInConnection, TimezoneSource
from leads.models import Lead
from leads.rules.facts import accepted_phone
from leads.rules.identity import MAX_PHONE_RAW
from zrg.lib.errors import BadInput
from zrg.lib.linkedin import classify_linkedin_url
from zrg.lib.text import storable

TEXTS = {
    "first_name": 120,
    "last_name": 120,
    "job_title": 200,
    "company_name": 255,
    "company_website": 500,
    "industry": 200,
    "employee_headcount": 64,
}
FIELDS = (*TEXTS, "phone", "linkedin_url", "linkedin_company_url", "timezone")
_WEBSITE = re.compile(r"(?:https?://)?[^\s/@]+\.[^\s/@]{2,}(?:/\S*)?", re.IGNORECASE)


def contact_changes(lead: Lead, given: Mapping[str, str]) -> dict[str, Any]:
    """Columns that become other than they are. `given` holds fields of `FIELDS`; an empty text clears.

    Raises `BadInput` with the field: `unknown_field`, `too_long`, `invalid_website`, `invalid_phone`,
    `invalid_linkedin`, `invalid_timezone`.
    """
    changes: dict[str, Any] = {}
    for name, value in given.items():
        if name not in FIELDS:
            raise BadInput(gettext("Unknown field."), code="unknown_field", http_status=400, field=name)
        changes |= _READERS.get(name, _text)(lead, name, " ".join(storable(value).split()))
    return {name: value for name, value in changes.items() if getattr(lead, name) != value}


def _text(_lead: Lead, name: str, value: str) -> dict[str, Any]:
    if len(value) > TEXTS[name]:
        raise BadInput(gettext("At most {texts} characters.").format(texts=TEXTS[name]), code="too_long", field=name)
    return {name: value or None}


def _website(lead: Lead, name: str, value: str) -> dict[str, Any]:
    if value and not _WEBSITE.fullmatch(value):
        raise BadInput(gettext("This is not the address of a website."), code="invalid_website", field=name)
    return _text(lead, name, value)


def _phone(lead: Lead, name: str, value: str) -> dict[str, Any]:
    stored = lead.phone or lead.phone_raw or lead.phone_national or ""
    if value == stored:
        return {}
    if not value:
        return {"phone": None, "phone_national": None, "phone_country": None, "phone_raw": None}
    found = accepted_phone(lead, value)
    if not (found.e164 or found.national):
        raise BadInput(
            gettext("This is not a phone number. Write it with its country, like +49 …"),
            code="invalid_phone",
            field=name,
        )
    return {
        "phone": found.e164,
        "phone_national": found.national,
        "phone_country": found.country,
        "phone_raw": value[:MAX_PHONE_RAW],
    }


def _profile(lead: Lead, name: str, value: str) -> dict[str, Any]:
    url = classify_linkedin_url(value).profile_url
    if value and url is None:
        raise BadInput(gettext("A personal profile is linkedin.com/in/…"), code="invalid_linkedin", field=name)
    if url == lead.linkedin_url:
        return {}
    # Another profile is another member: what is known of the old one does not hold for it.
    return {
        name: url,
        "linkedin_id": None,
        "linkedin_connection": LinkedInConnection.UNKNOWN,
        "linkedin_connection_checked_at": None,
        "linkedin_invited_at": None,
        "linkedin_unreachable_at": None,
        "linkedin_unreachable_reason": None,
    }


def _company(_lead: Lead, name: str, value: str) -> dict[str, Any]:
    url = classify_linkedin_url(value).company_url
    if value and url is None:
        raise BadInput(gettext("A company page is linkedin.com/company/…"), code="invalid_linkedin", field=name)
    return {name: url}


def _timezone(lead: Lead, name: str, value: str) -> dict[str, Any]:
    if value and value not in available_timezones():
        raise BadInput(
            gettext("Choose a time zone of the list, like Europe/Berlin."), code="invalid_timezone", field=name
        )
    if value == (lead.timezone or ""):
        return {}
    source = TimezoneSource.MANUAL if value else None
    return {name: value or None, "timezone_source": source, "timezone_confidence": None}


_READERS = {
    "company_website": _website,
    "phone": _phone,
    "linkedin_url": _profile,
    "linkedin_company_url": _company,
    "timezone": _timezone,
}

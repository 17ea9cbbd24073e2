"""What a source says about a lead, and what of it is used: empty fields are filled, stored values stay."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import available_timezones

from leads.enums import Identifier, TimezoneSource
from leads.models import Lead
from leads.rules.filling import choose_fill
from leads.rules.identity import MAX_LINKEDIN_ID, MAX_PHONE_RAW, Identity, clean_id, clean_text
from zrg.lib.linkedin import classify_linkedin_url
from zrg.lib.phone import PhoneResolution, resolve_phone

MIN_NATIONAL_DIGITS = 10
"""Fewer digits without a country are an extension or a part of something, not a phone."""

_TEXTS = {
    "company_name": 255,
    "job_title": 200,
    "company_website": 500,
    "company_state": 120,
    "industry": 200,
    "employee_headcount": 64,
}
_DOMAIN = re.compile(r"(?:https?://)?[^\s/@]+\.[^\s/@]{2,}(?:/\S*)?", re.IGNORECASE)
_NOTHING = frozenset({"-", "--", "n/a", "na", "none", "null", "undefined"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Values as a source has them, unchecked; None for what it does not know."""

    phone: str | None = None
    linkedin_urls: tuple[str, ...] = ()
    linkedin_id: str | None = None
    company_name: str | None = None
    job_title: str | None = None
    company_website: str | None = None
    company_state: str | None = None
    industry: str | None = None
    employee_headcount: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFacts:
    """The same in the stored forms; whatever is malformed is missing."""

    identity: Identity = field(default_factory=Identity)
    others: dict[str, str] = field(default_factory=dict)


def read_facts(lead: Lead, facts: Facts) -> ReadFacts:
    """Normalise what a source says about `lead`, whose own data tells the country of a number."""
    texts = {name: value for name, length in _TEXTS.items() if (value := _text(getattr(facts, name), length))}
    if not _DOMAIN.fullmatch(texts.get("company_website", "")):
        texts.pop("company_website", None)
    zone = (facts.timezone or "").strip()
    if zone in available_timezones():
        texts["timezone"] = zone
    links = [classify_linkedin_url(url) for url in facts.linkedin_urls]
    member_ids = (clean_id(facts.linkedin_id, MAX_LINKEDIN_ID), *(link.member_id for link in links))
    identity = Identity(
        phone=accepted_phone(lead, facts.phone, state=texts.get("company_state"), zone=texts.get("timezone")),
        phone_raw=(facts.phone or "").strip()[:MAX_PHONE_RAW] or None,
        linkedin_id=_first(member_ids),
        linkedin_url=_first(link.profile_url for link in links),
        linkedin_company_url=_first(link.company_url for link in links),
        company_name=texts.pop("company_name", None),
        job_title=texts.pop("job_title", None),
    )
    return ReadFacts(identity=identity, others=texts)


def accepted_phone(
    lead: Lead, raw: str | None, *, state: str | None = None, zone: str | None = None
) -> PhoneResolution:
    """The number if it resolves by what is known of the lead or has at least ten digits; else nothing."""
    found = resolve_phone(
        raw,
        lead_timezone=lead.timezone or zone,
        company_state=lead.company_state or state,
        email=lead.email,
        company_website=lead.company_website,
    )
    usable = found.e164 or len(found.national or "") >= MIN_NATIONAL_DIGITS
    return found if usable else PhoneResolution(reason=found.reason)


def choose_facts(lead: Lead, read: ReadFacts, *, claimed: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Columns to set; `claimed` names identifiers of another lead, which are not copied."""
    changes = choose_fill(lead, read.identity, claimed=claimed)
    changes |= {name: value for name, value in read.others.items() if not getattr(lead, name)}
    if "timezone" in changes:
        changes["timezone_source"] = TimezoneSource.PROVIDER
    return changes


def is_contact(changes: Iterable[str]) -> bool:
    """Whether a way to reach the person is among the columns."""
    return not {"phone", "phone_national", Identifier.LINKEDIN_URL, Identifier.LINKEDIN_ID}.isdisjoint(changes)


def _text(value: str | None, length: int) -> str | None:
    text = clean_text(value, length)
    return None if text is None or text.lower() in _NOTHING else text


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)

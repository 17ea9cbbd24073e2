"""Who an incoming contact is, in the stored forms. Whatever is malformed is missing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from leads.contracts import ContactDetails, ContactIds
from zrg.lib.addresses import is_machine_address, is_own_sender, normalize_email
from zrg.lib.linkedin import classify_linkedin_url
from zrg.lib.phone import PhoneResolution, resolve_phone

MAX_PROVIDER_ID = 64
MAX_LINKEDIN_ID = 128
MAX_PHONE_RAW = 64
TEXT_LENGTHS = {"first_name": 120, "last_name": 120, "company_name": 255, "job_title": 200}

_NOTHING_WORDS = frozenset({"null", "undefined", "none", "n/a", "-", "--"})
_TEMPLATE = re.compile(r"\{\{?\s*\w+\s*\}?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Normalised identifiers and facts of one person; every field may be missing."""

    email: str | None = None
    phone: PhoneResolution = field(default_factory=PhoneResolution)
    phone_raw: str | None = None
    ghl_contact_id: str | None = None
    email_bison_lead_id: str | None = None
    linkedin_id: str | None = None
    linkedin_url: str | None = None
    linkedin_company_url: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    job_title: str | None = None

    @property
    def is_usable(self) -> bool:
        """Whether it names a person; names, a company page or a phone that is none do not."""
        return any(
            (
                self.email,
                self.phone.e164,
                self.phone.national,
                self.ghl_contact_id,
                self.email_bison_lead_id,
                self.linkedin_id,
                self.linkedin_url,
            )
        )

    def lock_keys(self) -> list[str]:
        """One text per identifier, sorted: two copies of one person share at least one of them."""
        phones = {self.phone.e164, self.phone.national}
        values = {
            "ghl": {self.ghl_contact_id},
            "bison": {self.email_bison_lead_id},
            "linkedin": {self.linkedin_id, self.linkedin_url},
            "email": {self.email},
            "phone": phones,
        }
        return sorted(f"{kind}:{value}" for kind, found in values.items() for value in found if value)


def read_identity(contact: ContactDetails, ids: ContactIds, *, own_senders: Sequence[str] = ()) -> Identity:
    """Normalise a contact; machine addresses and the workspace's own are dropped."""
    email = usable_email(contact.email, own_senders)
    links = [classify_linkedin_url(url) for url in (ids.linkedin_url, contact.linkedin_url, ids.linkedin_company_url)]
    member_ids = [clean_id(ids.linkedin_id, MAX_LINKEDIN_ID), *(link.member_id for link in links)]
    return Identity(
        email=email,
        phone=resolve_phone(contact.phone, email=email),
        phone_raw=(str(contact.phone).strip()[:MAX_PHONE_RAW] or None) if contact.phone else None,
        ghl_contact_id=clean_id(ids.ghl_contact_id, MAX_PROVIDER_ID),
        email_bison_lead_id=clean_id(ids.email_bison_lead_id, MAX_PROVIDER_ID),
        linkedin_id=next((one for one in member_ids if one), None),
        linkedin_url=next((link.profile_url for link in links if link.profile_url), None),
        linkedin_company_url=next((link.company_url for link in links if link.company_url), None),
        **{name: clean_text(getattr(contact, name), length) for name, length in TEXT_LENGTHS.items()},
    )


def usable_email(value: object, own_senders: Sequence[str] = ()) -> str | None:
    """The normalised address, unless a machine's or the workspace's own."""
    email = normalize_email(value) if isinstance(value, str) else None
    if email is None or is_machine_address(email) or is_own_sender(email, own_senders):
        return None
    return email


def clean_id(value: object, max_length: int) -> str | None:
    """A provider's id as text; blank or too long is none."""
    if value is None or isinstance(value, bool):
        return None
    text = str(value).strip()
    return text if text and len(text) <= max_length else None


def clean_text(value: object, max_length: int) -> str | None:
    """A name or a company; placeholders, template tokens and addresses are none."""
    if not isinstance(value, str):
        return None
    text = " ".join(value.replace("\0", "").split())[:max_length].strip()
    if not text or text.lower() in _NOTHING_WORDS or _TEMPLATE.search(text) or normalize_email(text):
        return None
    return text

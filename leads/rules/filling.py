"""What an incoming person adds to a lead: empty fields are filled, stored values stay."""

from typing import Any
from uuid import UUID

from leads.enums import Identifier
from leads.models import Lead
from leads.rules.identity import Identity
from zrg.lib.linkedin import merge_linkedin_fields
from zrg.lib.phone import PhoneResolution, phones_match

PLAIN_FIELDS = (
    "email",
    "ghl_contact_id",
    "email_bison_lead_id",
    "linkedin_id",
    "first_name",
    "last_name",
    "company_name",
    "job_title",
)


def choose_fill(
    lead: Lead,
    identity: Identity,
    *,
    claimed: frozenset[str] = frozenset(),
    sender_account_id: str | None = None,
    email_campaign_id: UUID | None = None,
    sms_campaign_id: UUID | None = None,
) -> dict[str, Any]:
    """Columns to set. `claimed` names identifiers that are another lead's and must not be copied."""
    offered: dict[str, Any] = {name: getattr(identity, name) for name in PLAIN_FIELDS}
    offered |= {
        "sender_account_id": sender_account_id,
        "email_campaign_id": email_campaign_id,
        "sms_campaign_id": sms_campaign_id,
    }
    if Identifier.ALTERNATE_EMAIL in claimed:
        claimed |= {Identifier.EMAIL}
    changes = {
        name: value for name, value in offered.items() if value and name not in claimed and not getattr(lead, name)
    }
    changes |= _fill_linkedin(lead, identity, claimed) | fill_phone(lead, identity.phone, identity.phone_raw)
    if "email" in changes and changes["email"] in lead.alternate_emails:
        changes["alternate_emails"] = [one for one in lead.alternate_emails if one != changes["email"]]
    return changes


def fill_phone(lead: Lead, phone: PhoneResolution, raw: str | None) -> dict[str, Any]:
    """An unknown phone is stored; a national number gains its country when the same number comes in full."""
    stored = PhoneResolution(e164=lead.phone, national=lead.phone_national)
    if not (phone.e164 or phone.national) or stored.e164:
        return {}
    if stored.national and not (phone.e164 and phones_match(stored, phone)):
        return {}
    return {
        "phone": phone.e164,
        "phone_national": phone.national,
        "phone_country": phone.country,
        "phone_raw": lead.phone_raw or raw,
    }


def _fill_linkedin(lead: Lead, identity: Identity, claimed: frozenset[str]) -> dict[str, str]:
    offered_profile = None if Identifier.LINKEDIN_URL in claimed else identity.linkedin_url
    merged = merge_linkedin_fields(
        current_profile_url=lead.linkedin_url,
        current_company_url=lead.linkedin_company_url,
        incoming_profile_url=offered_profile,
        incoming_company_url=identity.linkedin_company_url,
    )
    changes = {}
    if merged.profile_url and not lead.linkedin_url:
        changes["linkedin_url"] = merged.profile_url
    if merged.company_url and not lead.linkedin_company_url:
        changes["linkedin_company_url"] = merged.company_url
    return changes

"""What the lead that stays takes from the one that goes."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from leads.enums import SentimentTag
from leads.models import Lead
from leads.rules.participants import add_alternate_email

# Values that only make sense together: taken as a whole, when the lead that stays has none of them.
GROUPS: tuple[tuple[str, ...], ...] = (
    ("phone", "phone_national", "phone_country", "phone_raw"),
    ("timezone", "timezone_source", "timezone_confidence"),
    ("fit_score", "intent_score", "overall_score", "score_reasoning", "scored_at"),
    ("assigned_to_id", "assigned_at"),
    ("current_replier_email", "current_replier_name", "current_replier_since"),
    ("enrichment_source", "enriched_at"),
    ("qualification_answers", "qualification_answers_extracted_at"),
    ("booking_qualification_status", "booking_qualification_checked_at", "booking_qualification_reason"),
    (
        "booked_slot",
        "ghl_appointment_id",
        "calendly_invitee_uri",
        "calendly_scheduled_event_uri",
        "appointment_booked_at",
        "appointment_start_at",
        "appointment_end_at",
        "appointment_status",
        "appointment_canceled_at",
        "appointment_provider",
        "appointment_source",
    ),
    ("external_scheduling_link", "external_scheduling_link_last_seen_at"),
    *(
        (name,)
        for name in (
            "ghl_contact_id",
            "email_bison_lead_id",
            "linkedin_id",
            "sender_account_id",
            "email",
            "linkedin_url",
            "linkedin_company_url",
            "first_name",
            "last_name",
            "job_title",
            "seniority",
            "company_name",
            "company_website",
            "company_country",
            "company_state",
            "company_city",
            "company_postal_code",
            "company_revenue",
            "industry",
            "employee_headcount",
            "industry_notes",
            "preferred_timing",
            "email_campaign_id",
            "sms_campaign_id",
            "ghl_workflow_id",
        )
    ),
)


# What the person who merges sees side by side.
SHOWN_FACTS = (
    ("full_name", "Name"),
    ("email", "E-mail"),
    ("alternate_emails", "Other addresses"),
    ("shown_phone", "Phone"),
    ("linkedin_url", "LinkedIn"),
    ("company_name", "Company"),
    ("job_title", "Job title"),
    ("company_website", "Website"),
    ("status", "Status"),
    ("sentiment_tag", "Sentiment"),
    ("ghl_contact_id", "GHL contact"),
    ("email_bison_lead_id", "E-mail provider id"),
    ("linkedin_id", "LinkedIn member"),
    ("tags", "Tags"),
)


# Nothing was found out: no value, or the status and sentiment every lead starts with.
UNJUDGED = ("", "New")


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedFact:
    """One fact of both leads. `taken`: the result has the second lead's; `lost`: it is only in the audit."""

    label: str
    keep: str
    drop: str
    taken: bool
    lost: bool


def compare_fact(keep: Lead, drop: Lead, changes: dict[str, Any], name: str, label: str) -> MergedFact:
    """How one fact of two leads ends, given the columns a merge sets."""
    kept, dropped = _shown(keep, name), _shown(drop, name)
    joined = name in ("alternate_emails", "tags", "email")
    empty = kept in UNJUDGED
    taken = (
        bool(dropped)
        and dropped != kept
        and (empty if name in ("status", "sentiment_tag", "full_name", "shown_phone") else name in changes)
    )
    return MergedFact(
        label=label,
        keep=kept,
        drop=dropped,
        taken=taken,
        lost=dropped not in UNJUDGED and not taken and not joined and dropped != kept,
    )


def merge_values(keep: Lead, drop: Lead) -> dict[str, Any]:
    """Columns to set on `keep`: empty ones filled, addresses and tags joined, openings added up."""
    changes = {
        name: getattr(drop, name)
        for group in GROUPS
        if not any(_known(getattr(keep, name)) for name in group)
        for name in group
        if _known(getattr(drop, name))
    }
    primary = changes.get("email") or keep.email
    alternates = list(keep.alternate_emails)
    for address in (drop.email, *drop.alternate_emails):
        if address and address != primary:
            alternates = add_alternate_email(alternates, address, primary)
    opened = [moment for moment in (keep.email_last_opened_at, drop.email_last_opened_at) if moment]
    joined = {
        "alternate_emails": [address for address in alternates if address != primary],
        "tags": list(dict.fromkeys([*keep.tags, *drop.tags])),
        "attributes": {**drop.attributes, **keep.attributes},
        "email_open_count": keep.email_open_count + drop.email_open_count,
        "email_last_opened_at": max(opened, default=None),
    }
    if keep.sentiment_tag == SentimentTag.NEW and drop.sentiment_tag != SentimentTag.NEW:
        changes |= {"sentiment_tag": drop.sentiment_tag, "sentiment_message_id": drop.sentiment_message_id}
    return changes | {name: value for name, value in joined.items() if value != getattr(keep, name)}


def _shown(lead: Lead, name: str) -> str:
    value = gettext(lead.get_status_display()) if name == "status" else getattr(lead, name)
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def _known(value: object) -> bool:
    return value is not None and value != ""

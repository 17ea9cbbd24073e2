"""What a row adds to a lead that is there already."""

from typing import Any

from leads.models import Lead
from leads.rules.importing.rows import ImportRow, column_values

OVERWRITABLE = frozenset({"first_name", "last_name", "company_name"})
READ_COLUMNS = (
    "first_name",
    "last_name",
    "company_name",
    "job_title",
    "linkedin_company_url",
    "company_website",
    "company_city",
    "company_state",
    "company_postal_code",
    "company_country",
    "industry",
    "employee_headcount",
    "company_revenue",
    "seniority",
    "timezone",
    "tags",
    "attributes",
    "sms_campaign_id",
    "followups_blocked",
)


def choose_update(
    lead: Lead, row: ImportRow, *, overwrite_names: bool, sms_campaign_id: object = None
) -> dict[str, Any]:
    """Columns to set: blanks are filled; names and company replaced when asked for, unless only the case differs.

    E-mail, phone, provider ids, profile, status and blacklist are never part of it.
    """
    changes: dict[str, Any] = {}
    for name, value in column_values(row).items():
        stored = getattr(lead, name)
        replaces = overwrite_names and name in OVERWRITABLE and bool(stored) and stored.lower() != value.lower()
        if not stored or replaces:
            changes[name] = value
    if "timezone" in changes:
        changes["timezone_source"] = "provider"
    if row.tags and not lead.tags:
        changes["tags"] = list(row.tags)
    if missing := {name: value for name, value in row.attributes.items() if name not in lead.attributes}:
        changes["attributes"] = {**lead.attributes, **missing}
    if sms_campaign_id is not None and lead.sms_campaign_id is None:
        changes["sms_campaign_id"] = sms_campaign_id
    return changes

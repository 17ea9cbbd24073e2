"""Bringing stored identifiers to their present form."""

from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from leads.enums import ConflictSource, Identifier
from leads.models import Lead, LeadIdentityConflict
from leads.rules.filling import fill_phone
from leads.services.walking import walk_leads
from zrg.lib.linkedin import classify_linkedin_url, merge_linkedin_fields
from zrg.lib.phone import resolve_phone


def normalize_phones(workspace_id: UUID, *, dry_run: bool = False) -> tuple[int, int]:
    """Resolve numbers without a country by what is known of the lead now; (seen, resolved)."""
    seen = changed = 0
    for batch in walk_leads(workspace_id, lambda leads: leads.filter(phone=None, phone_national__isnull=False)):
        seen += len(batch)
        for lead in batch:
            changes = _phone_changes(lead)
            changed += bool(changes)
            if changes and not dry_run:
                Lead.objects.filter(pk=lead.pk).update(**changes, changed_at=Now(), updated_at=Now())
    return seen, changed


def repair_linkedin_urls(workspace_id: UUID, *, dry_run: bool = False) -> tuple[int, int]:
    """Store canonical addresses, a company page in its own field; (seen, repaired).

    A profile that another lead has already is left as it is and written down as a conflict.
    """
    seen = changed = 0
    linked = Q(linkedin_url__isnull=False) | Q(linkedin_company_url__isnull=False)
    for batch in walk_leads(workspace_id, lambda leads: leads.filter(linked)):
        seen += len(batch)
        for lead in batch:
            changes = _linkedin_changes(lead)
            changed += bool(changes)
            if changes and not dry_run:
                _write_linkedin(lead, changes)
    return seen, changed


def _phone_changes(lead: Lead) -> dict[str, str | None]:
    phone = resolve_phone(
        lead.phone_raw or lead.phone_national,
        lead_timezone=lead.timezone,
        company_state=lead.company_state,
        email=lead.email,
        company_website=lead.company_website,
    )
    return fill_phone(lead, phone, lead.phone_raw) if phone.e164 else {}


def _linkedin_changes(lead: Lead) -> dict[str, str | None]:
    merged = merge_linkedin_fields(current_profile_url=lead.linkedin_url, current_company_url=lead.linkedin_company_url)
    changes: dict[str, str | None] = {}
    if merged.profile_url != lead.linkedin_url:
        changes["linkedin_url"] = merged.profile_url
    if merged.company_url != lead.linkedin_company_url:
        changes["linkedin_company_url"] = merged.company_url
    member_id = classify_linkedin_url(lead.linkedin_url).member_id
    if member_id and not lead.linkedin_id:
        changes["linkedin_id"] = member_id
    return changes


def _write_linkedin(lead: Lead, changes: dict[str, str | None]) -> None:
    for identifier in (Identifier.LINKEDIN_URL, Identifier.LINKEDIN_ID):
        value = changes.get(identifier)
        others = Lead.objects.in_workspace(lead.workspace_id).exclude(pk=lead.pk)
        owner = others.filter(**{identifier.value: value}).first() if value else None
        if owner is not None:
            del changes[identifier]
            _note_conflict(lead, owner, identifier, str(value))
    if changes:
        Lead.objects.filter(pk=lead.pk).update(**changes, changed_at=Now(), updated_at=Now())


def _note_conflict(lead: Lead, owner: Lead, identifier: Identifier, value: str) -> None:
    LeadIdentityConflict.objects.bulk_create(
        [
            LeadIdentityConflict(
                workspace_id=lead.workspace_id,
                lead=lead,
                other_lead=owner,
                identifier=identifier,
                value=value,
                source=ConflictSource.SYNC,
            )
        ],
        ignore_conflicts=True,
    )

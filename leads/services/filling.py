"""Writing what a source found about a lead: only what is empty, and nothing that is another lead's."""

from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from leads.enums import ConflictSource, EnrichmentSource, Identifier
from leads.models import Lead, LeadIdentityConflict
from leads.rules.facts import Facts, ReadFacts, choose_facts, is_contact, read_facts
from leads.services.changes import announce_data_change
from leads.services.ghl_contacts import request_contact_sync
from zrg.lib import log_events

logger = structlog.get_logger(__name__)

_OWNED = (Identifier.LINKEDIN_URL, Identifier.LINKEDIN_ID)


def fill_lead(lead: Lead, facts: Facts, source: EnrichmentSource) -> frozenset[str]:
    """Fill empty columns of `lead` (its row locked by the caller) and return their names.

    Stored values stay, whoever wrote them. A profile that is another lead's is not copied but written
    down as conflict. A new phone goes to the lead's CRM contact too. `lead` has the new values afterwards.
    Idempotent.
    """
    read = read_facts(lead, facts)
    claims = _claims(lead, read)
    changes = choose_facts(lead, read, claimed=frozenset(claims))
    try:
        with transaction.atomic():
            _write(lead, changes, source)
    except IntegrityError:
        # Another lead took the profile between our look and our write; its row is visible now.
        claims = _claims(lead, read)
        changes = choose_facts(lead, read, claimed=frozenset(claims))
        _write(lead, changes, source)
    _write_conflicts(lead, read, claims)
    if changes:
        announce_data_change(lead)
        if changes.get("phone") and source != EnrichmentSource.GHL:
            request_contact_sync(lead.workspace_id, lead.pk)
        logger.info(log_events.ENRICHMENT_FILLED, lead=str(lead.pk), source=source, fields=sorted(changes))
    return frozenset(changes)


def _write(lead: Lead, changes: dict[str, Any], source: EnrichmentSource) -> None:
    if not changes:
        return
    told = {"enrichment_source": source, "enriched_at": timezone.now()} if is_contact(changes) else {}
    Lead.objects.filter(pk=lead.pk).update(**changes, **told, changed_at=Now(), updated_at=Now())
    for name, value in (changes | told).items():
        setattr(lead, name, value)


def _claims(lead: Lead, read: ReadFacts) -> dict[str, UUID]:
    """Identifiers found that another lead of the workspace has."""
    others = Lead.objects.in_workspace(lead.workspace_id).exclude(pk=lead.pk)
    found = {kind.value: getattr(read.identity, kind.value) for kind in _OWNED}
    owners = {
        name: others.filter(**{name: value}).values_list("pk", flat=True).first()
        for name, value in found.items()
        if value and value != getattr(lead, name)
    }
    return {name: owner for name, owner in owners.items() if owner is not None}


def _write_conflicts(lead: Lead, read: ReadFacts, claims: dict[str, UUID]) -> None:
    if not claims:
        return
    LeadIdentityConflict.objects.bulk_create(
        [
            LeadIdentityConflict(
                workspace_id=lead.workspace_id,
                lead=lead,
                other_lead_id=owner,
                identifier=name,
                value=getattr(read.identity, name),
                source=ConflictSource.SYNC,
            )
            for name, owner in claims.items()
        ],
        ignore_conflicts=True,
    )
    logger.info(log_events.LEAD_CONFLICT, lead=str(lead.pk), identifiers=sorted(claims))

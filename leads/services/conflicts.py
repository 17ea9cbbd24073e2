"""Settling what two leads claim."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from leads.enums import ConflictSource, ConflictStatus, Identifier
from leads.models import Lead, LeadIdentityConflict
from zrg.lib.phone import MIN_MATCH_DIGITS
from zrg.workspaces.access import require, resolve_access
from zrg.workspaces.models import User

# Pairs of neighbours on one number, those a person called two people left out. A number without its country
# is compared with its like: with a full one it would have been matched on arrival.
_SHARING_BY = """
SELECT one.id, twin.id FROM leads_lead AS one
CROSS JOIN LATERAL (
    SELECT other.id FROM leads_lead AS other
    WHERE other.workspace_id = one.workspace_id AND other.{column} = one.{column} AND other.id > one.id
        AND (other.phone IS NULL) = (one.phone IS NULL)
    ORDER BY other.id LIMIT 1
) AS twin
WHERE one.workspace_id = %(workspace)s AND {condition} AND NOT EXISTS (
    SELECT 1 FROM leads_leadidentityconflict AS settled
    WHERE settled.lead_id = one.id AND settled.other_lead_id = twin.id
      AND settled.identifier = 'phone' AND settled.status = 'dismissed'
)
ORDER BY one.{column} LIMIT %(limit)s
"""
_SHARING = (
    _SHARING_BY.format(column="phone", condition="one.phone IS NOT NULL"),
    _SHARING_BY.format(
        column="phone_national", condition=f"one.phone IS NULL AND length(one.phone_national) >= {MIN_MATCH_DIGITS}"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePair:
    """Two leads of one workspace on one phone: perhaps one person, perhaps one office."""

    one: Lead
    twin: Lead


def phone_pairs(workspace_id: UUID, *, limit: int) -> list[PhonePair]:
    """Leads that share a phone, next to each other, without those that were called two people."""
    pairs: list[tuple[UUID, UUID]] = []
    with connection.cursor() as cursor:
        for statement in _SHARING:
            cursor.execute(statement, {"workspace": workspace_id, "limit": limit - len(pairs)})
            pairs += cursor.fetchall()
    leads = Lead.objects.in_workspace(workspace_id).defer("search_vector")
    by_id = leads.in_bulk([pk for pair in pairs for pk in pair])
    return [PhonePair(one=by_id[one], twin=by_id[twin]) for one, twin in pairs if one in by_id and twin in by_id]


def dismiss_conflict(conflict: LeadIdentityConflict, *, by: User) -> bool:
    """Say that these are two people; returns whether it was open. Needs the permission to merge."""
    require(resolve_access(by), "lead.merge", conflict.workspace_id, conflict.lead)
    updated = LeadIdentityConflict.objects.open().filter(pk=conflict.pk)
    return bool(
        updated.update(status=ConflictStatus.DISMISSED, resolved_by=by, resolved_at=timezone.now(), updated_at=Now())
    )


def dismiss_phone_pair(one: Lead, twin: Lead, *, by: User) -> None:
    """Say that two leads on one phone are two people. Needs the permission to merge. Idempotent."""
    access = resolve_access(by)
    for lead in (one, twin):
        require(access, "lead.merge", lead.workspace_id, lead)
    first, second = sorted((one, twin), key=lambda lead: lead.pk)
    settled = {
        "other_lead": second,
        "status": ConflictStatus.DISMISSED,
        "resolved_by": by,
        "resolved_at": timezone.now(),
    }
    with transaction.atomic():
        LeadIdentityConflict.objects.update_or_create(
            workspace_id=first.workspace_id,
            lead=first,
            identifier=Identifier.PHONE.value,
            value=first.phone or first.phone_national or "",
            defaults=settled,
            create_defaults={**settled, "source": ConflictSource.MANUAL},
        )

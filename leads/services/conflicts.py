"""Settling what two leads claim."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from leads.enums import ConflictSource, ConflictStatus, Identifier
from leads.models import Lead, LeadIdentityConflict
from leads.services.walking import chosen_workspaces
from zrg.jobs.contracts import RunContext
from zrg.lib.phone import MIN_MATCH_DIGITS
from zrg.workspaces.access import require, resolve_access
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User

# Neighbours on one number, those a person called two people left out. Only numbers known to be shared are looked up.
# A number without its country is compared with its like: with a full one it would have been matched on arrival.
_SHARING = """
SELECT pair.one, pair.twin FROM leads_sharedphone AS shared
CROSS JOIN LATERAL (
    SELECT lead.id AS one, lead(lead.id) OVER (ORDER BY lead.id) AS twin FROM (
        SELECT full_one.id FROM leads_lead AS full_one
        WHERE full_one.workspace_id = shared.workspace_id AND full_one.phone = shared.number
        UNION ALL
        SELECT bare.id FROM leads_lead AS bare
        WHERE bare.workspace_id = shared.workspace_id AND bare.phone_national = shared.number AND bare.phone IS NULL
    ) AS lead
) AS pair
WHERE shared.workspace_id = %(workspace)s AND pair.twin IS NOT NULL AND NOT EXISTS (
    SELECT FROM leads_leadidentityconflict AS settled
    WHERE settled.lead_id = pair.one AND settled.other_lead_id = pair.twin
      AND settled.identifier = 'phone' AND settled.status = 'dismissed'
)
ORDER BY shared.number, pair.one LIMIT %(limit)s
"""
# Two leads that come on one number in the same instant do not see each other; a lead that goes leaves its number.
_MISSED = """
INSERT INTO leads_sharedphone (id, workspace_id, number)
SELECT gen_random_uuid(), %(workspace)s, number FROM (
    SELECT phone AS number FROM leads_lead
    WHERE workspace_id = %(workspace)s AND phone IS NOT NULL GROUP BY phone HAVING count(*) > 1
    UNION ALL
    SELECT phone_national FROM leads_lead
    WHERE workspace_id = %(workspace)s AND phone IS NULL AND length(phone_national) >= %(digits)s
    GROUP BY phone_national HAVING count(*) > 1
) AS several
ON CONFLICT DO NOTHING
"""
_GONE = """
DELETE FROM leads_sharedphone AS shared WHERE shared.workspace_id = %(workspace)s AND 2 > (
    SELECT count(*) FROM leads_lead AS lead
    WHERE lead.workspace_id = shared.workspace_id AND lead.phone = shared.number
) + (
    SELECT count(*) FROM leads_lead AS lead
    WHERE lead.workspace_id = shared.workspace_id AND lead.phone_national = shared.number AND lead.phone IS NULL
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePair:
    """Two leads of one workspace on one phone: perhaps one person, perhaps one office."""

    one: Lead
    twin: Lead


def phone_pairs(workspace_id: UUID, *, limit: int) -> list[PhonePair]:
    """Leads that share a phone, next to each other, without those that were called two people."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARING, {"workspace": workspace_id, "limit": limit})
        pairs = cursor.fetchall()
    leads = Lead.objects.in_workspace(workspace_id).defer("search_vector")
    by_id = leads.in_bulk([pk for pair in pairs for pk in pair])
    return [PhonePair(one=by_id[one], twin=by_id[twin]) for one, twin in pairs if one in by_id and twin in by_id]


def check_shared_phones(context: RunContext) -> None:
    """Write down shared numbers that were missed and drop those that only one lead has left, in every workspace."""
    for workspace_id in chosen_workspaces(None):
        if context.should_stop():
            return
        with tenant(workspace_id), connection.cursor() as cursor:
            for name, statement in (("phones_found_shared", _MISSED), ("phones_no_longer_shared", _GONE)):
                cursor.execute(statement, {"workspace": workspace_id, "digits": MIN_MATCH_DIGITS})
                context.count(name, cursor.rowcount)


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

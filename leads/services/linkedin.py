"""What LinkedIn tells about a lead: member id, state of the connection, whether the person can be reached."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from leads.enums import ConflictSource, Identifier, LinkedInConnection
from leads.models import Lead, LeadIdentityConflict
from leads.services.changes import announce_data_change
from zrg.lib import log_events

logger = structlog.get_logger(__name__)

MAX_REASON = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedInFacts:
    """What was learned at one moment; None and False say nothing.

    `unreachable` is why the provider cannot deliver to this person; `reached`: something got through,
    in either direction, which ends an earlier `unreachable`.
    """

    member_id: str | None = None
    connection: LinkedInConnection | None = None
    invited: bool = False
    unreachable: str | None = None
    reached: bool = False


def note_linkedin(lead: Lead, facts: LinkedInFacts, *, at: datetime) -> None:
    """Write what was learned on the lead, in the caller's transaction with the lead locked. Idempotent.

    A member id is filled only where none is stored; one that belongs to another lead becomes a conflict.
    """
    changes = _changes(lead, facts, at)
    if changes:
        Lead.objects.filter(pk=lead.pk).update(**changes, changed_at=Now(), updated_at=Now())
        for name, value in changes.items():
            setattr(lead, name, value)
        announce_data_change(lead)
    if facts.member_id and not lead.linkedin_id:
        _adopt_member_id(lead, facts.member_id)


def note_linkedin_inbound(lead: Lead, *, at: datetime) -> None:
    """The person wrote to us: reachable, and an invitation we thought pending may have been answered."""
    stale = lead.linkedin_connection == LinkedInConnection.PENDING
    note_linkedin(lead, LinkedInFacts(reached=True, connection=LinkedInConnection.UNKNOWN if stale else None), at=at)


def _changes(lead: Lead, facts: LinkedInFacts, at: datetime) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if facts.connection is not None:
        changes["linkedin_connection"] = facts.connection
        changes["linkedin_connection_checked_at"] = at
    if facts.invited:
        changes["linkedin_invited_at"] = at
    if facts.unreachable:
        changes |= {"linkedin_unreachable_at": at, "linkedin_unreachable_reason": facts.unreachable[:MAX_REASON]}
    elif facts.reached and lead.linkedin_unreachable_at is not None:
        changes |= {"linkedin_unreachable_at": None, "linkedin_unreachable_reason": None}
    return changes


def _adopt_member_id(lead: Lead, member_id: str) -> None:
    try:
        with transaction.atomic():
            Lead.objects.filter(pk=lead.pk).update(linkedin_id=member_id, changed_at=Now(), updated_at=Now())
        lead.linkedin_id = member_id
    except IntegrityError:
        owner = Lead.objects.in_workspace(lead.workspace_id).filter(linkedin_id=member_id).first()
        conflict = LeadIdentityConflict(
            workspace_id=lead.workspace_id,
            lead=lead,
            other_lead=owner,
            identifier=Identifier.LINKEDIN_ID,
            value=member_id,
            source=ConflictSource.SYNC,
        )
        LeadIdentityConflict.objects.bulk_create([conflict], ignore_conflicts=True)
        logger.info(log_events.LEAD_CONFLICT, lead=str(lead.pk), identifiers=[Identifier.LINKEDIN_ID.value])

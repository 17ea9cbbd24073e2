"""Settling what two leads claim."""

from django.db.models.functions import Now
from django.utils import timezone

from leads.enums import ConflictStatus
from leads.models import LeadIdentityConflict
from zrg.workspaces.access import require, resolve_access
from zrg.workspaces.models import User


def dismiss_conflict(conflict: LeadIdentityConflict, *, by: User) -> bool:
    """Say that these are two people; returns whether it was open. Needs the permission to merge."""
    require(resolve_access(by), "lead.merge", conflict.workspace_id, conflict.lead)
    updated = LeadIdentityConflict.objects.open().filter(pk=conflict.pk)
    return bool(
        updated.update(status=ConflictStatus.DISMISSED, resolved_by=by, resolved_at=timezone.now(), updated_at=Now())
    )

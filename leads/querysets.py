"""The query language of leads."""

from datetime import datetime
from typing import Self
from uuid import UUID

from leads.enums import ConflictStatus
from zrg.workspaces.querysets import LeadScopedQuerySet, TenantQuerySet


class LeadQuerySet(LeadScopedQuerySet):
    """Leads of a workspace and the lists made of them."""

    lead_path = ""

    def assigned_to(self, user_id: UUID | str) -> Self:
        """Leads one setter works on."""
        return self.filter(assigned_to_id=user_id)

    def changed_since(self, moment: datetime) -> Self:
        """Live refresh: rows whose list row, thread or draft changed."""
        return self.filter(changed_at__gt=moment)


class OptOutQuerySet(TenantQuerySet):
    """Remembered addresses; setters share the workspace's memory."""


class LeadIdentityConflictQuerySet(LeadScopedQuerySet):
    """Claims two leads make."""

    def open(self) -> Self:
        """Not yet decided."""
        return self.filter(status=ConflictStatus.OPEN)


class CampaignQuerySet(TenantQuerySet):
    """Campaigns of a workspace."""


class EnrichmentRequestQuerySet(LeadScopedQuerySet):
    """Questions about leads."""


class ImportQuerySet(TenantQuerySet):
    """Imports and mappings of a workspace."""

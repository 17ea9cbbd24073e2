"""The query language of assignment."""

from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from zrg.workspaces.querysets import LeadScopedQuerySet, TenantQuerySet

if TYPE_CHECKING:
    from zrg.workspaces.access import Access
    from zrg.workspaces.models import Workspace


class TwoSidedQuerySet(TenantQuerySet):
    """Rows between two workspaces: both see them."""

    source_column = "source_workspace_id"

    def in_workspace(self, workspace: "Workspace | UUID | str") -> Self:
        """Rows with this workspace on either side."""
        key = getattr(workspace, "pk", workspace)
        return self.filter(Q(**{self.source_column: key}) | Q(destination_workspace_id=key))

    def visible_to(self, access: "Access") -> Self:
        """Rows of which this person sees one side whole."""
        whole = access.ws_all
        return self.filter(Q(**{f"{self.source_column}__in": whole}) | Q(destination_workspace_id__in=whole))


class PartnerQuerySet(TwoSidedQuerySet):
    """Partnerships."""

    source_column = "workspace_id"

    def from_source(self, workspace: "Workspace | UUID | str") -> Self:
        """Where this workspace may send leads."""
        return self.filter(workspace_id=getattr(workspace, "pk", workspace))


class RuleQuerySet(TenantQuerySet):
    """Rules of the workspace that owns them."""

    def not_archived(self) -> Self:
        return self.filter(archived_at__isnull=True)

    def in_order(self) -> Self:
        """As they are tried."""
        return self.order_by("-priority", "id")


class QueueQuerySet(TenantQuerySet):
    """Planned attempts. Only people who see a workspace whole list them."""

    def open(self) -> Self:
        return self.filter(processed_at__isnull=True)

    def due(self) -> Self:
        return self.open().filter(next_retry_at__lte=Now())

    def later(self) -> Self:
        return self.open().filter(next_retry_at__gt=Now())

    def closed(self) -> Self:
        return self.filter(processed_at__isnull=False)


class LogQuerySet(TwoSidedQuerySet):
    """What happened to leads."""

    def newest(self) -> Self:
        return self.order_by("-created_at", "-id")


class AttributionQuerySet(TwoSidedQuerySet):
    """Deliveries and their credit."""

    def active(self) -> Self:
        return self.filter(status="active")

    def closed(self) -> Self:
        return self.exclude(status="active")

    def delivered(self) -> Self:
        """Without those undone because the destination had the person: who has a duplicate is told to nobody."""
        return self.exclude(status="voided")


class AssignmentEventQuerySet(LeadScopedQuerySet):
    """The ledger of assignments."""

    def by_rotation(self) -> Self:
        """Rows that moved the pointer."""
        return self.exclude(pointer_after=None)

    def newest_first(self) -> Self:
        """The order of every list of it."""
        return self.order_by("-created_at", "-id")

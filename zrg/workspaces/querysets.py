"""The query language every tenant queryset inherits."""

from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from zrg.workspaces.access import Access
    from zrg.workspaces.models import Workspace


class TenantQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Rows of a workspace, and rows a person may see."""

    def in_workspace(self, workspace: "Workspace | UUID | str") -> Self:
        """Rows of one workspace; the filter every tenant query names beside row security."""
        return self.filter(workspace_id=getattr(workspace, "pk", workspace))

    def visible_to(self, access: "Access") -> Self:
        """Rows of the workspaces this person sees whole; ids were resolved once per request."""
        return self.filter(workspace_id__in=access.ws_all)


class LeadScopedQuerySet(TenantQuerySet):
    """Rows that hang on a lead: setters reach those of their assigned leads."""

    lead_path = "lead"

    def visible_to(self, access: "Access") -> Self:
        """Whole workspaces, and rows of assigned leads where the person is a setter."""
        whole = models.Q(workspace_id__in=access.ws_all)
        if not access.ws_assigned:
            return self.filter(whole)
        prefix = f"{self.lead_path}__" if self.lead_path else ""
        return self.filter(
            whole | models.Q(workspace_id__in=access.ws_assigned, **{f"{prefix}assigned_to_id": access.user_id})
        )

"""The query language every tenant queryset inherits."""

from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db import models
from django.db.models.functions import Lower

if TYPE_CHECKING:
    from datetime import datetime

    from zrg.workspaces.access import Access
    from zrg.workspaces.models import PlatformGrant, SystemNotice, Workspace  # noqa: F401  # named by the bases


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


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    """Workspaces by state and by who may open them."""

    def in_workspace(self, workspace: "Workspace | UUID | str") -> Self:
        """The workspace itself (the common word of all tenant tables)."""
        return self.filter(pk=getattr(workspace, "pk", workspace))

    def visible_to(self, access: "Access") -> Self:
        """Workspaces this person may open."""
        return self.filter(pk__in=access.workspace_ids)

    def active(self) -> Self:
        """Where work happens."""
        return self.filter(status="active")

    def not_deleted(self) -> Self:
        """Everything a person could still open."""
        return self.exclude(status="deleted")

    def named(self, name: str) -> Self:
        """By name, whatever its case."""
        return self.annotate(name_lower=Lower("name")).filter(name_lower=name.strip().lower())

    def in_selector_order(self) -> Self:
        """The order of the selector; its first is the fallback of deep links."""
        return self.order_by(Lower("name"), "created_at", "id")


class MembershipQuerySet(TenantQuerySet):
    """Memberships of a workspace or of a person."""

    def active(self) -> Self:
        """Rows that give access."""
        return self.filter(is_active=True)

    def with_role(self, role: str) -> Self:
        """Rows of one role."""
        return self.filter(role=role)


class InvitationQuerySet(TenantQuerySet):
    """Invitations."""

    def visible_to(self, access: "Access") -> Self:
        """Invitations of workspaces seen whole; platform invitations to platform people."""
        seen = models.Q(workspace_id__in=access.ws_all)
        return self.filter(seen | models.Q(workspace=None)) if access.platform else self.filter(seen)

    def open(self) -> Self:
        """Neither accepted nor revoked (perhaps expired)."""
        return self.filter(accepted_at=None, revoked_at=None)


class PlatformGrantQuerySet(models.QuerySet["PlatformGrant"]):
    """Platform grants."""

    def live(self) -> Self:
        """Not revoked."""
        return self.filter(revoked_at=None)


class AdminAuditEventQuerySet(TenantQuerySet):
    """Acts."""

    def about(self, object_type: str, object_id: object) -> Self:
        """Acts on one object."""
        return self.filter(object_type=object_type, object_id=str(object_id))


class SystemNoticeQuerySet(models.QuerySet["SystemNotice"]):
    """Banners."""

    def showing_at(self, now: "datetime") -> Self:
        """Banners to show at this moment."""
        return self.filter(starts_at__lte=now).filter(models.Q(ends_at=None) | models.Q(ends_at__gt=now))

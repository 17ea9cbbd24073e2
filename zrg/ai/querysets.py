"""The query language of the model floor."""

from typing import TYPE_CHECKING, Self

from django.db.models import Q
from django.db.models.functions import Lower

from zrg.workspaces.querysets import TenantQuerySet

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from zrg.workspaces.access import Access
    from zrg.workspaces.models import Workspace


class PersonaQuerySet(TenantQuerySet):
    """Voices of a workspace."""

    def active(self) -> Self:
        """Personas that may still be chosen."""
        return self.filter(archived_at__isnull=True)


class AIInteractionQuerySet(TenantQuerySet):
    """Model calls."""


class AIUsageDailyQuerySet(TenantQuerySet):
    """Model usage per day."""


class KnowledgeAssetQuerySet(TenantQuerySet):
    """Sources of knowledge."""

    def active(self) -> Self:
        """Sources in use."""
        return self.filter(archived_at__isnull=True)

    def existing_at(self, at: "datetime") -> Self:
        """Sources in use at a moment of the past."""
        return self.filter(Q(archived_at__isnull=True) | Q(archived_at__gt=at), created_at__lte=at)

    def website(self) -> Self:
        """The reserved row of the website."""
        return self.annotate(name_lower=Lower("name")).filter(name_lower="primary: website url")

    def without_website(self) -> Self:
        """Sources drafts take text from."""
        return self.annotate(name_lower=Lower("name")).exclude(name_lower="primary: website url")

    def in_page_order(self) -> Self:
        """As people arranged them."""
        return self.order_by("position", Lower("name"), "id")


class KnowledgeAssetRevisionQuerySet(TenantQuerySet):
    """Earlier contents of sources."""


class GuidanceQuerySet(TenantQuerySet):
    """Pieces of guidance."""


class ConfidencePolicyQuerySet(TenantQuerySet):
    """Thresholds."""


class ConfidencePolicyRevisionQuerySet(TenantQuerySet):
    """Earlier thresholds."""


class OverrideQuerySet(TenantQuerySet):
    """Texts of a workspace, and those of the platform (without a workspace)."""

    def visible_to(self, access: "Access") -> Self:
        """Those of the workspaces this person sees whole, and the platform's."""
        return self.filter(Q(workspace_id__in=access.ws_all) | Q(workspace=None))

    def in_force_for(self, workspace: "Workspace | UUID | str") -> Self:
        """Those of the workspace and of the platform."""
        return self.filter(Q(workspace_id=getattr(workspace, "pk", workspace)) | Q(workspace=None))

    def of(self, workspace_id: "UUID | None") -> Self:
        """Those of one scope: a workspace, or the platform for None."""
        return self.filter(workspace_id=workspace_id) if workspace_id else self.filter(workspace=None)

"""The query language of the model floor."""

from typing import Self

from django.db.models.functions import Lower

from zrg.workspaces.querysets import TenantQuerySet


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

"""The query language of the model floor."""

from typing import Self

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

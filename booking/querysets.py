"""The query language of the calendar floor."""

from typing import Self

from zrg.workspaces.querysets import TenantQuerySet


class CalendarLinkQuerySet(TenantQuerySet):
    """Calendar links of a workspace."""

    def default_first(self) -> Self:
        """The default, then the others by age."""
        return self.order_by("-is_default", "created_at", "id")

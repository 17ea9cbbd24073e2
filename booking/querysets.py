"""The query language of the calendar floor."""

from typing import Self

from django.db.models.functions import Lower

from zrg.workspaces.querysets import TenantQuerySet


class CalendarLinkQuerySet(TenantQuerySet):
    """Calendar links of a workspace."""

    def default_first(self) -> Self:
        """The default, then the others by age."""
        return self.order_by("-is_default", "created_at", "id")


class BookingProcessQuerySet(TenantQuerySet):
    """Booking processes of a workspace."""

    def choosable(self) -> Self:
        """Those a campaign can be given."""
        return self.filter(is_archived=False)

    def by_name(self) -> Self:
        """As lists show them."""
        return self.order_by(Lower("name"), "id")

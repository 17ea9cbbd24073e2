"""The calendar as far as it is known without reading free times: the page leads get."""

from collections.abc import Collection
from uuid import UUID

from booking.contracts import Availability
from booking.registry import NoCalendar
from booking.services.calendar_links import get_booking_link, with_calendar
from zrg.workspaces.context import tenant


class LinkCalendar(NoCalendar):
    """No times and no process; the workspace's scheduling page is what an answer may name."""

    def availability(
        self, workspace_id: UUID, lead_id: UUID, *, wanted: str, count: int, seconds: float
    ) -> Availability:
        """Only the link; asks no provider."""
        with tenant(workspace_id):
            return Availability(booking_link=get_booking_link(workspace_id))


class WorkspaceLinks:
    """The page of the workspace is that of each of its leads."""

    def link_for(self, workspace_id: UUID, lead_id: UUID) -> str | None:
        """What leads of the workspace get."""
        return get_booking_link(workspace_id)

    def without_default(self, workspace_ids: Collection[UUID]) -> Collection[UUID]:
        """Those without a page and without a calendar."""
        return set(workspace_ids) - with_calendar(workspace_ids)

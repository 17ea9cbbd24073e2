"""What a new workspace needs so that leads can choose a time."""

from collections.abc import Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from booking.services.calendar_links import get_booking_link
from zrg.workspaces.setup import SetupItem


def setup_items(workspace_id: UUID) -> Iterator[SetupItem]:
    """A page to send; two queries."""
    yield SetupItem(
        key="calendar",
        title=_("Add your calendar"),
        purpose=_("The page where leads choose a time, named in drafts"),
        position=38,
        url=reverse("settings_section", args=[workspace_id, "booking", "calendar-links"]),
        done=get_booking_link(workspace_id) is not None,
    )

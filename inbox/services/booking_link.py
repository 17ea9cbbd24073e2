"""The lead's booking link, for a person who inserts it into a text (07 R8)."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from booking.registry import booking_links
from inbox.rules.linkify import safe_target
from leads.models import Lead
from zrg.lib.errors import Conflict

NO_LINK = _("There is no booking link for this lead. Add a calendar link under Settings, Booking.")


def can_insert_link() -> bool:
    """Whether any app keeps booking links."""
    return booking_links() is not None


def booking_link_of(lead: Lead) -> str:
    """The link as it is inserted; raises `Conflict` `no_booking_link` when there is none that may be shown."""
    url = find_booking_link(lead)
    if url is None:
        raise Conflict(gettext(NO_LINK), code="no_booking_link", detail=gettext(NO_LINK))
    return url


def find_booking_link(lead: Lead) -> str | None:
    """The same; None when there is none that may be shown."""
    source = booking_links()
    link = source.link_for(lead.workspace_id, lead.pk) if source else None
    return safe_target(link) if link else None

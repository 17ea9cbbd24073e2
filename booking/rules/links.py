"""Links to scheduling pages: what may be stored, whose page it is, which one leads get (09 §2.2)."""

import ipaddress
import re
from urllib.parse import urlsplit

from django.utils.translation import gettext

from booking.enums import CalendarType
from zrg.lib.errors import BadInput

MAX_URL = 2_000
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:(?!\d)")
_NUMBER = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+))*\.?", re.IGNORECASE)
# A page named with one of these is not finished: it would reach a lead as it stands.
_UNFINISHED = re.compile(r"[\s{}\[\]<>]")
_GHL_DOMAINS = ("leadconnectorhq.com", "gohighlevel.com", "msgsndr.com")
_GHL_PATHS = ("/widget/booking/", "/widget/bookings/")


def clean_url(raw: str, *, field: str = "url") -> str:
    """The link as stored: trimmed, with a scheme. BadInput with `field` for what no page of a calendar can be.

    Whether the name leads into a private network is a question to the resolver (`services.calendar_links`).
    """
    url = raw.strip()
    if url and not _SCHEME.match(url):
        url = f"https://{url}"
    if not url:
        raise _refused(gettext("Enter the address of the scheduling page."), field)
    if len(url) > MAX_URL:
        raise _refused(gettext("The address is longer than {max_url:,} characters.").format(max_url=MAX_URL), field)
    if _UNFINISHED.search(url) or any(ord(one) < 32 or ord(one) == 127 for one in url):
        raise _refused(gettext("The address contains blanks or brackets: a placeholder must not reach a lead."), field)
    try:
        parts = urlsplit(url)
        host, _port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise _refused(gettext("This is not a web address."), field) from error
    if parts.scheme.lower() not in ("http", "https"):
        raise _refused(gettext("The address must begin with http:// or https://."), field)
    if parts.username is not None or parts.password is not None:
        raise _refused(gettext("The address must not contain a user name or password."), field)
    if not host or "\\" in url:
        raise _refused(gettext("This is not a web address."), field)
    if _is_number(host):
        raise _refused(gettext("Name the page's host; an IP address is not accepted."), field)
    return url


def host_of(url: str) -> str:
    """The host a stored link names, in lower case."""
    return (urlsplit(url).hostname or "").rstrip(".")


def detect_calendar_type(url: str) -> CalendarType:
    """Whose page it is, by host and path; suffixes match on label boundaries."""
    try:
        parts = urlsplit(url.strip().lower())
        host, path = (parts.hostname or "").rstrip("."), parts.path
    except ValueError:
        return CalendarType.UNKNOWN
    if _within(host, "calendly.com"):
        return CalendarType.CALENDLY
    if host == "meetings.hubspot.com" or path.startswith("/meetings/"):
        return CalendarType.HUBSPOT
    if any(_within(host, domain) for domain in _GHL_DOMAINS) or "highlevel" in host.split("."):
        return CalendarType.GHL
    return CalendarType.GHL if any(one in path for one in _GHL_PATHS) else CalendarType.UNKNOWN


def usable_link(value: str | None) -> str | None:
    """The link when it can be written into a text; blank and unfinished ones count as none."""
    link = (value or "").strip()
    return None if not link or _UNFINISHED.search(link) else link


def choose_booking_link(
    *, public_url: str | None, provider: str, calendly_link: str | None, url: str | None
) -> tuple[str | None, bool]:
    """What leads get, and whether it is the workspace's own override: the first that can be written wins."""
    if link := usable_link(public_url):
        return link, True
    if provider == "CALENDLY" and (link := usable_link(calendly_link)):
        return link, False
    return usable_link(url), False


def _within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _is_number(host: str) -> bool:
    """Whether a client would read the host as an IP address, also in the short forms."""
    try:
        ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        return bool(_NUMBER.fullmatch(host))
    return True


def _refused(message: str, field: str) -> BadInput:
    return BadInput(message, code="bad_url", field=field)

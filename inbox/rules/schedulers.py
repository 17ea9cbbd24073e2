"""Pages on which a meeting is booked: Calendly, HubSpot meetings, LeadConnector and the like."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

MAX_URLS = 25

# The host needs no scheme: people type "calendly.com/dana/30min".
_ADDRESS = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:[\w-]{1,63}\.){1,6}[a-z]{2,24}(?::\d{1,5})?(?:[/?][^\s<>\"]*)?", re.I
)
_TRAILING = ".,;:!?'\"’)]}>"

_HOSTS = (
    *("calendly.com", "meetings.hubspot.com", "leadconnectorhq.com", "gohighlevel.com", "msgsndr.com"),
    *("calendar.app.google", "calendar.notion.so", "cal.com", "savvycal.com", "tidycal.com", "youcanbook.me"),
    *("acuityscheduling.com", "oncehub.com", "chilipiper.com", "zcal.co", "koalendar.com", "lemcal.com", "vyte.in"),
    *("setmore.com", "simplybook.me", "appointlet.com", "meetfox.com", "zohobookings.com", "book.ms"),
    *("bookings.cloud.microsoft", "fantastical.app", "vimcal.com", "harmonizely.com", "reclaim.ai", "usemotion.com"),
)
"""Hosts, and everything below them, that serve nothing but booking pages (or are only written for one)."""


def scheduler_urls(text: str) -> list[str]:
    """Booking pages named in a text, as written, each once, at most 25."""
    found = (match.group().rstrip(_TRAILING) for match in _ADDRESS.finditer(text))
    return list(dict.fromkeys(url for url in found if is_scheduler_url(url)))[:MAX_URLS]


def is_scheduler_url(url: str) -> bool:
    """Whether an address, with or without scheme, is a page on which a meeting is booked."""
    host, path = _parts(url)
    if not host:
        return False
    if any(host == known or host.endswith(f".{known}") for known in _HOSTS):
        # The front page of a vendor books nothing.
        return path not in ("", "/") or host.count(".") > 1
    return (
        "highlevel" in host.split(".")
        or path.startswith(("/meetings/", "/widget/booking/", "/widget/bookings/"))
        or (host == "calendar.google.com" and "/appointments" in path)
        or (host.startswith("outlook.") and ("/bookwithme" in path or "/bookings" in path))
    )


def same_page(one: str, other: str) -> bool:
    """Equal host without `www.` and equal path without the closing slash; the query does not count."""
    return _parts(one) == _parts(other) != ("", "")


def not_ours(urls: Iterable[str], own: Iterable[str]) -> list[str]:
    """Those of `urls` that are none of our own pages."""
    pages = {_parts(url) for url in own}
    return [url for url in urls if _parts(url) not in pages]


def _parts(url: str) -> tuple[str, str]:
    address = url.strip().lower()
    try:
        split = urlsplit(address if "://" in address else f"https://{address}")
        host = split.hostname or ""
    except ValueError:
        return "", ""
    return host.removeprefix("www."), split.path.rstrip("/")

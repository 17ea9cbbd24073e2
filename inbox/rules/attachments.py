"""Files that came with a message: links of the provider, never fetched by us (03, `Message.attachments`)."""

import ipaddress
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from inbox.rules.linkify import safe_target
from zrg.lib.public_addresses import is_public

MAX_NAME = 120
MAX_URL = 2_048
NAMELESS = "Attachment"
# Names that lead into somebody's own network, whatever their address.
_PRIVATE_ENDINGS = (".local", ".localhost", ".internal", ".lan", ".home", ".home.arpa", ".corp", ".intranet")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """One file as listed. `number` is its place in the message; `host` is "" when it cannot be opened from here."""

    number: int
    name: str
    size: str = ""
    url: str = ""
    host: str = ""


def attached_files(stored: Any) -> list[AttachedFile]:
    """The files of a message as stored (`[{type, url, name}]`, size in bytes where known)."""
    return list(_files(stored if isinstance(stored, list) else []))


def _files(entries: Iterable[Any]) -> Iterable[AttachedFile]:
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            continue
        url = open_target(entry.get("url"))
        yield AttachedFile(
            number=number,
            name=shown_name(entry.get("name") or entry.get("file_name")),
            size=shown_size(entry.get("size")),
            url=url,
            host=urlsplit(url).hostname or "" if url else "",
        )


def open_target(value: Any) -> str:
    """The https address a browser may be sent to for a file, "" for every other.

    Refused: what no link of a message may be (`safe_target`), plain http, odd ports, names and numbers that
    lead into a private network.
    """
    if not isinstance(value, str) or not value.isascii() or len(value) > MAX_URL:
        return ""
    url = safe_target(value)
    if url is None or not url.lower().startswith("https://"):
        return ""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    return url if parts.port in (None, 443) and _is_public_host(host) else ""


def shown_name(value: Any) -> str:
    """The file's own name: no folders, nothing invisible or turned around, at most 120 characters."""
    text = str(value or "").replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(one for one in text if unicodedata.category(one)[0] != "C")
    return " ".join(kept.split())[:MAX_NAME] or NAMELESS


def shown_size(size: Any) -> str:
    """`1.4 MB`, `12 kB`; "" when it is not known."""
    if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
        return ""
    return f"{size / 1_048_576:.1f} MB" if size >= 1_048_576 else f"{max(1, round(size / 1024))} kB"


def _is_public_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # A name, or a number in one of the short forms browsers still read: its last part tells.
        last = host.rpartition(".")[2]
        return "." in host and not last[:1].isdigit() and not host.endswith(_PRIVATE_ENDINGS)
    return is_public(host)

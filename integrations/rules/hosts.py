"""Which host names may receive a credential."""

import ipaddress
import re
from urllib.parse import urlsplit

from django.utils.translation import gettext

from integrations.errors import HostRefused

MAX_HOST_LENGTH = 253

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal")


def normalise_host(typed: str) -> str:
    """The lower-case host name of what was typed or pasted (a whole URL is reduced to its host).

    Raises `HostRefused` for ports, user-info, IP literals, local names and anything that is no dotted
    DNS name of at most 253 characters.
    """
    text = typed.strip()
    parts = urlsplit(text if "://" in text else f"//{text}")
    if "@" in parts.netloc:
        raise HostRefused(gettext("A host name cannot carry user information"), field="host")
    host = (parts.hostname or "").lower()
    if ":" in parts.netloc:
        raise HostRefused(gettext("A host name cannot carry a port or an IP address"), field="host")
    if len(host) > MAX_HOST_LENGTH or ".." in host or not _HOST.fullmatch(host):
        raise HostRefused(gettext("This is not a host name"), field="host")
    if is_ip_literal(host) or is_local_name(host):
        raise HostRefused(gettext("Local hosts and IP addresses are refused"), field="host")
    return host


def host_of(url: str | None) -> str | None:
    """The lower-case host of a URL of a payload, None when there is none; never raises."""
    if not url:
        return None
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        return (parts.hostname or "").rstrip(".").lower() or None
    except ValueError:
        return None


def is_local_name(host: str) -> bool:
    """Whether a name stays inside this machine or network by convention."""
    return host == "localhost" or host.endswith(_LOCAL_SUFFIXES)


def is_ip_literal(host: str) -> bool:
    """Whether `host` is an address, also in the short and numeric spellings resolvers accept."""
    try:
        ipaddress.ip_address(host.strip("[]"))
        return True
    except ValueError:
        # "127.1", "0x7f.1": the last label of a real name is never a number
        return bool(re.fullmatch(r"(?:0x[0-9a-f]+|[0-9]+)", host.rsplit(".", 1)[-1]))


def is_loopback(host: str) -> bool:
    """Whether a request to this host stays on this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def same_origin(url: str, base_url: str) -> bool:
    """Whether scheme, host and port of `url` are those of `base_url`."""
    try:
        return _origin(url) == _origin(base_url)
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default

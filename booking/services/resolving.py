"""Whether the name in a link leads to the public internet. Asks the resolver: never inside a context."""

import socket

from django.utils.translation import gettext

from booking.rules.links import host_of
from zrg.lib.errors import BadInput
from zrg.lib.public_addresses import is_public
from zrg.workspaces.context import refuse_inside_context


def check_public_host(url: str, *, field: str = "url") -> None:
    """BadInput when the host of a cleaned link has an address that is not public (09.calendar-url-guard).

    A name nobody knows today passes: it leads nowhere, and whoever reads the page later checks again when
    connecting, which this cannot replace.
    """
    refuse_inside_context("name lookup")
    try:
        found = socket.getaddrinfo(host_of(url), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    if not all(is_public(str(entry[4][0])) for entry in found):
        raise BadInput(gettext("The address leads into a private network."), code="private_address", field=field)

"""Errors of assignment a caller can act upon."""

from zrg.lib.errors import BadInput, Conflict, ZrgError


class RoutingDisabled(ZrgError):
    """An operator has switched routing off."""

    code = "routing_disabled"
    http_status = 503


class LockNotAcquired(Conflict):
    """Somebody else is at this lead."""

    code = "lock_not_acquired"


class StaleVersion(Conflict):
    """Another save came first; `version` is the current one."""

    code = "stale_version"


class DestinationNotPartner(BadInput):
    """There is no agreement with the destination."""

    code = "destination_not_partner"


class WindowClosed(Conflict):
    """The time for returns is over."""

    code = "window_closed"


class AlreadyReturned(Conflict):
    """This delivery is not active any more."""

    code = "already_returned"


class PartnershipState(Conflict):
    """The agreement is not in a state that allows this."""

    code = "partnership_state"

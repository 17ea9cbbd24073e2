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


class NotAssignable(BadInput):
    """This person cannot receive leads here, or this lead goes to nobody."""

    code = "not_assignable"


class AssigneeChanged(Conflict):
    """Somebody else assigned the lead meanwhile; `assignedTo` is the current setter."""

    code = "assignee_changed"


class BackfillRunning(Conflict):
    """One backfill at a time in a workspace."""

    code = "backfill_running"


class UnknownSetters(BadInput):
    """Addresses without an active setter of this workspace; `emails` lists all of them."""

    code = "unknown_setters"


class NotRoutable(Conflict):
    """This lead stays out of routing."""

    code = "not_routable"

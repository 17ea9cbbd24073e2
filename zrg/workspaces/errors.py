"""Errors of the ground floor."""

from zrg.lib.errors import Conflict, ZrgError


class Unauthenticated(ZrgError):
    """Nobody is signed in."""

    code = "unauthenticated"
    http_status = 401


class StepUpRequired(ZrgError):
    """The act needs a reauthentication within the last 15 minutes."""

    code = "reauthentication_required"
    http_status = 403


class ReservedEmail(ZrgError):
    """The address is on the list of super admins; only a command may create its account."""

    code = "reserved_email"
    http_status = 403


class MailNotConfigured(Conflict):
    """The platform has no mail transport; nothing was created."""

    code = "mail_not_configured"


class InvitationGone(ZrgError):
    """The invitation was used, revoked or has expired."""

    code = "invitation_gone"
    http_status = 410


class NotConfigured(ZrgError):
    """A secret this feature needs is not set on the installation."""

    code = "not_configured"
    http_status = 503


class CacheUnavailable(ZrgError):
    """Attempts cannot be counted, so nobody is let in."""

    code = "temporarily_unavailable"
    http_status = 503


class TooManyRequests(ZrgError):
    """Over a limit; `retry_after` in seconds."""

    code = "rate_limited"
    http_status = 429


class SwitchUnreadable(ZrgError):
    """Neither the environment nor the row of a switch could be read: nothing may be sent."""

    code = "switch_unreadable"
    http_status = 503

"""Errors of this app a caller can act upon."""

from zrg.lib.errors import BadInput, Conflict, ZrgError

SEVERAL_EMAIL_PROVIDERS = (
    "Multiple email providers are configured for this workspace. Select exactly one (EmailBison, SmartLead, Instantly)."
)


class SecretUnreadable(ZrgError):
    """The stored credential cannot be decrypted (its key is gone)."""

    code = "secret_unreadable"
    http_status = 503


class SecretBindingError(SecretUnreadable):
    """The credential belongs to another workspace or provider than the row that holds it."""

    code = "secret_binding"


class SeveralEmailProviders(ZrgError):
    """A save would leave two usable e-mail providers."""

    code = "several_email_providers"
    http_status = 400

    def __init__(self) -> None:
        super().__init__(SEVERAL_EMAIL_PROVIDERS)


class ConnectionRefused(BadInput):
    """What was typed cannot become a connection; the message is for the person."""

    code = "connection_refused"
    http_status = 400


class SettingsChanged(Conflict):
    """Somebody saved the connection after the person opened it."""

    code = "stale"


class AccountTaken(Conflict):
    """Another workspace is connected to this provider account."""

    code = "account_taken"


class HostRefused(BadInput):
    """Not a host name a credential may be sent to."""

    code = "host_refused"


class HostInUse(Conflict):
    """The base host is selected by a workspace."""

    code = "host_in_use"


class ProviderUnavailable(ZrgError):
    """The provider could not be asked; trying again later may help."""

    code = "provider_unavailable"
    http_status = 503


class NotConfigured(ZrgError):
    """A client cannot be made: a key or an address is missing. The message names it."""

    code = "not_configured"
    http_status = 409

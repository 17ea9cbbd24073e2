"""The query language of this app."""

from typing import Self

from integrations.enums import EMAIL_PROVIDERS
from zrg.workspaces.querysets import TenantQuerySet


class ConnectionQuerySet(TenantQuerySet):
    """Connections of workspaces."""

    def active(self) -> Self:
        """Connections in use."""
        return self.filter(is_active=True)

    def of(self, provider: str) -> Self:
        """Connections to one provider."""
        return self.filter(provider=provider)

    def email(self) -> Self:
        """Connections to any of the e-mail providers."""
        return self.filter(provider__in=EMAIL_PROVIDERS)


class EmailSenderQuerySet(TenantQuerySet):
    """Mailboxes of workspaces."""

    def of(self, provider: str) -> Self:
        """Mailboxes at one provider."""
        return self.filter(provider=provider)

    def sendable(self) -> Self:
        """Mailboxes the provider will send from."""
        return self.filter(is_sendable=True)

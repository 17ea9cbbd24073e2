"""The query language of this app."""

from typing import Self

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Length

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

    def lowest_id_first(self) -> Self:
        """Numeric ids in numeric order, other ids after them."""
        numeric = Case(
            When(sender_email_id__regex=r"^[0-9]+$", then=Value("0")), default=Value("1"), output_field=CharField()
        )
        return self.order_by(numeric, Length("sender_email_id"), F("sender_email_id"))

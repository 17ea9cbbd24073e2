"""What the settings and the lists show about the connections of a workspace; never a secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext

from integrations.enums import EMAIL_PROVIDERS, Provider
from integrations.errors import SecretUnreadable
from integrations.models import Connection
from integrations.rules.connections import is_complete
from integrations.rules.setup import SETUPS, Setup
from integrations.rules.standing import Standing, standing
from integrations.services.connections import describe
from integrations.services.secrets import read_secrets
from integrations.services.webhook_urls import webhook_url
from zrg.workspaces.registry import SectionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One provider of one workspace. `connection` is None while there was never one."""

    setup: Setup
    connection: Connection | None
    standing: Standing
    webhook_address: str | None
    has_webhook_secret: bool

    @property
    def is_in_use(self) -> bool:
        """Whether calls are made and accepted."""
        return self.connection is not None and self.connection.is_active


def load_card(workspace_id: UUID, setup: Setup) -> Card:
    """The card of one provider. Runs in the caller's context."""
    return _card(workspace_id, setup, _rows(workspace_id).get(setup.provider))


def section_states(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How every provider stands, for the tab's page: connected or not, and the rest for those who manage it."""
    rows = _rows(workspace_id)
    if not can_edit:
        return {setup.key: _public_state(rows.get(setup.provider)) for setup in SETUPS}
    email = next((row.provider for row in rows.values() if row.is_email and row.is_active), None)
    states = {}
    for setup in SETUPS:
        card = _card(workspace_id, setup, rows.get(setup.provider))
        idle_email = setup.provider in EMAIL_PROVIDERS and email not in (None, setup.provider)
        label = gettext("Not used") if idle_email else card.standing.label
        states[setup.key] = SectionState(text=label, tone=card.standing.tone)
    return states


def public_standing(connection: Connection | None) -> Standing:
    """All that people without the right to manage connections are told."""
    if connection is not None and describe(connection).connected:
        return Standing(label=gettext("Connected"), tone="good", sentence=gettext("Connected."))
    return Standing(label=gettext("Not connected"), tone="quiet", sentence=gettext("Not connected."))


def email_provider_in_use(workspace_id: UUID, *, other_than: Provider) -> Provider | None:
    """The active e-mail provider that choosing `other_than` would replace."""
    if other_than not in EMAIL_PROVIDERS:
        return None
    rows = Connection.objects.in_workspace(workspace_id).active().email().exclude(provider=other_than)
    found = rows.values_list("provider", flat=True).first()
    return Provider(found) if found else None


def _public_state(connection: Connection | None) -> SectionState:
    public = public_standing(connection)
    return SectionState(text=public.label, tone=public.tone)


def _rows(workspace_id: UUID) -> dict[str, Connection]:
    rows = Connection.objects.in_workspace(workspace_id).select_related("base_host")
    return {row.provider: row for row in rows}


def _card(workspace_id: UUID, setup: Setup, connection: Connection | None) -> Card:
    secrets, readable = _secrets(connection)
    return Card(
        setup=setup,
        connection=connection,
        standing=standing(
            setup.title,
            in_use=connection is not None and connection.is_active,
            complete=_is_complete(setup, connection, secrets),
            readable=readable,
            status=connection.status if connection else "",
        ),
        webhook_address=webhook_url(setup.provider, workspace_id) if setup.webhook else None,
        has_webhook_secret=bool(secrets.get("webhook_secret")),
    )


def _is_complete(setup: Setup, connection: Connection | None, secrets: Mapping[str, str]) -> bool:
    if setup.config and connection is not None and any(connection.config.get(name) for name in setup.config):
        return True
    return is_complete(setup.provider, secrets)


def _secrets(connection: Connection | None) -> tuple[dict[str, str], bool]:
    try:
        return (read_secrets(connection) if connection else {}), True
    except SecretUnreadable:
        return {}, False

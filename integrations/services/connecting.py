"""Connecting a provider as a person does it: save what was typed, then ask the provider.

Everything here calls providers and opens its own short transactions: run it outside of any.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from integrations.calendly.connecting import connect_calendly, disconnect_calendly
from integrations.calendly.subscription import Ensured, ensure_calendly_webhook
from integrations.enums import Provider
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.connections import (
    ConnectionInput,
    delete_connection,
    disable_connection,
    save_connection,
)
from integrations.services.inspection import CHECKS, check_connection
from integrations.services.slack import connect_slack
from integrations.transport import within
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User, Workspace

# A person waits for the answer; a page is answered within ten seconds.
PATIENCE_SECONDS = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A saved connection (None: nothing of its own is left) and what the provider said to it; `check` is
    None when it was not asked.
    """

    connection: Connection | None
    check: ProviderResult | None


def connect(workspace_id: UUID, provider: str, given: ConnectionInput, *, by: User) -> Connected:
    """Save a connection and ask the provider whether it works; raises as `save_connection` does.

    A provider that refuses the credential does not undo the save: it shows as disconnected. One whose
    credential is checked before it is kept (`needs_check`) refuses instead, and nothing is saved.
    """
    save = _SAVES.get(Provider(provider), _save)
    with within(PATIENCE_SECONDS):
        saved = save(_workspace(workspace_id), provider, given, by)
    return Connected(connection=saved, check=check_now(saved) if saved is not None else None)


def check_now(connection: Connection) -> ProviderResult | None:
    """What the provider says to the stored credential, within a person's patience; None: cannot be asked."""
    if connection.provider not in CHECKS:
        return None
    with within(PATIENCE_SECONDS):
        return check_connection(connection)


def repair_calendly(workspace_id: UUID) -> Ensured:
    """Look at the workspace's subscription at Calendly, and make it anew where it is needed."""
    with within(PATIENCE_SECONDS):
        return ensure_calendly_webhook(workspace_id)


def clear_secret(workspace_id: UUID, provider: str, name: str, *, by: User) -> None:
    """Clear one secret the provider can do without; `ConnectionRefused` for a required one."""
    with tenant(workspace_id):
        connected = Connection.objects.in_workspace(workspace_id).of(provider).active().exists()
    if connected:
        save = _SAVES.get(Provider(provider), _save)
        save(_workspace(workspace_id), provider, ConnectionInput(remove=frozenset({name})), by)


def disconnect(workspace_id: UUID, provider: str, *, by: User) -> bool:
    """Stop using a provider; False when the workspace did not use it."""
    if provider == Provider.CALENDLY:
        with within(PATIENCE_SECONDS):
            return disconnect_calendly(workspace_id, by=by)
    with tenant(workspace_id):
        rows = Connection.objects.select_for_update(of=("self",)).in_workspace(workspace_id).of(provider).active()
        connection = rows.select_related("workspace").first()
        if connection is None:
            return False
        if provider in (Provider.SLACK, Provider.RESEND):
            delete_connection(connection, by=by)
        else:
            disable_connection(connection, by=by)
    return True


def _save(workspace: Workspace, provider: str, given: ConnectionInput, by: User) -> Connection:
    with tenant(workspace.pk):
        return save_connection(workspace, provider, given, by=by)


def _save_slack(workspace: Workspace, provider: str, given: ConnectionInput, by: User) -> Connection:
    return connect_slack(
        workspace,
        given.secrets.get("bot_token"),
        signing_secret=given.secrets.get("signing_secret"),
        remove=given.remove,
        version=given.version,
        by=by,
    )


def _save_calendly(workspace: Workspace, provider: str, given: ConnectionInput, by: User) -> Connection:
    token = given.secrets.get("access_token")
    if not token:
        return _save(workspace, provider, given, by)
    return connect_calendly(workspace, token, version=given.version, by=by)


def _save_resend(workspace: Workspace, provider: str, given: ConnectionInput, by: User) -> Connection | None:
    """Key and address are set one by one; a connection that holds neither goes."""
    with tenant(workspace.pk):
        saved = save_connection(workspace, provider, given, by=by)
        if saved.secrets or saved.config.get("from_email"):
            return saved
        delete_connection(saved, by=by)
    return None


_SAVES: dict[Provider, Callable[[Workspace, str, ConnectionInput, User], Connection | None]] = {
    Provider.SLACK: _save_slack,
    Provider.CALENDLY: _save_calendly,
    Provider.RESEND: _save_resend,
}


def _workspace(workspace_id: UUID) -> Workspace:
    with tenant(workspace_id):
        return Workspace.objects.get(pk=workspace_id)

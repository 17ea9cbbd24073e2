"""Connecting a provider as a person does it: save what was typed, then ask the provider.

Everything here calls providers and opens its own short transactions: run it outside of any.
"""

from dataclasses import dataclass
from uuid import UUID

from integrations.calendly.connecting import connect_calendly, disconnect_calendly
from integrations.enums import Provider
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.connections import ConnectionInput, disable_connection, save_connection
from integrations.services.inspection import CHECKS, check_connection
from integrations.services.slack import connect_slack
from integrations.transport import within
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User, Workspace

# A person waits for the answer; a page is answered within ten seconds.
PATIENCE_SECONDS = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A saved connection and what the provider said to it; `check` is None when it cannot be asked."""

    connection: Connection
    check: ProviderResult | None


def connect(workspace_id: UUID, provider: str, given: ConnectionInput, *, by: User) -> Connected:
    """Save a connection and ask the provider whether it works; raises as `save_connection` does.

    A provider that refuses the credential does not undo the save: it shows as disconnected. One whose
    credential is checked before it is kept (`needs_check`) refuses instead, and nothing is saved.
    """
    with tenant(workspace_id):
        workspace = Workspace.objects.get(pk=workspace_id)
    with within(PATIENCE_SECONDS):
        saved = _save(workspace, provider, given, by=by)
    return Connected(connection=saved, check=check_now(saved))


def check_now(connection: Connection) -> ProviderResult | None:
    """What the provider says to the stored credential, within a person's patience; None: cannot be asked."""
    if connection.provider not in CHECKS:
        return None
    with within(PATIENCE_SECONDS):
        return check_connection(connection)


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
        disable_connection(connection, by=by)
    return True


def _save(workspace: Workspace, provider: str, given: ConnectionInput, *, by: User) -> Connection:
    if provider == Provider.SLACK:
        return connect_slack(
            workspace,
            given.secrets.get("bot_token"),
            signing_secret=given.secrets.get("signing_secret"),
            remove=given.remove,
            by=by,
        )
    if provider == Provider.CALENDLY and given.secrets.get("access_token"):
        return connect_calendly(workspace, given.secrets["access_token"] or "", by=by)
    with tenant(workspace.pk):
        return save_connection(workspace, provider, given, by=by)

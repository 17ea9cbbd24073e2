"""Connecting a workspace to Calendly and disconnecting it."""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext

from integrations.calendly.client import SPEC
from integrations.calendly.subscription import delete_subscription_of, request_subscription
from integrations.enums import Code, Provider
from integrations.errors import ConnectionRefused, ProviderUnavailable
from integrations.models import Connection
from integrations.services.clients import get_trial_client
from integrations.services.connections import ConnectionInput, disable_connection, save_connection
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib.secrets_hygiene import clean_secret_input
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User, Workspace

DISCONNECT_JOB = "CALENDLY_DISCONNECT"


def connect_calendly(
    workspace: Workspace, token: str, *, version: str | None = None, by: User | str | None
) -> Connection:
    """Save a token Calendly has just accepted, and queue its subscription; for outside of transactions.

    Raises `ConnectionRefused` for a token Calendly refuses and `ProviderUnavailable` when it could not be
    asked; nothing is saved then. A token of another organisation ends the subscription in the former one
    first, as far as that can be done. `version`: see `ConnectionInput`.
    """
    typed = clean_secret_input("access_token", token)
    if typed is None:
        raise ConnectionRefused(gettext("Calendly requires an access token"), field="access_token")
    answer = get_trial_client(SPEC, {"access_token": typed}).get_user()
    if not answer.ok:
        if answer.code == Code.AUTH_FAILED:
            raise ConnectionRefused(
                gettext("Calendly refused the token: {message}").format(message=answer.message), field="access_token"
            )
        raise ProviderUnavailable(
            gettext("Calendly could not be asked: {message}").format(message=answer.message or answer.code)
        )
    uris = {"user_uri": answer.data.uri, "organization_uri": answer.data.organization}
    moved = _has_moved(workspace.pk, answer.data.organization)
    if moved:
        delete_subscription_of(workspace.pk)
    with tenant(workspace.pk):
        if moved:
            uris |= {"webhook_subscription_uri": None, "subscription_state": None}
        # The key of a subscription in another organisation proves nothing about calls of this one.
        given = ConnectionInput(
            secrets={"access_token": typed},
            remove=frozenset(["webhook_signing_key"]) if moved else frozenset(),
            config=uris,
            version=version,
            checked=True,
        )
        connection = save_connection(workspace, Provider.CALENDLY, given, by=by)
        request_subscription(connection)
    return connection


def disconnect_calendly(workspace_id: UUID, *, by: User | str | None) -> bool:
    """Delete the subscription as far as that can be done, then forget token, key and addresses; for outside
    of transactions. False when the workspace is not connected.
    """
    delete_subscription_of(workspace_id)
    with tenant(workspace_id):
        rows = Connection.objects.select_for_update().in_workspace(workspace_id).of(Provider.CALENDLY).active()
        connection = rows.first()
        if connection is None:
            return False
        disable_connection(connection, by=by)
        return True


def request_disconnect(connection: Connection) -> bool:
    """Queue `disconnect_calendly` for a caller that is inside a transaction, which it joins."""
    moment = int(timezone.now().timestamp()) // 10
    return enqueue_job(
        DISCONNECT_JOB,
        connection.workspace_id,
        dedupe_key=f"{connection.workspace_id}:{connection.pk}:{DISCONNECT_JOB}:{moment}",
        payload={"connection_id": str(connection.pk)},
    )


def _has_moved(workspace_id: UUID, organization: str) -> bool:
    with tenant(workspace_id):
        connection = Connection.objects.in_workspace(workspace_id).of(Provider.CALENDLY).active().first()
        known = connection.config.get("organization_uri") if connection else None
    return known is not None and known != organization

"""Resend for one workspace: a key and an address, each of which may be the platform's."""

from uuid import UUID

from integrations.enums import Provider
from integrations.env import resend_api_key, resend_from_email
from integrations.models import Connection
from integrations.rules.connections import normalise_sender
from integrations.services.connections import (
    UNCHANGED,
    ConnectionInput,
    Unchanged,
    delete_connection,
    save_connection,
)
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User, Workspace


def connect_resend(
    workspace: Workspace,
    *,
    api_key: str | None = None,
    remove_key: bool = False,
    from_email: str | Unchanged | None = UNCHANGED,
    by: User | str | None,
) -> Connection | None:
    """Store the workspace's own key, its own address, or both; what it lacks is the platform's.

    A blank or masked key keeps the stored one, `remove_key` clears it; a blank address clears it. Returns
    None when nothing of its own is left (the row goes). Raises `ConnectionRefused` ("Invalid from email").
    """
    config = {} if isinstance(from_email, Unchanged) else {"from_email": normalise_sender(from_email)}
    with tenant(workspace.pk):
        removed = frozenset(["api_key"] if remove_key else [])
        given = ConnectionInput(secrets={"api_key": api_key}, remove=removed, config=config)
        saved = save_connection(workspace, Provider.RESEND, given, by=by)
        if saved.secrets or saved.config.get("from_email"):
            return saved
        delete_connection(saved, by=by)
        return None


def can_mail(workspace_id: UUID | None) -> bool:
    """Whether mails of the workspace (None: the platform's) can leave through Resend: there is a key and an
    address. Reads in the caller's context.
    """
    own = Connection.objects.in_workspace(workspace_id).of(Provider.RESEND).active().first() if workspace_id else None
    key = (own.secrets if own else "") or resend_api_key()
    sender = (own.config.get("from_email") if own else "") or resend_from_email()
    return bool(key and sender)

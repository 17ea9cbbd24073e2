"""The workspace's own addresses, which are never a lead, an alternate or a recipient."""

from uuid import UUID

from django.db import connection

from integrations.models import EmailSender
from zrg.lib.addresses import is_own_sender, normalize_email
from zrg.workspaces.models import WorkspaceSettings

# On the path of every inbound event: building the same query costs more than the database needs for it.
_OWN_LIKE = """
SELECT
    (SELECT own_sender_addresses FROM workspaces_workspacesettings WHERE workspace_id = %(workspace)s),
    EXISTS (SELECT 1 FROM integrations_emailsender WHERE workspace_id = %(workspace)s AND email_address = %(address)s)
"""


def own_sender_entries(workspace_id: UUID) -> tuple[str, ...]:
    """Addresses of the workspace's mailboxes, and the entries of its settings (`@domain` covers a domain)."""
    mailboxes = EmailSender.objects.in_workspace(workspace_id).exclude(email_address=None)
    listed = (
        WorkspaceSettings.objects.filter(workspace_id=workspace_id)
        .values_list("own_sender_addresses", flat=True)
        .first()
    )
    addresses = [*mailboxes.values_list("email_address", flat=True), *(listed or [])]
    return tuple(sorted({str(address).strip().lower() for address in addresses if address}))


def own_senders_like(workspace_id: UUID, address: str | None) -> tuple[str, ...]:
    """Those entries that may be this address: its mailbox, and all entries of the settings. One
    statement however many mailboxes there are.
    """
    wanted = normalize_email(address) if address else None
    if wanted is None:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(_OWN_LIKE, {"workspace": workspace_id, "address": wanted})
        entries, is_mailbox = cursor.fetchone()
    addresses = [*(entries or []), *([wanted] if is_mailbox else [])]
    return tuple(str(one).strip().lower() for one in addresses if one)


def is_own_address(workspace_id: UUID, address: str | None) -> bool:
    """Whether a normalised address is one of the workspace's own."""
    return is_own_sender(address, own_senders_like(workspace_id, address))

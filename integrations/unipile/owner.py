"""Which LinkedIn member a connected account belongs to: the one fact that tells our own messages from theirs.

Kept in the connection's public settings together with the account it is true for, because choosing
another account changes the person.
"""

from uuid import UUID

from integrations.enums import Provider
from integrations.models import Connection

MEMBER, ACCOUNT = "member_id", "member_account"
MAX_MEMBER_ID = 128


def known_owner(workspace_id: UUID, account_id: str | None) -> str | None:
    """The member id learned for this account; None while nothing told it."""
    rows = Connection.objects.in_workspace(workspace_id).of(Provider.UNIPILE)
    config = rows.values_list("config", flat=True).first() or {}
    return config.get(MEMBER) if account_id and config.get(ACCOUNT) == account_id else None


def remember_owner(workspace_id: UUID, account_id: str | None, member_id: str) -> None:
    """Keep the member id of the workspace's account; writes only when it is news. Joins the caller's context."""
    if len(member_id) > MAX_MEMBER_ID or known_owner(workspace_id, account_id) == member_id:
        return
    rows = Connection.objects.select_for_update().in_workspace(workspace_id).of(Provider.UNIPILE)
    connection = rows.filter(external_account_id=account_id).first()
    if connection is not None:
        connection.config = {**connection.config, MEMBER: member_id, ACCOUNT: account_id}
        connection.save(update_fields=["config", "updated_at"])

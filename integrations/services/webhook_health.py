"""What an inbound call says about its connection; at most one write a minute for each."""

from uuid import UUID

from django.db import connection as database

from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.health import UNREADABLE, record_provider_outcome
from zrg.workspaces.context import INGEST_TIMEOUT_MS, tenant

# Another call of the same minute may hold the row; it notes the same thing.
_TOUCH = """
UPDATE integrations_connection SET last_webhook_at = now()
WHERE id = (SELECT id FROM integrations_connection WHERE id = %s AND workspace_id = %s FOR UPDATE SKIP LOCKED)
"""


def note_webhook(workspace_id: UUID, connection_id: UUID, *, signed: bool) -> None:
    """A call came in; when it proved its origin the connection counts as working."""
    with tenant(workspace_id, timeout_ms=INGEST_TIMEOUT_MS), database.cursor() as cursor:
        cursor.execute(_TOUCH, [connection_id, workspace_id])
        touched = cursor.rowcount == 1
    if touched and signed:
        record_provider_outcome(_row(workspace_id, connection_id), ProviderResult(outcome="ok"), via_webhook=True)


def note_unreadable_secret(workspace_id: UUID, connection_id: UUID) -> None:
    """The stored credential cannot be decrypted: neither calls nor signed webhooks work."""
    record_provider_outcome(_row(workspace_id, connection_id), UNREADABLE)


def _row(workspace_id: UUID, connection_id: UUID) -> Connection:
    return Connection(pk=connection_id, workspace_id=workspace_id)

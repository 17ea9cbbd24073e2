"""Which conversations a comparison of a whole workspace takes."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from leads.models import Lead
from zrg.workspaces.context import tenant

BATCH = 200


def leads_with_messages(workspace_id: UUID, since: datetime) -> Iterator[list[Lead]]:
    """Leads with a message since then, batch by batch, each read in a transaction of its own."""
    last: UUID | None = None
    while True:
        with tenant(workspace_id):
            rows = Lead.objects.in_workspace(workspace_id).filter(last_message_at__gte=since).order_by("pk")
            rows = rows.filter(pk__gt=last) if last else rows
            batch = list(rows.only("id", "workspace_id")[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1].pk

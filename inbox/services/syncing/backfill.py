"""Which conversations a comparison of a whole workspace takes, and how far it is."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from inbox.services.syncing.conversations import CONVERSATION_SYNC
from leads.models import Lead
from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob
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


def waiting_syncs(workspace_id: UUID) -> int:
    """Comparisons of the workspace that are queued or running."""
    with tenant(workspace_id):
        rows = BackgroundJob.objects.filter(workspace_id=workspace_id, type=CONVERSATION_SYNC)
        return rows.filter(status__in=(JobStatus.PENDING, JobStatus.RUNNING)).count()

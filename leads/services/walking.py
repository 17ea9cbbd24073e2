"""Walking all leads of a workspace in short transactions."""

from collections.abc import Callable, Iterator
from uuid import UUID

from leads.models import Lead
from leads.querysets import LeadQuerySet
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.models import Workspace

BATCH = 500
FIRST = UUID(int=0)


def chosen_workspaces(workspace_id: str | None) -> list[UUID]:
    """One workspace, or all that are not deleted, in order of their ids."""
    with platform():
        workspaces = Workspace.objects.not_deleted().order_by("pk")
        if workspace_id:
            workspaces = workspaces.filter(pk=workspace_id)
        return list(workspaces.values_list("pk", flat=True))


def walk_leads(workspace_id: UUID, narrow: Callable[[LeadQuerySet], LeadQuerySet]) -> Iterator[list[Lead]]:
    """Batches of leads by id; each batch is yielded inside its own tenant transaction."""
    last = FIRST
    while True:
        with tenant(workspace_id):
            leads = narrow(Lead.objects.in_workspace(workspace_id)).filter(pk__gt=last).order_by("pk")
            batch = list(leads[:BATCH])
            if batch:
                yield batch
        if len(batch) < BATCH:
            return
        last = batch[-1].pk

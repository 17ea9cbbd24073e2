"""What the doctor says of a rotation: nobody can receive leads, entries nobody stands behind."""

from collections.abc import Iterator
from uuid import UUID

from django.utils import timezone

from assignment.services.fairness import unknown_entries, why_empty
from assignment.services.rotation import read_rotation
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import Finding

WHERE = "Settings → Integrations → Assignments"
EMPTY = {
    "sequence_empty": "nobody of the order can receive leads",
    "no_setters": "no setter is active, and round robin is on",
}


def examine_rotation(workspace_id: UUID | None) -> Iterator[Finding]:
    """The findings of one workspace; nothing without one."""
    if workspace_id is None:
        return
    row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    reason = why_empty(read_rotation(row, timezone.now())) if row.round_robin_enabled else ""
    if reason:
        yield Finding(
            name="rotation_empty",
            state="warn",
            evidence=EMPTY[reason],
            act=f"Repair it under {WHERE}, then run rr_backfill --workspace {workspace_id}.",
        )
    if gone := unknown_entries(row):
        yield Finding(
            name="rotation_entries",
            state="warn",
            evidence=f"{len(gone)} entries of the order have no account and are passed over",
            act=f"Take them out under {WHERE}.",
        )

"""The last step of a new workspace: a draft was written."""

from collections.abc import Iterator
from uuid import UUID

from inbox.models import Draft
from zrg.workspaces.setup import SetupItem


def setup_items(workspace_id: UUID) -> Iterator[SetupItem]:
    """Whether any draft exists; one query."""
    yield SetupItem(
        key="first-draft",
        title="See the first draft",
        purpose="It appears in the inbox when the first reply has been read",
        position=90,
        url=f"/?view=inbox&clientId={workspace_id}",
        done=Draft.objects.in_workspace(workspace_id).exists(),
    )

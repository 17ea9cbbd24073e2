"""A message that says it is a test, to try out where the real ones go."""

from uuid import UUID, uuid4

from notifications.enums import Destination, SendKind
from notifications.rules.texts import compose
from notifications.services.destinations import Reach, email_reach, slack_reach
from notifications.services.outbox import enqueue
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant
from zrg.workspaces.models import Workspace

REACHES = {Destination.SLACK.value: slack_reach, Destination.EMAIL.value: email_reach}


def send_test(workspace_id: UUID, destination: str) -> Reach:
    """Add a test message for every target of a destination; returns where it goes, or why nowhere. Raises
    `NotVisible` for a workspace that is not there.
    """
    with tenant(workspace_id):
        workspace = Workspace.objects.select_related("settings").filter(pk=workspace_id).first()
        if workspace is None:
            raise NotVisible(f"No workspace {workspace_id}")
        content = compose(
            f"[{workspace.name}] Test",
            [f"Test: notifications of {workspace.name} arrive here. Nothing has to be done."],
        )
        reach = REACHES[destination](workspace.settings)
        rows = reach.rows(SendKind.PLATFORM_ALERT.value, f"test:{workspace_id}:{uuid4()}", content)
        enqueue(rows, event=None, workspace_id=workspace_id)
        return reach

"""Stage 1: is there still something to do?"""

from inbox.enums import Direction
from inbox.models import Message
from inbox.services.stages.base import DONE, StageContext, StageResult, skipped
from zrg.workspaces.context import tenant
from zrg.workspaces.models import Workspace


def load(context: StageContext) -> StageResult:
    """End when the workspace is not active or the message is gone."""
    with tenant(context.workspace_id):
        if not Workspace.objects.filter(pk=context.workspace_id, status="active").exists():
            return skipped("workspace_inactive", ends=True)
        known = Message.objects.in_workspace(context.workspace_id).filter(
            pk=context.message_id, direction=Direction.INBOUND
        )
        return DONE if known.exists() else skipped("message_gone", ends=True)

"""Stage 1: is there still something to do?"""

from inbox.enums import Direction
from inbox.models import Message
from inbox.services.stages.base import DONE, StageContext, StageResult, skipped
from zrg.jobs.errors import Cancelled
from zrg.workspaces.context import tenant
from zrg.workspaces.models import Workspace


def load(context: StageContext) -> StageResult:
    """End when the workspace is not active; a message that is gone cancels the job."""
    with tenant(context.workspace_id):
        message = Message.objects.in_workspace(context.workspace_id).filter(
            pk=context.message_id, direction=Direction.INBOUND
        )
        if not message.exists():
            raise Cancelled("message gone")
        if not Workspace.objects.filter(pk=context.workspace_id, status="active").exists():
            return skipped("workspace_inactive", ends=True)
        return DONE

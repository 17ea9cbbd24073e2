from inbox.admin.drafts import DraftAdmin
from inbox.admin.messages import MessageAdmin
from inbox.admin.orders import SendOrderAdmin
from inbox.admin.stages import InboundStageRunAdmin

__all__ = ["DraftAdmin", "InboundStageRunAdmin", "MessageAdmin", "SendOrderAdmin"]

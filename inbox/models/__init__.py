from inbox.models.bulk import BulkItem, BulkRun
from inbox.models.draft import Draft, DraftEvent
from inbox.models.draft_request import DraftRequest
from inbox.models.memory import LeadMemoryEntry
from inbox.models.message import Message, MessageRaw
from inbox.models.note import LeadNote
from inbox.models.overseer import MeetingOverseerDecision
from inbox.models.saved_reply import SavedReply
from inbox.models.send_order import SendOrder
from inbox.models.stage_run import InboundStageRun
from inbox.models.sync import ConversationSync
from inbox.models.views import LeadView, SavedView

__all__ = [
    "BulkItem",
    "BulkRun",
    "ConversationSync",
    "Draft",
    "DraftEvent",
    "DraftRequest",
    "InboundStageRun",
    "LeadMemoryEntry",
    "LeadNote",
    "LeadView",
    "MeetingOverseerDecision",
    "Message",
    "MessageRaw",
    "SavedReply",
    "SavedView",
    "SendOrder",
]

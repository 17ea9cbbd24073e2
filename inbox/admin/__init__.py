from inbox.admin.bulk import BulkRunAdmin
from inbox.admin.drafts import DraftAdmin
from inbox.admin.memory import LeadMemoryEntryAdmin, MeetingOverseerDecisionAdmin
from inbox.admin.messages import MessageAdmin
from inbox.admin.notes import LeadNoteAdmin
from inbox.admin.orders import SendOrderAdmin
from inbox.admin.requests import DraftRequestAdmin
from inbox.admin.saved_replies import SavedReplyAdmin
from inbox.admin.stages import InboundStageRunAdmin
from inbox.admin.syncs import ConversationSyncAdmin

__all__ = [
    "BulkRunAdmin",
    "ConversationSyncAdmin",
    "DraftAdmin",
    "DraftRequestAdmin",
    "InboundStageRunAdmin",
    "LeadMemoryEntryAdmin",
    "LeadNoteAdmin",
    "MeetingOverseerDecisionAdmin",
    "MessageAdmin",
    "SavedReplyAdmin",
    "SendOrderAdmin",
]

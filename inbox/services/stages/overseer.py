"""Stage 10, first half: what the reply means for a meeting, before the answer is written (05 R20)."""

from inbox.enums import SentimentTag
from inbox.models import Message
from inbox.rules.eligibility import DRAFTED_TAGS
from inbox.services.drafting.storing import overtaken
from inbox.services.overseer.extracting import decide_meeting
from inbox.services.stages.base import StageContext, StageResult, skipped
from leads.models import Lead
from zrg.ai.contracts import CallScope
from zrg.workspaces.context import tenant
from zrg.workspaces.models import WorkspaceSettings


def oversee(context: StageContext) -> StageResult:
    """Ask once per message, and only when an answer will be written; booking may have asked before."""
    with tenant(context.workspace_id):
        message = Message.objects.in_workspace(context.workspace_id).get(pk=context.message_id)
        if reason := _why_not(message):
            return skipped(reason)
    scope = CallScope(
        workspace_id=context.workspace_id,
        source="inbox.pipeline.overseer",
        lead_id=context.lead_id,
        message_id=context.message_id,
        trace_id=context.trace_id,
    )
    decision = decide_meeting(context.workspace_id, context.message_id, scope=scope, deadline=context.deadline)
    if decision is None:
        return skipped("no_decision")
    return StageResult(
        result={
            "intent": decision.intent,
            "response_mode": decision.response_mode,
            "should_book_now": decision.should_book_now,
        }
    )


def _why_not(message: Message) -> str:
    if (message.sentiment_tag or SentimentTag.NEW) not in DRAFTED_TAGS:
        return "sentiment_not_eligible"
    generates = WorkspaceSettings.objects.filter(workspace_id=message.workspace_id, draft_generation_enabled=True)
    if not generates.exists():
        return "draft_generation_disabled"
    return overtaken(Lead.objects.get(pk=message.lead_id), message)

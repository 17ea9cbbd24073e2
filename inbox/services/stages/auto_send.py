"""Stage 11: may the draft of this reply leave without a person? (06 R3)"""

import time
from uuid import UUID

from inbox.models import Message
from inbox.services.autosend.flow import Decision, evaluate_draft, record_failure
from inbox.services.drafting.storing import draft_for
from inbox.services.stages.base import StageContext, StageResult, skipped
from zrg.workspaces.context import tenant

STAGE_SECONDS = 60.0


def auto_send(context: StageContext) -> StageResult:
    """Idempotent: a draft is decided once, whatever retries the job."""
    draft_id = _draft_of(context)
    if draft_id is None:
        return skipped("no_draft")
    deadline = min(context.deadline, time.monotonic() + STAGE_SECONDS)
    decision = evaluate_draft(context.workspace_id, draft_id, deadline=deadline, trace_id=context.trace_id)
    return _result(decision, str(draft_id))


def give_up_auto_send(context: StageContext) -> StageResult:
    """The decision failed again and again: the draft goes to a person."""
    draft_id = _draft_of(context)
    if draft_id is None:
        return skipped("no_draft")
    return _result(record_failure(context.workspace_id, draft_id, "stage_failed"), str(draft_id))


def _draft_of(context: StageContext) -> UUID | None:
    with tenant(context.workspace_id):
        message = Message.objects.in_workspace(context.workspace_id).get(pk=context.message_id)
        return draft_for(f"message:{message.pk}", message.channel)


def _result(decision: Decision, draft: str) -> StageResult:
    if not decision.action:
        return StageResult(code=decision.reason[:64], result={"draft": draft})
    return StageResult(code=decision.reason[:64], result={"draft": draft, "action": decision.action})

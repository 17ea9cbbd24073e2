"""Stage 6: the tag becomes the lead's state, and the answering half is queued."""

from inbox.contracts import ReplyClassified
from inbox.enums import SafetyKind, SentimentTag, StageState
from inbox.models import InboundStageRun, Message
from inbox.rules.eligibility import UNDRAFTED_KINDS
from inbox.rules.tags import MACHINE_TAGS
from inbox.services.automation import apply_reply_switches
from inbox.services.protecting import is_colleagues, silence_colleague
from inbox.services.sentiment import CAUSE_INBOUND, set_sentiment
from inbox.services.stages.base import StageContext, StageResult
from leads.enums import BlacklistReason
from leads.models import Lead
from zrg.jobs.rules.keys import build_job_dedupe_key
from zrg.jobs.services.announce import announce
from zrg.jobs.services.enqueue import enqueue_job, requeue_job
from zrg.workspaces.context import tenant

INBOUND_RESPOND = "INBOUND_RESPOND"


def apply_state(context: StageContext) -> StageResult:
    """Set the tag, wake a snoozed lead, announce the classification, queue the answer: one transaction."""
    with tenant(context.workspace_id):
        message = Message.objects.in_workspace(context.workspace_id).get(pk=context.message_id)
        if message.sentiment_tag is None:
            # No final state: the hourly retry classifies the message, and then this stage has its work.
            return StageResult(state=StageState.FAILED, code="not_classified", ends=True)
        _set_tag(message, message.sentiment_tag)
        if message.sentiment_tag not in MACHINE_TAGS:
            Lead.objects.filter(pk=message.lead_id).update(snoozed_until=None, snooze_until_reply=False)
        apply_reply_switches(message.lead_id)
        announce(
            ReplyClassified(
                workspace_id=message.workspace_id,
                lead_id=message.lead_id,
                message_id=message.pk,
                tag=message.sentiment_tag,
            )
        )
        if message.safety_kind in UNDRAFTED_KINDS:
            Message.objects.filter(pk=message.pk).update(draft_skip_reason=f"safety_{message.safety_kind}")
            return StageResult(result={"tag": message.sentiment_tag}, code=f"safety_{message.safety_kind}")
        _queue_answer(message, repeated=bool(context.variant))
        return StageResult(result={"tag": message.sentiment_tag})


def _set_tag(message: Message, tag: str) -> None:
    if message.safety_kind == SafetyKind.BOUNCE:
        # A soft bounce is stored and nothing else; a hard one was put in force with the message.
        return
    if tag == SentimentTag.BLACKLIST and message.safety_kind != SafetyKind.DEAD_INBOX:
        lead = Lead.objects.select_for_update().get(pk=message.lead_id)
        if is_colleagues(lead, message):
            # The colleague's wish is in force for the colleague; the lead has not said anything.
            if message.safety_kind != SafetyKind.OPT_OUT:
                silence_colleague(lead, message, BlacklistReason.COMPLAINT)
            return
    set_sentiment(
        message.lead_id, tag, message=message, cause=CAUSE_INBOUND, blacklist_reason=_blacklist_reason(message)
    )


def _queue_answer(message: Message, *, repeated: bool) -> None:
    """A repeat of this stage repeats the answer too; a draft that was made already stays the only one."""
    if repeated:
        InboundStageRun.objects.filter(message=message, stage="draft", state=StageState.SKIPPED).delete()
    if not enqueue_job(INBOUND_RESPOND, message.workspace_id, lead_id=message.lead_id, message_id=message.pk):
        requeue_job(build_job_dedupe_key(message.workspace_id, message.pk, INBOUND_RESPOND))


def _blacklist_reason(message: Message) -> str:
    """A model's Blacklist counts as a complaint; the deterministic kinds keep their own reason."""
    return (
        {SafetyKind.DEAD_INBOX: "dead_inbox", SafetyKind.OPT_OUT: "opt_out"}.get(
            SafetyKind(message.safety_kind or SafetyKind.NONE), "complaint"
        )
        if message.sentiment_tag == SentimentTag.BLACKLIST
        else "opt_out"
    )

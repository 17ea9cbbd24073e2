"""Stage 10: the draft of a reply, or the reason why there is none (05 R13–R17)."""

import time
from datetime import datetime, timedelta

from django.utils import timezone

from inbox.enums import DraftOrigin, SafetyKind, SentimentTag
from inbox.metrics import observe_draft_step
from inbox.models import Draft, InboundStageRun, Message
from inbox.rules.eligibility import draft_eligibility
from inbox.rules.time_budget import CONTEXT_SECONDS
from inbox.services.drafting.knobs import JOB_SECONDS
from inbox.services.drafting.knowing import gather
from inbox.services.drafting.storing import draft_for, newer_inbound, note_skip, overtaken, store_draft
from inbox.services.drafting.writing import write_text
from inbox.services.signals import signals_of
from inbox.services.stages.base import StageContext, StageResult, skipped
from leads.models import Lead
from zrg.jobs.errors import Reschedule
from zrg.workspaces.context import tenant
from zrg.workspaces.models import WorkspaceSettings

STALE_AFTER = timedelta(days=7)
"""Replies older than this at processing time (backfills) get no draft."""
PIECES_WITHIN = timedelta(seconds=90)
QUIET_FOR = timedelta(seconds=20)
"""Messages in pieces: wait until the lead has been quiet this long, then answer all of them."""


def write_draft(context: StageContext) -> StageResult:
    """Idempotent per trigger; eligibility first, then the model outside of any transaction."""
    trigger_key = f"message:{context.message_id}"
    with tenant(context.workspace_id):
        message = Message.objects.in_workspace(context.workspace_id).get(pk=context.message_id)
        if (known := draft_for(trigger_key, message.channel)) is not None:
            return StageResult(code="reused", result={"draft": str(known)})
        if reason := _why_not(message):
            return _skip(message, reason)
        wait_until = _pieces_end(message)
    if wait_until:
        raise Reschedule(wait_until, "the lead is still writing")
    return _write_and_store(context, message, trigger_key)


def give_up_draft(context: StageContext) -> StageResult:
    """Writing failed again and again: a person sees that there is no draft, and why."""
    with tenant(context.workspace_id):
        message = Message.objects.in_workspace(context.workspace_id).get(pk=context.message_id)
        return _skip(message, "generation_failed")


def _write_and_store(context: StageContext, message: Message, trigger_key: str) -> StageResult:
    started = time.monotonic()
    seconds = min(JOB_SECONDS, context.deadline - started)
    gathered = gather(message, channel=message.channel, tag=_tag(message), seconds=min(CONTEXT_SECONDS, seconds))
    written = write_text(
        gathered, started=started, seconds=seconds, source="inbox.pipeline.draft", trace_id=context.trace_id
    )
    observe_draft_step("total", time.monotonic() - started)
    with tenant(context.workspace_id):
        if not written.content:
            return _skip(message, written.reason or "generation_failed")
        draft = store_draft(gathered, written, message=message, origin=DraftOrigin.INBOUND, trigger_key=trigger_key)
        if draft is None:
            return skipped("overtaken")
        return StageResult(result={"draft": str(draft.pk), "path": draft.generation_path})


def _why_not(message: Message) -> str:
    """First reason against a draft, or ""."""
    lead = Lead.objects.get(pk=message.lead_id)
    settings = WorkspaceSettings.objects.get(workspace_id=message.workspace_id)
    if timezone.now() - message.sent_at > STALE_AFTER:
        return "stale_message"
    stopped = lead.opted_out_at is not None or lead.status == "blacklisted"
    pending = _followup_draft_pending(lead)
    return ineligible(message, lead, settings, stopped=stopped, followup_pending=pending) or overtaken(lead, message)


def ineligible(
    message: Message, lead: Lead, settings: WorkspaceSettings, *, stopped: bool, followup_pending: bool
) -> str:
    """Why the reply gets no draft whenever it came (05 R13), or ""; in the caller's context."""
    signals = signals_of(message)
    verdict = draft_eligibility(
        sentiment=_tag(message),
        channel=message.channel,
        lead_email=lead.email,
        safety_kind=message.safety_kind or SafetyKind.NONE,
        is_newsletter=_is_newsletter(message),
        draft_generation_enabled=settings.draft_generation_enabled,
        lead_opted_out=stopped,
        call_intent=signals.call_intent,
        booking_process_route=signals.route,
        followup_draft_pending=followup_pending,
        phone_on_file=bool(lead.phone or lead.phone_national),
    )
    return "" if verdict.eligible else verdict.reason or ""


def _skip(message: Message, reason: str) -> StageResult:
    note_skip(message, reason)
    return skipped(reason)


def _pieces_end(message: Message) -> datetime | None:
    """When the lead wrote in pieces, the moment it has been quiet long enough."""
    earlier = (
        Message.objects.of_lead(message.lead_id)
        .on_channel(message.channel)
        .inbound()
        .exclude(pk=message.pk)
        .filter(created_at__gte=message.created_at - PIECES_WITHIN, created_at__lte=message.created_at)
    )
    quiet_at = message.created_at + QUIET_FOR
    if newer_inbound(message) is None and quiet_at > timezone.now() and earlier.exists():
        return quiet_at
    return None


def _tag(message: Message) -> str:
    return message.sentiment_tag or SentimentTag.NEW


def _is_newsletter(message: Message) -> bool:
    run = InboundStageRun.objects.filter(message=message, stage="classify").values_list("result", flat=True).first()
    return bool(run and run.get("newsletter"))


def _followup_draft_pending(lead: Lead) -> bool:
    return Draft.objects.of_lead(lead.pk).pending().filter(origin=DraftOrigin.FOLLOWUP_TASK).exists()

"""Stage 8: what the reply asks people to do (05 R12)."""

import time

from django.utils import timezone

from inbox.models import Message
from inbox.rules.eligibility import UNDRAFTED_KINDS
from inbox.rules.signals import Signals
from inbox.services.signals import Reading, gather, phone_on_file, read_signals
from inbox.services.stages.base import StageContext, StageResult, skipped
from leads.models import Lead
from zrg.ai.contracts import CallScope
from zrg.jobs.contracts import TaskNeeded
from zrg.jobs.services.announce import announce
from zrg.workspaces.context import tenant

STAGE_SECONDS = 6.0


def read_action_signals(context: StageContext) -> StageResult:
    """Deterministic first, the model for what it alone can tell; tasks for people are unique per message."""
    deadline = min(context.deadline, time.monotonic() + STAGE_SECONDS)
    with tenant(context.workspace_id):
        message = Message.objects.in_workspace(context.workspace_id).get(pk=context.message_id)
        if message.safety_kind in UNDRAFTED_KINDS:
            return skipped(f"safety_{message.safety_kind}")
        if not message.body:
            return skipped("no_text")
        reading = gather(message)
    signals = read_signals(reading, scope=_scope(context), deadline=deadline)
    with tenant(context.workspace_id):
        _apply(context, reading, signals)
    return StageResult(result=signals.as_json())


def _apply(context: StageContext, reading: Reading, signals: Signals) -> None:
    lead = Lead.objects.in_workspace(context.workspace_id).get(pk=context.lead_id)
    if reading.found.own_pages:
        Lead.objects.filter(pk=lead.pk).update(
            external_scheduling_link=reading.found.own_pages[0][:1000],
            external_scheduling_link_last_seen_at=timezone.now(),
        )
    # Without a number there is nothing to call; the enrichment stage asks for one.
    if signals.call_intent and phone_on_file(lead):
        _need(context, "call_requested", "The lead asks to be called.")
    if signals.external_calendar:
        _need(context, "lead_scheduler_link", "The lead asks you to book in their own calendar.")


def _need(context: StageContext, kind: str, text: str) -> None:
    announce(
        TaskNeeded(
            workspace_id=context.workspace_id,
            lead_id=context.lead_id,
            message_id=context.message_id,
            kind=kind,
            text=text,
        )
    )


def _scope(context: StageContext) -> CallScope:
    return CallScope(
        workspace_id=context.workspace_id,
        source="inbox.pipeline.signals",
        lead_id=context.lead_id,
        message_id=context.message_id,
        trace_id=context.trace_id,
    )

"""Stage 3: a short answer to something we do not have is read with the provider's history (05 R1)."""

import time
from datetime import timedelta

from inbox.enums import Channel
from inbox.models import Message
from inbox.rules.eligibility import UNDRAFTED_KINDS
from inbox.services.stages.base import StageContext, StageResult, skipped
from inbox.services.transcript import reply_text
from zrg.workspaces.context import tenant

STAGE_SECONDS = 8.0
SHORT = 25
"""Characters; a longer reply says by itself what it is about."""
KNOWN_WITHIN = timedelta(days=30)


def sync_context(context: StageContext) -> StageResult:
    """Fetch the channel's history once; what it brings is stored as any comparison stores it."""
    # A comparison queues the replies it finds for this very pipeline.
    from inbox.services.syncing.conversations import sync_conversation  # noqa: PLC0415

    with tenant(context.workspace_id):
        message = Message.objects.in_workspace(context.workspace_id).get(pk=context.message_id)
        if reason := _why_not(message):
            return skipped(reason)
    report = sync_conversation(
        context.workspace_id,
        message.lead_id,
        (message.channel,),
        seconds=min(STAGE_SECONDS, max(0.0, context.deadline - time.monotonic())),
    )
    if report is None:
        return skipped("compared_lately")
    note = report.notes.get(message.channel, "")
    if note in ("no_history", "not_connected", "unknown_there"):
        return skipped(note)
    return StageResult(code=note, result={"seen": report.seen, "inserted": report.inserted})


def _why_not(message: Message) -> str:
    if message.channel == Channel.EMAIL:
        return "email"
    if message.safety_kind in UNDRAFTED_KINDS:
        return f"safety_{message.safety_kind}"
    if len(reply_text(message)) > SHORT:
        return "long_enough"
    known = Message.objects.of_lead(message.lead_id).on_channel(message.channel).outbound()
    return "known" if known.filter(sent_at__gte=message.sent_at - KNOWN_WITHIN).exists() else ""

"""Stage 7: what is known of the person is filled in, and what is missing is asked for (03 R11)."""

import time

from inbox.enums import Channel, Direction, SafetyKind
from inbox.models import Message, MessageRaw
from inbox.rules.cleaning import written_part
from inbox.services.stages.base import StageContext, StageResult, skipped
from integrations.transport import within
from leads.enums import LeadStatus
from leads.models import Lead
from leads.rules.participants import is_cc_replier
from leads.services.enrichment_sources import (
    Written,
    ask_after_reply,
    enrich_from_emailbison,
    enrich_from_ghl,
    enrich_from_message,
    enrich_from_signature,
)
from zrg.ai.contracts import CallScope
from zrg.ai.models import Persona
from zrg.workspaces.context import tenant

STAGE_SECONDS = 20.0
OWN_MESSAGES = 20
"""Our newest messages of the lead, in which our own numbers stand."""
_WRITTEN_BY_THE_PERSON = (SafetyKind.NONE, SafetyKind.ACK_ONLY)


def enrich(context: StageContext) -> StageResult:
    """The sources in their order, each filling what is still empty; no call is made in a transaction.

    A lead that is stopped is left alone, and what a machine wrote is nobody's signature.
    """
    deadline = min(context.deadline, time.monotonic() + STAGE_SECONDS)
    with tenant(context.workspace_id):
        message = Message.objects.in_workspace(context.workspace_id).get(pk=context.message_id)
        lead = Lead.objects.in_workspace(context.workspace_id).get(pk=message.lead_id)
        if lead.status == LeadStatus.BLACKLISTED:
            return skipped("lead_blacklisted")
        if message.safety_kind not in _WRITTEN_BY_THE_PERSON:
            return skipped(f"safety_{message.safety_kind}")
        written = _written(message, lead)
    with within(max(0.0, deadline - time.monotonic())):
        filled = _from_sources(context, lead, message, written, deadline)
    with tenant(context.workspace_id):
        asked = ask_after_reply(Lead.objects.in_workspace(context.workspace_id).get(pk=lead.pk))
    return StageResult(result={"filled": sorted(filled), "asked": sorted(asked.asked)})


def _from_sources(
    context: StageContext, lead: Lead, message: Message, written: Written, deadline: float
) -> frozenset[str]:
    workspace_id = context.workspace_id
    by_writer = _is_written_by(lead, message)
    filled = enrich_from_message(workspace_id, lead.pk, written) if by_writer else frozenset[str]()
    filled |= enrich_from_emailbison(workspace_id, lead.pk)
    if by_writer and message.channel == Channel.EMAIL:
        scope = CallScope(
            workspace_id=workspace_id,
            source="inbox.pipeline.enrich",
            lead_id=lead.pk,
            message_id=message.pk,
            trace_id=context.trace_id,
        )
        filled |= enrich_from_signature(workspace_id, lead.pk, written, scope=scope, deadline=deadline)
    return filled | enrich_from_ghl(workspace_id, lead.pk)


def _is_written_by(lead: Lead, message: Message) -> bool:
    """A colleague's number is not the lead's."""
    return message.channel != Channel.EMAIL or not is_cc_replier(lead.email, message.from_email)


def _written(message: Message, lead: Lead) -> Written:
    raw = MessageRaw.objects.filter(message=message).first()
    text = written_part(raw.raw_html, raw.raw_text) if raw else ""
    ours = Message.objects.of_lead(lead.pk).filter(direction=Direction.OUTBOUND).newest_first()[:OWN_MESSAGES]
    own = [one.body for one in ours]
    own += [f"{one.raw_text}\n{one.raw_html}" for one in MessageRaw.objects.filter(message__in=[m.pk for m in ours])]
    own += [one.signature or "" for one in Persona.objects.in_workspace(lead.workspace_id)]
    return Written(text=text or message.body, own_text="\n".join(filter(None, own)))

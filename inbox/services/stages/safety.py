"""Stage 2: the deterministic safety reading, made in the storing transaction; repeated here when missing."""

from inbox.models import Message
from inbox.services.protecting import apply_safety, read_safety
from inbox.services.stages.base import StageContext, StageResult
from leads.models import Lead
from zrg.workspaces.context import tenant


def ensure_safety(context: StageContext) -> StageResult:
    """Fails closed: an exception retries the job and no later stage runs."""
    with tenant(context.workspace_id):
        message = Message.objects.in_workspace(context.workspace_id).get(pk=context.message_id)
        lead = Lead.objects.select_for_update().get(pk=message.lead_id)
        reading = read_safety(
            body=message.body,
            subject=message.subject,
            channel=message.channel,
            from_email=message.from_email,
            provider_automated=message.is_automated,
            lead=lead,
        )
        if message.safety_kind is None:
            Message.objects.filter(pk=message.pk).update(safety_kind=reading.kind)
        apply_safety(lead, message, reading)
    return StageResult(result={"kind": reading.kind})

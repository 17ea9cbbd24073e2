"""Turning a stored answer of Clay into its effects, inside the event's transaction."""

from integrations import registry
from integrations.clay import payload as wire
from integrations.contracts import EnrichmentAnswer
from integrations.events import common_fields, ignored, payload_of
from zrg.jobs.models import WebhookEvent


def process(event: WebhookEvent) -> str:
    """Parse, hand to the receiver, return the outcome. Safe to repeat."""
    payload, _ = payload_of(event)
    call = wire.read_call(payload)
    if problem := wire.problem_of(call):
        return ignored(problem)
    if call.lead is None or call.kind is None:
        return "ignored:lead_not_found"
    outcome = registry.receive(
        EnrichmentAnswer(
            **common_fields(event, "sms" if call.kind == "phone" else "linkedin"),
            lead_id=call.lead,
            kind=call.kind,
            status=call.status,
            phone=call.phone,
            linkedin_url=call.linkedin_url,
            linkedin_id=call.linkedin_id,
            error=call.error,
        )
    )
    _release_key(event)
    return outcome


def _release_key(event: WebhookEvent) -> None:
    """The same words may answer a later question about the lead ("not found", a day after "not found");
    held for ever, the key would turn that answer away. A repeat of this one meets a closed question.
    """
    WebhookEvent.objects.filter(pk=event.pk).update(dedupe_key=f"clay:answered:{event.pk}")

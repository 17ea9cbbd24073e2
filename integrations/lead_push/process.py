"""Turning a stored push into a lead, inside the event's transaction."""

from integrations import registry
from integrations.contracts import LeadPush
from integrations.events import common_fields, ignored, payload_of
from integrations.lead_push import payload as wire
from zrg.jobs.models import WebhookEvent


def process(event: WebhookEvent) -> str:
    """Parse, hand to the receiver, return the outcome. Safe to repeat."""
    payload, _ = payload_of(event)
    push = wire.read_push(payload)
    if problem := wire.problem_of(push):
        return ignored(problem)
    return registry.receive(
        LeadPush(
            **common_fields(event, "email"),
            source=event.event_type.removeprefix("lead_"),
            external_id=push.external_id,
            row=dict(push.columns),
        )
    )

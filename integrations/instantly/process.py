"""Turning a stored Instantly call into its effects, inside the event's transaction."""

from integrations import registry
from integrations.enums import Provider
from integrations.events import common_fields, ignored, payload_of
from integrations.instantly import payload as wire
from integrations.instantly.parse import contract_of
from integrations.services.senders import note_sender
from zrg.jobs.models import WebhookEvent


def process(event: WebhookEvent) -> str:
    """Parse, hand to the receiver, return the outcome. Safe to repeat."""
    payload, workspace_id = payload_of(event)
    call = wire.read_call(payload)
    if call.event_type is None or not wire.is_known(call.event_type):
        return "ignored:unknown_event_type"
    if problem := wire.problem_of(call.event_type, call):
        return ignored(problem)
    if event.sender_email and event.sender_email != call.lead_email:
        note_sender(
            workspace_id,
            sender_email_id=event.sender_email,
            email=event.sender_email,
            name=None,
            seen_at=event.created_at,
            provider=Provider.INSTANTLY,
        )
    common = {**common_fields(event, "email"), "event_type": call.event_type}
    return registry.receive(contract_of(call, common))

"""Turning a stored SmartLead call into its effects, inside the event's transaction."""

from integrations import registry
from integrations.enums import Provider
from integrations.events import common_fields, ignored, payload_of
from integrations.services.senders import note_sender
from integrations.smartlead import payload as wire
from integrations.smartlead.parse import contract_of
from zrg.jobs.models import WebhookEvent


def process(event: WebhookEvent) -> str:
    """Parse, hand to the receiver, return the outcome. Safe to repeat."""
    payload, workspace_id = payload_of(event)
    call = wire.read_call(payload)
    if call.event_type is None or not wire.is_known(call.event_type):
        return "ignored:unknown_event_type"
    if problem := wire.problem_of(call.event_type, call):
        return ignored(problem)
    if call.event_type == "EMAIL_SENT" and event.sender_email and event.sender_email != call.lead_email:
        # What we sent came from a mailbox of ours; the recipient a reply names may be anybody on its thread.
        note_sender(
            workspace_id,
            sender_email_id=event.sender_email,
            email=event.sender_email,
            name=None,
            seen_at=event.created_at,
            provider=Provider.SMARTLEAD,
        )
    common = {**common_fields(event, "email"), "event_type": call.event_type}
    return registry.receive(contract_of(call, common))

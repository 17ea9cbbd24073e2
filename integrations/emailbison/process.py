"""Turning a stored EmailBison call into its effects, inside the event's transaction."""

from django.utils import timezone

from integrations import registry
from integrations.emailbison import payload as wire
from integrations.emailbison.parse import contract_of
from integrations.events import common_fields, ignored, payload_of
from integrations.services.senders import apply_account_event, note_sender
from zrg.jobs.models import WebhookEvent


def process(event: WebhookEvent) -> str:
    """Parse, hand to the receiver, return the outcome.

    Safe to repeat: the contract holds nothing but the payload and the event's own times and keys.
    Events routed by hand were never checked by the view, so they are checked here.
    """
    payload, workspace_id = payload_of(event)
    call = wire.read_call(payload)
    if call.event_type is None or not wire.is_known(call.event_type):
        return "ignored:unknown_event_type"
    if call.data is None:
        return "ignored:missing_data"
    if problem := wire.problem_of(call.event_type, call.data):
        return ignored(problem)
    if call.event_type in wire.ACCOUNT_EVENTS:
        return apply_account_event(workspace_id, call.event_type, call.data)
    if call.data.sender_id:
        note_sender(
            workspace_id,
            sender_email_id=call.data.sender_id,
            email=event.sender_email,
            name=event.sender_name,
            seen_at=event.created_at or timezone.now(),
        )
    common = {**common_fields(event, "email"), "event_type": call.event_type}
    return registry.receive(contract_of(call.data, common))

"""Turning a stored SMS call into its effects, inside the event's transaction."""

from uuid import UUID

from integrations import registry
from integrations.events import common_fields, payload_of
from integrations.ghl import payload as wire
from integrations.ghl.parse import contract_of
from integrations.models import NotificationContact
from zrg.jobs.models import WebhookEvent
from zrg.lib.phone import PhoneResolution, phones_match, resolve_phone


def process(event: WebhookEvent) -> str:
    """Parse, hand to the receiver, return the outcome. Safe to repeat: the contract holds nothing but the
    payload and the event's own time and key.
    """
    payload, workspace_id = payload_of(event)
    call = wire.read_call(payload, location_id=event.provider_workspace_id)
    if call.contact_id is None:
        return "ignored:missing_contact_id"
    if call.text is None:
        return "ignored:empty_message"
    if _is_staff(workspace_id, call):
        return "ignored:notification_contact"
    return registry.receive(contract_of(call, common_fields(event, "sms")))


def _is_staff(workspace_id: UUID, call: wire.Call) -> bool:
    """02.staff-phone-never-lead: whether somebody of the team answers a notification. A contact may have
    been made anew, so the phone counts as well.
    """
    phone = resolve_phone(call.phone, email=call.email)
    staff = NotificationContact.objects.in_workspace(workspace_id).values_list("provider_contact_id", "phone")
    return any(
        contact_id == call.contact_id or phones_match(PhoneResolution(e164=number), phone)
        for contact_id, number in staff
    )

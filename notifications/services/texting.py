"""One text to a phone of the team, over the workspace's GoHighLevel."""

from uuid import UUID

from integrations.enums import Code
from integrations.ghl.client import SPEC, GhlClient
from integrations.ghl.types import ContactFields
from integrations.models import NotificationContact
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from notifications.contracts import Delivery, Parcel
from notifications.enums import Destination
from notifications.rules.delivery import read_result
from notifications.services.phones import phones_of_leads
from zrg.workspaces.context import tenant

CONTACT_NAME = "ZRG notifications"


def send_text(parcel: Parcel) -> Delivery:
    """Find or make the contact of the phone, then send; called outside transactions. Only the second call sends: what
    became of the first is never a reason to fear a second text.
    """
    assert parcel.workspace_id is not None
    workspace_id, phone = parcel.workspace_id, parcel.target
    with tenant(workspace_id):
        if phones_of_leads(workspace_id, [phone]):
            return Delivery(outcome="suppressed", reason="lead_phone")
        rows = NotificationContact.objects.in_workspace(workspace_id).filter(phone=phone)
        contact_id = rows.values_list("provider_contact_id", flat=True).first()
    client = get_client(workspace_id, SPEC)
    if contact_id is None:
        made = client.upsert_contact(ContactFields(phone=phone, name=CONTACT_NAME))
        if not made.ok:
            return _not_reached(made)
        contact_id = _remember(workspace_id, phone, made.data.id)
    return _send(client, workspace_id, phone, contact_id, parcel.text)


def _send(client: GhlClient, workspace_id: UUID, phone: str, contact_id: str, text: str) -> Delivery:
    result = client.send_sms(contact_id=contact_id, text=text)
    if result.code == Code.NOT_FOUND:
        # The contact was removed at the provider: the next attempt makes another.
        with tenant(workspace_id):
            NotificationContact.objects.in_workspace(workspace_id).filter(phone=phone).delete()
    return read_result(Destination.SMS, result)


def _not_reached(result: ProviderResult) -> Delivery:
    """No text was sent, so whatever may be tried again is."""
    if result.outcome == "unknown":
        return Delivery(outcome="retry", reason=str(result.code or "")[:80])
    return read_result(Destination.SMS, result)


def _remember(workspace_id: UUID, phone: str, contact_id: str) -> str:
    with tenant(workspace_id):
        row, _created = NotificationContact.objects.get_or_create(
            workspace_id=workspace_id, phone=phone, defaults={"provider_contact_id": contact_id}
        )
    return row.provider_contact_id

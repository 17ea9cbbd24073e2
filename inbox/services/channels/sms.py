"""SMS over GoHighLevel: what a text needs before it is claimed, and the call that delivers it."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext

from inbox.enums import Channel
from inbox.models import Message
from inbox.services.channels.base import Outbound
from inbox.services.guards import Block, is_blocked_on, sending_disabled
from integrations.enums import Code, Provider
from integrations.ghl.client import SPEC
from integrations.ghl.types import Contact
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.transport import failure
from leads.env import is_region_model_on
from leads.models import Lead
from leads.services.ghl_contacts import ensure_ghl_contact, forget_ghl_contact, sync_contact_phone
from leads.services.optouts import remembered_reason
from leads.services.phones import PhoneQuestion, ask_phone, resolve_for_sending, resolve_with_model
from leads.services.sms_health import BLOCKED_REASONS, SMS_DND, is_dnd_fresh, note_sms_blocked, note_sms_success
from zrg.lib.phone import PhoneResolution
from zrg.workspaces.context import tenant

MISSING_PHONE = "missing_phone"
UNREADABLE_PHONE = "phone_normalization_failed"
LEAD_BLACKLISTED = "lead_blacklisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSms:
    """Everything the provider call needs; `phone` has no E.164 where a model must name the country first."""

    workspace_id: UUID
    lead_id: UUID
    text: str
    question: PhoneQuestion
    phone: PhoneResolution

    def message_fields(self) -> dict[str, object]:
        """Columns of the Message written ahead: none, a number is the lead's."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredSms:
    """The provider's id of the message, and the number it went to."""

    id: str | None
    phone: PhoneResolution


class SmsSender:
    """The SMS channel of `send_message`."""

    def prepare(self, lead: Lead, outbound: Outbound) -> PreparedSms | Block:
        """Connection, do-not-disturb and number of the lead, or why nothing can be sent; a refusal for who
        the person is counts on the lead.
        """
        question = ask_phone(lead)
        phone = resolve_for_sending(question)
        block = sms_problem(lead, phone)
        if block is not None:
            if block.code in BLOCKED_REASONS:
                note_sms_blocked(lead, block.code, now=timezone.now(), told_by_provider=False)
            return block
        return PreparedSms(
            workspace_id=lead.workspace_id, lead_id=lead.pk, text=outbound.body, question=question, phone=phone
        )

    def deliver(self, prepared: PreparedSms) -> ProviderResult:
        """Find the contact and send to it; a contact deleted meanwhile is found anew once."""
        phone = prepared.phone if prepared.phone.e164 else resolve_with_model(prepared.question)
        if phone.e164 is None:
            return failure(UNREADABLE_PHONE, "the country of this number is not known")
        result = _send(prepared, phone)
        return _send(prepared, phone) if result.code == Code.NOT_FOUND else result

    def note_result(self, message: Message, result: ProviderResult) -> None:
        """What the provider said about the person: reachable at this number, or not."""
        lead = Lead.objects.get(pk=message.lead_id)
        if result.ok:
            note_sms_success(lead, result.data.phone, now=timezone.now())
        elif result.code in BLOCKED_REASONS:
            note_sms_blocked(lead, result.code, now=timezone.now(), told_by_provider=True)


def sms_problem(lead: Lead, phone: PhoneResolution | None = None) -> Block | None:
    """Why no SMS can be sent to the lead now; None when one can. Reads only, in the caller's context."""
    if not Connection.objects.in_workspace(lead.workspace_id).of(Provider.GHL).active().exists():
        return Block(code="channel_not_connected", detail=gettext("SMS is not connected in this workspace."))
    phone = phone or resolve_for_sending(ask_phone(lead))
    # The number may have withdrawn consent as another lead's.
    if remembered_reason(lead.workspace_id, phone=phone.e164, phone_national=phone.national):
        return Block(code=LEAD_BLACKLISTED, detail=gettext("This number asked not to be contacted."))
    if is_dnd_fresh(lead, timezone.now()):
        return Block(code=SMS_DND, detail=gettext("This person does not want SMS: do-not-disturb is on."))
    if phone.reason == "missing_phone":
        return Block(code=MISSING_PHONE, detail=gettext("No phone number of this lead is known."))
    if phone.e164 is None and not (phone.reason == "unresolved" and is_region_model_on()):
        return Block(
            code=UNREADABLE_PHONE, detail=gettext("This phone number is not complete: its country is not known.")
        )
    return None


def _send(prepared: PreparedSms, phone: PhoneResolution) -> ProviderResult:
    """One message to the lead's contact. Whatever goes wrong before it was sent is `failed`."""
    assert phone.e164 is not None
    found = ensure_ghl_contact(prepared.workspace_id, prepared.lead_id, phone=phone.e164)
    if not found.ok:
        return found
    contact: Contact = found.data
    synced = sync_contact_phone(prepared.workspace_id, contact, phone.e164)
    if not synced.ok:
        return _gone(prepared, contact, replace(synced, outcome="failed"))
    if _is_stopped(prepared):
        return failure(LEAD_BLACKLISTED, "the lead was stopped before this was sent")
    result = get_client(prepared.workspace_id, SPEC).send_sms(contact_id=contact.id, text=prepared.text)
    if result.ok:
        return replace(result, data=DeliveredSms(id=result.data.id, phone=phone))
    return _gone(prepared, contact, result)


def _gone(prepared: PreparedSms, contact: Contact, result: ProviderResult) -> ProviderResult:
    """Forget a contact the provider does not know."""
    if result.code == Code.NOT_FOUND:
        forget_ghl_contact(prepared.workspace_id, prepared.lead_id, contact.id)
    return result


def _is_stopped(prepared: PreparedSms) -> bool:
    """Finding the contact took calls of its own: a stop that came meanwhile forbids the message."""
    with tenant(prepared.workspace_id):
        lead = Lead.objects.filter(pk=prepared.lead_id).first()
        return lead is None or is_blocked_on(lead, Channel.SMS) or sending_disabled(lead.workspace_id)

"""Webhook calls about the lead of these tests."""

from uuid import uuid4

from django.utils import timezone

from inbox.services.receiving import receive_message
from integrations.contracts import InboundMessage, PersonDetails, ProviderIds
from tests.inbox.services.syncing.conftest import EMAIL, PHONE, Providers


def sms_call(providers: Providers, text: str, *, key: str = "ghl:call") -> str:
    """GoHighLevel's call about an SMS, in the caller's context: it names no message id."""
    return receive_message(
        InboundMessage(
            workspace_id=providers.lead.workspace_id,
            event_id=uuid4(),
            event_key=key,
            event_type="SMS_RECEIVED",
            provider="GHL",
            channel="sms",
            received_at=timezone.now(),
            provider_message_id=key,
            person=PersonDetails(email=EMAIL, phone=PHONE),
            ids=ProviderIds(ghl_contact_id=providers.contact_id),
            text=text,
            sent_at=timezone.now(),
        )
    )

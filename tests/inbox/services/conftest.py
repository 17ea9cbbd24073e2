"""A workspace whose e-mail provider is the simulator, what a setter sends, what the provider tells."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from inbox.enums import MessageOrigin, SentBy
from inbox.services.channels.base import Outbound, SendResult
from inbox.services.receiving import receive_message
from inbox.services.sending import send_message
from integrations.contracts import (
    Address,
    CampaignRef,
    InboundMessage,
    PersonDetails,
    ProviderIds,
    SenderAccount,
    SentMessage,
)
from integrations.services.processing import process
from leads.models import Lead
from tests.factories.inbox import MessageFactory
from tests.factories.integrations import ConnectionFactory, EmailSenderFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import UserFactory, WorkspaceFactory
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.context import tenant

WROTE_AT = datetime(2026, 3, 5, 16, 41, 3, tzinfo=UTC)


@pytest.fixture
def workspace():
    return WorkspaceFactory()


@pytest.fixture
def connected(workspace, simulator):
    """The workspace, connected, with one mailbox and one lead known to the provider."""
    ConnectionFactory(workspace=workspace, external_account_id="14")
    EmailSenderFactory(workspace=workspace, sender_email_id="67", email_address="priya@outbound.example")
    return workspace


@pytest.fixture
def thread(connected, simulator):
    """A reply of the lead that the provider knows too, so that it can be answered there."""
    payload = simulator.state.emailbison.write_as_lead(
        "dana@northfork.example",
        "Could you send more details?",
        subject="Re: quick idea",
        base_url=f"{simulator.url}/emailbison",
    )
    lead = LeadFactory(
        workspace=connected,
        email="dana@northfork.example",
        email_bison_lead_id=str(payload["data"]["lead"]["id"]),
        sender_account_id="67",
    )
    return MessageFactory(
        lead=lead, email_bison_reply_id=str(payload["data"]["reply"]["id"]), to_email="priya@outbound.example"
    )


@pytest.fixture
def setter():
    return UserFactory(display_name="Kim")


def outbound(**changes: Any) -> Outbound:
    """An e-mail a setter sends; `changes` are other values of its fields."""
    values = {
        "channel": "email",
        "body": "Happy to.\nSee [our page](https://northfork.example/x)",
        "send_key": "manual:1:part:0",
        "origin": MessageOrigin.SETTER,
        "sent_by": SentBy.SETTER,
    }
    return Outbound(**{**values, **changes})


def send_to(lead: Lead, **changes: Any) -> SendResult:
    """Send it to the lead."""
    return send_message(lead.workspace_id, lead.pk, outbound(**changes))


def common(workspace, event_type: str, ref: str) -> dict:
    """What every contract of a call says."""
    return {
        "workspace_id": workspace.pk,
        "event_id": uuid.uuid4(),
        "event_key": f"emailbison:{workspace.pk}:{event_type}:{ref}",
        "event_type": event_type,
        "provider": "EMAILBISON",
        "channel": "email",
        "received_at": WROTE_AT,
    }


def reply(workspace, *, id: str = "771204", text: str = "Tuesday works.", **changes) -> InboundMessage:
    """Dana's answer."""
    values = {
        **common(workspace, "LEAD_REPLIED", f"reply:{id}"),
        "provider_message_id": id,
        "thread_handle": id,
        "person": PersonDetails(email="dana@northfork.example", first_name="Dana", last_name="Reyes"),
        "ids": ProviderIds(email_bison_lead_id="55021"),
        "campaign": CampaignRef(id="402", name="Owners Q2"),
        "sender_account": SenderAccount(id="67", email="priya@outbound.example", name="Priya Nair"),
        "from_address": Address(email="dana@northfork.example", name="Dana Reyes"),
        "to": (Address(email="priya@outbound.example", name="Priya Nair"),),
        "subject": "Re: quick idea",
        "text": text,
        "sent_at": WROTE_AT,
    }
    return InboundMessage(**{**values, **changes})


def receive(workspace, contract) -> str:
    """Store what arrived, as the worker does."""
    with tenant(workspace.pk):
        return receive_message(contract)


def sent(workspace, **changes) -> SentMessage:
    """A step of a campaign that left for Dana."""
    values = {
        **common(workspace, "EMAIL_SENT", "scheduled:910007"),
        "scheduled_id": "910007",
        "person": PersonDetails(email="dana@northfork.example", first_name="Dana"),
        "ids": ProviderIds(email_bison_lead_id="55021"),
        "campaign": CampaignRef(id="402", name="Owners Q2"),
        "sender_account": SenderAccount(id="67", email="priya@outbound.example"),
        "subject": "quick idea",
        "html": "<p>Hi Dana</p>",
        "sent_at": WROTE_AT,
    }
    return SentMessage(**{**values, **changes})


def arrive(workspace, payload) -> str:
    """Work on a call of Unipile, as the worker does."""
    event = WebhookEvent.objects.create(
        workspace=workspace,
        provider="UNIPILE",
        event_type="x",
        dedupe_key=f"k{WebhookEvent.objects.count()}",
        raw=payload,
    )
    with tenant(workspace.pk):
        return process(event)

"""A lead whose contact at the simulated GoHighLevel can be texted."""

from typing import Any

import pytest

from inbox.services.channels.base import Outbound, SendResult
from leads.models import Lead
from tests.factories.integrations import API_KEY, ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.inbox.services.conftest import outbound, send_to
from tests.integrations.ghl.payloads import LOCATION

SEND_PATH = "/conversations/messages"
PHONE = "+14155552671"
TEXT_MESSAGE = {"channel": "sms", "body": "Tuesday at 3?"}


@pytest.fixture
def connected(workspace, simulator):
    """The workspace at the simulated location."""
    ConnectionFactory(
        workspace=workspace, provider="GHL", external_account_id=LOCATION, secrets={"private_key": API_KEY}
    )
    return workspace


@pytest.fixture
def contact(connected, simulator):
    return simulator.state.ghl.add_contact(location_id=LOCATION, email="dana@northfork.example", phone=PHONE)


@pytest.fixture
def lead(connected, contact):
    return LeadFactory(workspace=connected, email="dana@northfork.example", phone=PHONE, ghl_contact_id=contact["id"])


def text_message() -> Outbound:
    """What `send` sends."""
    return outbound(**TEXT_MESSAGE)


def send(lead: Lead) -> SendResult:
    return send_to(lead, **TEXT_MESSAGE)


def texts(simulator) -> list[str]:
    return simulator.state.ghl.sent_texts()


def posts(simulator) -> list[dict[str, Any]]:
    return simulator.requests("ghl", SEND_PATH, "POST")


def blocked_state(lead: Lead) -> tuple[str | None, int, bool]:
    lead.refresh_from_db()
    assert lead.sms_last_blocked_reason is None or lead.sms_last_blocked_at is not None
    return lead.sms_last_blocked_reason, lead.sms_consecutive_blocked_count, lead.sms_dnd_active

"""A lead both providers of the workspace know."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.ghl.simulator import DEMO_LOCATION_ID, DEMO_PRIVATE_KEY
from leads.models import Lead
from tests.factories.integrations import ConnectionFactory, EmailSenderFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.support.simulator import RunningSimulator

EMAIL = "dana@northfork.example"
PHONE = "+14155550123"


@dataclass(frozen=True, slots=True)
class Providers:
    """What the lead and we did at the providers, past the product."""

    lead: Lead
    simulator: RunningSimulator
    contact_id: str

    def reply(self, text: str, *, at: datetime | None = None, **changes: Any) -> str:
        """A reply that EmailBison holds; returns its id."""
        emailbison = self.simulator.state.emailbison
        payload = emailbison.write_as_lead(EMAIL, text, subject="Re: quick idea", base_url="")
        reply = emailbison.replies[payload["data"]["reply"]["id"]]
        reply |= {**({"date_received": stamp(at)} if at else {}), **changes}
        return str(reply["id"])

    def mail(self, text: str, *, at: datetime, subject: str = "Re: quick idea") -> str:
        """A mail of ours that EmailBison holds; returns its id."""
        written = self.reply(text, at=at)
        self.simulator.state.emailbison.replies[int(written)] |= {
            "folder": "Sent",
            "type": "Outgoing Email",
            "from_email_address": "priya@outbound.example",
            "to": [{"address": EMAIL, "name": "Dana Reyes"}],
            "email_subject": subject,
        }
        return written

    def sms(self, text: str, *, inbound: bool = True, at: datetime | None = None, status: str = "delivered") -> str:
        """An SMS that GoHighLevel holds; returns its id."""
        ghl = self.simulator.state.ghl
        message = ghl._keep_message(
            ghl.contacts[self.contact_id], text, direction="inbound" if inbound else "outbound", status=status
        )
        if at:
            message["dateAdded"] = stamp(at)
        return str(message["id"])


@pytest.fixture
def providers(db: None, simulator: RunningSimulator) -> Providers:
    return make_providers(simulator)


def make_providers(simulator: RunningSimulator) -> Providers:
    workspace = WorkspaceFactory()
    ConnectionFactory(workspace=workspace, external_account_id="14")
    ConnectionFactory(
        workspace=workspace,
        provider="GHL",
        secrets={"private_key": DEMO_PRIVATE_KEY},
        external_account_id=DEMO_LOCATION_ID,
    )
    EmailSenderFactory(workspace=workspace, sender_email_id="67", email_address="priya@outbound.example")
    known = simulator.state.emailbison.add_lead(EMAIL)
    for step in simulator.state.emailbison.scheduled.values():
        # A step that was sent would be one more message of every test.
        step["status"] = "scheduled"
    contact = simulator.state.ghl.add_contact(email=EMAIL, phone=PHONE)
    lead = LeadFactory(
        workspace=workspace,
        email=EMAIL,
        phone=PHONE,
        email_bison_lead_id=str(known["id"]),
        ghl_contact_id=contact["id"],
        sender_account_id="67",
    )
    return Providers(lead, simulator, contact["id"])


def ago(**span: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(**span)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

"""A workspace whose e-mail provider is the simulator."""

import pytest

from tests.factories.inbox import MessageFactory
from tests.factories.integrations import ConnectionFactory, EmailSenderFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import UserFactory, WorkspaceFactory
from tests.support.simulator import simulator  # noqa: F401


@pytest.fixture
def workspace():
    return WorkspaceFactory()


@pytest.fixture
def connected(workspace, simulator):  # noqa: F811
    """The workspace, connected, with one mailbox and one lead known to the provider."""
    ConnectionFactory(workspace=workspace, external_account_id="14")
    EmailSenderFactory(workspace=workspace, sender_email_id="67", email_address="priya@outbound.example")
    return workspace


@pytest.fixture
def thread(connected, simulator):  # noqa: F811
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

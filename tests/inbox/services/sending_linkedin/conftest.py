"""A lead at the simulated LinkedIn."""

from typing import Any

import pytest

from inbox.services.channels.base import SendResult
from leads.models import Lead
from tests.factories.integrations import ConnectionFactory
from tests.factories.leads import LeadFactory
from tests.inbox.services.conftest import send_to
from tests.integrations.unipile.payloads import ACCOUNT, CANONICAL

CHATS, INVITE, USERS = "/api/v1/chats", "/api/v1/users/invite", "/api/v1/users/*"
TEXT = "Here it is"


@pytest.fixture
def linked(workspace, simulator):
    """The workspace, connected to a LinkedIn account of the simulator."""
    simulator.state.unipile.add_account(ACCOUNT)
    ConnectionFactory(workspace=workspace, provider="UNIPILE", external_account_id=ACCOUNT, secrets={})
    return workspace


@pytest.fixture
def lead(linked):
    return LeadFactory(workspace=linked, linkedin_url=CANONICAL)


@pytest.fixture
def dana(simulator):
    """The lead at LinkedIn."""

    def change(**values):
        return simulator.state.unipile.person("dana-reyes", **values)

    return change


def send(lead: Lead, **changes: Any) -> SendResult:
    return send_to(lead, **{"channel": "linkedin", "body": TEXT, **changes})


def posted(simulator) -> list[str]:
    return [one["path"].removeprefix("/api/v1") for one in simulator.requests("unipile", method="POST")]

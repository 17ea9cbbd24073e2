"""A workspace connected to the simulated Calendly, and one that is not."""

import pytest

from integrations.models import Connection
from tests.factories import ConnectionFactory, WorkspaceFactory
from zrg.workspaces.models import Workspace

TOKEN = "simulator-calendly-token"
SIGNING_KEY = "5f3a9c71e2d8b0465f3a9c71e2d8b0465f3a9c71e2d8b0465f3a9c71e2d8b046"


@pytest.fixture
def acme(db: None) -> Workspace:
    """Not connected."""
    return WorkspaceFactory(name="Harbor Legal")


@pytest.fixture
def connected(db: None) -> Connection:
    """Connected, no subscription yet."""
    return ConnectionFactory(
        workspace=WorkspaceFactory(name="Northfork Dental"), provider="CALENDLY", secrets={"access_token": TOKEN}
    )


@pytest.fixture
def subscribed(db: None) -> Connection:
    """Connected, and holding the key its calls are signed with."""
    return ConnectionFactory(
        workspace=WorkspaceFactory(name="Granite Co"),
        provider="CALENDLY",
        secrets={"access_token": TOKEN, "webhook_signing_key": SIGNING_KEY},
    )

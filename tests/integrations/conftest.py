"""Two workspaces on two instances of EmailBison, with the same account id."""

import pytest

from integrations.models import Connection
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.support.simulator import simulator  # noqa: F401  # fixture

GRANITE_SECRET = "ebhook-2a6c8e1f4b7d9035e2c6a8f1"


@pytest.fixture
def northfork(db: None) -> Connection:
    """Account 14 on the default instance, no webhook secret."""
    return ConnectionFactory(
        workspace=WorkspaceFactory(name="Northfork Dental"), external_account_id="14", host="send.meetinboxxia.com"
    )


@pytest.fixture
def granite(db: None) -> Connection:
    """Account 14 on another instance, with a webhook secret."""
    return ConnectionFactory(
        workspace=WorkspaceFactory(name="Granite Co"),
        external_account_id="14",
        host="mail.granite.example",
        secrets={"api_key": "prov-3f9a7c51e2d8b046", "webhook_secret": GRANITE_SECRET},
    )

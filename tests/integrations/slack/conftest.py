"""Two workspaces, each with its Slack team."""

import pytest

from integrations.models import Connection
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.integrations.slack.clicks import SECRET

OTHER_SECRET = "4c0e9d7b2a1f8e6d5c3b0a9f7e8d6c5b"


def slack_connection(name: str, team: str, *, secret: str | None = SECRET) -> Connection:
    secrets = {"bot_token": "xoxb-simulator-workspace", **({"signing_secret": secret} if secret else {})}
    return ConnectionFactory(
        workspace=WorkspaceFactory(name=name), provider="SLACK", external_account_id=team, secrets=secrets
    )


@pytest.fixture
def northfork_slack(db: None) -> Connection:
    """Team T0ZRG with a signing secret of its own."""
    return slack_connection("Northfork Dental", "T0ZRG")

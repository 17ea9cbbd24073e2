"""Two workspaces with a LinkedIn account each."""

import pytest

from integrations.models import Connection
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.integrations.unipile.payloads import ACCOUNT, SECRET


@pytest.fixture(autouse=True)
def webhook_secret(monkeypatch: pytest.MonkeyPatch) -> str:
    """The platform's secret; a trailing newline as it is often pasted."""
    monkeypatch.setenv("UNIPILE_WEBHOOK_SECRET", f"{SECRET}\n")
    return SECRET


@pytest.fixture
def northfork_linkedin(db: None) -> Connection:
    return ConnectionFactory(
        workspace=WorkspaceFactory(name="Northfork Dental"),
        provider="UNIPILE",
        external_account_id=ACCOUNT,
        secrets={},
    )


@pytest.fixture
def granite_linkedin(db: None) -> Connection:
    return ConnectionFactory(
        workspace=WorkspaceFactory(name="Granite Co"), provider="UNIPILE", external_account_id="zz91", secrets={}
    )

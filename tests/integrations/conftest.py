"""Two workspaces on two instances of EmailBison with the same account id, one of SmartLead, one of Instantly."""

from typing import Any

import pytest

from integrations import registry
from integrations.contracts import ProviderEvent
from integrations.models import Connection
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.integrations.instantly import payloads as instantly
from tests.integrations.smartlead import payloads as smartlead

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


@pytest.fixture
def harbor(db: None) -> Connection:
    """Sends through SmartLead."""
    return ConnectionFactory(
        workspace=WorkspaceFactory(name="Harbor Legal"),
        provider="SMARTLEAD",
        secrets={"api_key": "prov-3f9a7c51e2d8b046", "webhook_secret": smartlead.SECRET},
    )


@pytest.fixture
def pine(db: None) -> Connection:
    """Sends through Instantly."""
    return ConnectionFactory(
        workspace=WorkspaceFactory(name="Pine Labs"),
        provider="INSTANTLY",
        secrets={"api_key": "prov-3f9a7c51e2d8b046", "webhook_secret": instantly.SECRET},
    )


@pytest.fixture
def contracts(monkeypatch: pytest.MonkeyPatch) -> list[ProviderEvent]:
    """Contracts handed to receivers; nothing above this app acts on them."""
    found: list[ProviderEvent] = []

    def note(contract: Any) -> str:
        found.append(contract)
        return "processed"

    monkeypatch.setattr(registry, "_receivers", dict.fromkeys(registry._receivers, note))
    return found

"""A workspace and its connection to EmailBison."""

import pytest

from integrations.enums import Provider
from integrations.models import Connection, WebhookRoute
from integrations.services.connections import ConnectionInput, save_connection
from tests.factories import WorkspaceFactory
from zrg.workspaces.models import Workspace


@pytest.fixture
def workspace(db: None) -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


def emailbison(workspace: Workspace, **values: object) -> Connection:
    given = {"secrets": {"api_key": "emailbison-key-1"}, "external_account_id": "14", **values}
    return save_connection(workspace, Provider.EMAILBISON, ConnectionInput(**given), by=None)  # type: ignore[arg-type]


def routes(workspace: Workspace) -> set[str]:
    return set(WebhookRoute.objects.filter(target=workspace).values_list("key_hash", flat=True))

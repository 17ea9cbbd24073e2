"""The provisioning call over HTTP, as automation sends it."""

import json
from typing import Any

from integrations.models import Connection
from integrations.services.secrets import read_secrets
from tests.factories import ConnectionFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces.models import Workspace

URL = "/api/admin/workspaces"
SECRET = "prov-6c2e9a4f1d8b3507ce92a1f4"
BODY = {
    "name": "Northwind Outbound",
    "ghlLocationId": "loc_9Qz",
    "ghlPrivateKey": "private-key-1",
    "emailProvider": "EMAILBISON",
    "emailBisonApiKey": "emailbison-key-1",
    "emailBisonWorkspaceId": "88",
    "emailBisonBaseHost": "send.meetinboxxia.com",
    "smartLeadApiKey": None,
    "unipileAccountId": "acc_7",
}


def send(client: ZrgClient, **changes: Any) -> Any:
    body = {**BODY, "userEmail": UserFactory().email, **changes}
    return client.post(
        URL, json.dumps(body), content_type="application/json", headers={"Authorization": f"Bearer {SECRET}"}
    )


def test_workspace_with_its_connections(db: None, client: ZrgClient) -> None:
    response = send(client)

    workspace = Workspace.objects.get(name="Northwind Outbound")
    assert response.status_code == 201
    rows = Connection.objects.in_workspace(workspace).order_by("provider")
    assert [(row.provider, row.external_account_id) for row in rows] == [
        ("EMAILBISON", "88"),
        ("GHL", "loc_9Qz"),
        ("UNIPILE", "acc_7"),
    ]
    assert read_secrets(rows[0]) == {"api_key": "emailbison-key-1"}
    assert "emailbison-key-1" not in response.content.decode()


def test_two_providers_make_nothing(db: None, client: ZrgClient) -> None:
    response = send(client, emailProvider=None, smartLeadApiKey="smartlead-key-1")

    assert (response.status_code, response.json()["error"]) == (400, "ambiguous_email_provider")
    assert not Workspace.objects.filter(name="Northwind Outbound").exists()


def test_location_of_another_workspace_makes_nothing(db: None, client: ZrgClient) -> None:
    ConnectionFactory(workspace=WorkspaceFactory(), provider="GHL", external_account_id="loc_9Qz")

    response = send(client)

    assert response.status_code == 409
    assert not Workspace.objects.filter(name="Northwind Outbound").exists()

"""Who may change connections: the role, the recent proof, the workspace."""

import re

import pytest

from integrations.models import Connection
from integrations.services.secrets import read_secrets
from tests.factories import ConnectionFactory, MembershipFactory, UserFactory
from tests.factories.integrations import API_KEY
from tests.integrations.views.conftest import SECRET, save, url
from tests.support.client import ZrgClient
from tests.support.simulator import RunningSimulator
from zrg.workspaces.enums import MembershipRole, WorkspaceStatus
from zrg.workspaces.models import Workspace
from zrg.workspaces.settings_frame import READ_ONLY

pytestmark = pytest.mark.django_db

ACTS = [(), ("test",), ("webhook-secret",), ("secret-removal",), ("disconnection",)]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: "-".join(act) or "save")
@pytest.mark.parametrize("role", [MembershipRole.INBOX_MANAGER, MembershipRole.SETTER, MembershipRole.CLIENT_PORTAL])
def test_hard_07_settings_read_only(
    client: ZrgClient,
    workspace: Workspace,
    simulator: RunningSimulator,
    role: MembershipRole,
    act: tuple[str, ...],
) -> None:
    """Who may not manage integrations sees disabled controls and changes nothing, whatever is posted."""
    row = ConnectionFactory(
        workspace=workspace, status="CONNECTED", secrets={"api_key": API_KEY, "webhook_secret": SECRET}
    )
    person = MembershipFactory(workspace=workspace, role=role.value).user
    client.login_as(person).step_up()
    before = Connection.objects.filter(pk=row.pk).values().get()

    html = client.get(url(workspace, "emailbison")).content.decode()
    tab = client.get(url(workspace)).content.decode()
    refused = client.post(url(workspace, "emailbison", *act), {"version": "", "api_key": "prov-another-key-1"})

    assert READ_ONLY in html
    assert READ_ONLY in tab
    assert '<fieldset class="panel__body" disabled>' in html
    assert html.count(">Connected</span>") == 3  # the badge, and each of the two secrets
    assert not re.search(r"••|Test</|Disconnect|clientId=[0-9a-f-]+&amp;secret|/api/webhooks/", html)
    assert refused.status_code == 403
    assert Connection.objects.filter(pk=row.pk).values().get() == before
    assert simulator.requests() == []


def test_saving_asks_for_a_recent_proof_and_keeps_what_was_typed(
    client: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    client.login_as(workspace.owner)

    response = save(client, workspace, external_account_id="14", api_key=API_KEY)

    html = response.content.decode()
    assert response.status_code == 403
    assert 'value="14"' in html
    assert API_KEY not in html
    assert f"/account/reauthenticate/?next=%2Fw%2F{workspace.pk}%2Fsettings%2Fintegrations%2Femailbison" in html
    assert not Connection.objects.exists()


@pytest.mark.parametrize("act", ["webhook-secret", "secret-removal", "disconnection"])
def test_acts_on_secrets_ask_for_a_recent_proof(client: ZrgClient, workspace: Workspace, act: str) -> None:
    row = ConnectionFactory(workspace=workspace, secrets={"api_key": API_KEY, "webhook_secret": SECRET})

    response = client.login_as(workspace.owner).post(url(workspace, "emailbison", act), {"name": "webhook_secret"})

    row.refresh_from_db()
    assert response["Location"].startswith("/account/reauthenticate/?next=")
    assert read_secrets(row) == {"api_key": API_KEY, "webhook_secret": SECRET}


def test_suspended_workspace_refuses(owner: ZrgClient, workspace: Workspace) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(status=WorkspaceStatus.SUSPENDED)

    assert owner.get(url(workspace, "emailbison")).status_code == 200
    assert owner.post(url(workspace, "emailbison"), {"api_key": API_KEY}).status_code == 423
    assert not Connection.objects.exists()


def test_connections_of_another_workspace_are_not_found(client: ZrgClient, workspace: Workspace) -> None:
    row = ConnectionFactory(workspace=workspace)
    client.login_as(UserFactory()).step_up()

    assert client.get(url(workspace, "emailbison")).status_code == 404
    assert client.post(url(workspace, "emailbison", "disconnection")).status_code == 404
    row.refresh_from_db()
    assert row.is_active is True

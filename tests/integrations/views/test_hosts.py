"""The allowlist of EmailBison instances in the settings."""

import pytest

from integrations.models import EmailBisonBaseHost
from tests.factories import ConnectionFactory, PlatformGrantFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces.models import AdminAuditEvent, Workspace

pytestmark = pytest.mark.django_db

DEFAULT = "send.meetinboxxia.com"


@pytest.fixture
def admin(client: ZrgClient) -> ZrgClient:
    return client.login_as(PlatformGrantFactory().user).step_up()


def url(workspace: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/integrations/hosts", *parts])


def hosts() -> list[str]:
    return list(EmailBisonBaseHost.objects.order_by("host").values_list("host", flat=True))


def test_platform_people_add_and_remove_hosts(admin: ZrgClient, workspace: Workspace) -> None:
    added = admin.post(url(workspace), {"host": "https://Mail.Granite.example/api", "label": "Granite"})
    listed = admin.get(url(workspace)).content.decode()
    after_adding = hosts()
    admin.post(url(workspace, "removal"), {"host": "mail.granite.example"})

    assert added.status_code == 302
    assert after_adding == ["mail.granite.example", DEFAULT]
    assert "Granite" in listed
    assert hosts() == [DEFAULT]
    assert list(AdminAuditEvent.objects.order_by("created_at").values_list("action", flat=True)) == [
        "host.added",
        "host.deleted",
    ]


@pytest.mark.parametrize("typed", ["localhost", "10.0.0.1", "send.example.com:8443", "nonsense"])
def test_hosts_a_key_must_not_reach_are_refused(admin: ZrgClient, workspace: Workspace, typed: str) -> None:
    response = admin.post(url(workspace), {"host": typed})

    assert response.status_code == 422
    assert f'value="{typed}"' in response.content.decode()
    assert hosts() == [DEFAULT]


def test_host_in_use_stays(admin: ZrgClient, workspace: Workspace) -> None:
    ConnectionFactory(workspace=WorkspaceFactory(), host="mail.granite.example")

    response = admin.post(url(workspace, "removal"), {"host": "mail.granite.example"}, follow=True)

    assert "is used by a workspace" in response.content.decode()
    assert hosts() == ["mail.granite.example", DEFAULT]


def test_hosts_ask_for_a_recent_proof(client: ZrgClient, workspace: Workspace) -> None:
    client.login_as(PlatformGrantFactory().user)

    for response in (
        client.post(url(workspace), {"host": "mail.granite.example"}),
        client.post(url(workspace, "removal"), {"host": DEFAULT}),
    ):
        assert response["Location"].startswith("/account/reauthenticate/")
    assert hosts() == [DEFAULT]


def test_owner_of_a_workspace_has_no_hosts(client: ZrgClient, workspace: Workspace) -> None:
    client.login_as(workspace.owner).step_up()

    assert client.get(url(workspace)).status_code == 404
    assert client.post(url(workspace), {"host": "mail.granite.example"}).status_code == 404
    assert client.post(url(workspace, "removal"), {"host": DEFAULT}).status_code == 404
    assert hosts() == [DEFAULT]

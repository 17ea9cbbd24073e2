"""Connections in the admin."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Connection, EmailBisonBaseHost
from integrations.services.secrets import read_secrets
from tests.factories import ConnectionFactory, MembershipFactory, PlatformGrantFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import Workspace

LIST = "/admin/integrations/connection/"
KEY = "emailbison-key-1"


@pytest.fixture
def workspace(db: None) -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner).step_up()


def form(workspace: Workspace, **values: object) -> dict[str, object]:
    return {
        "workspace": str(workspace.pk),
        "provider": "EMAILBISON",
        "external_account_id": "# 14",
        "base_host": "",
        "secret_api_key": KEY,
        **values,
    }


def test_connection_is_added_through_the_service(owner: ZrgClient, workspace: Workspace) -> None:
    response = owner.post(f"{LIST}add/", form(workspace))

    connection = Connection.objects.get()
    assert response.status_code == 302
    assert (connection.external_account_id, read_secrets(connection)) == ("14", {"api_key": KEY})


def test_pages_never_show_a_secret(owner: ZrgClient, workspace: Workspace) -> None:
    owner.post(f"{LIST}add/", form(workspace))
    connection = Connection.objects.get()

    for path in (LIST, f"{LIST}{connection.pk}/change/", f"{LIST}{connection.pk}/history/"):
        page = owner.get(path)
        assert page.status_code == 200
        assert KEY not in page.content.decode()
        assert connection.secrets not in page.content.decode()


def test_blank_secret_is_kept_and_an_optional_one_removed(owner: ZrgClient, workspace: Workspace) -> None:
    owner.post(f"{LIST}add/", form(workspace, secret_webhook_secret="hook-hook-hook"))
    connection = Connection.objects.get()
    change = f"{LIST}{connection.pk}/change/"

    owner.post(change, {"external_account_id": "14", "base_host": "", "secret_api_key": ""})
    assert read_secrets(Connection.objects.get()) == {"api_key": KEY, "webhook_secret": "hook-hook-hook"}

    owner.post(change, {"external_account_id": "14", "base_host": "", "remove_webhook_secret": "on"})
    assert read_secrets(Connection.objects.get()) == {"api_key": KEY}


def test_second_email_provider_is_refused_until_confirmed(owner: ZrgClient, workspace: Workspace) -> None:
    ConnectionFactory(workspace=workspace, provider="SMARTLEAD")

    page = owner.post(f"{LIST}add/", form(workspace), follow=True)
    assert "Select exactly one" in page.content.decode()
    assert Connection.objects.active().get().provider == "SMARTLEAD"

    owner.post(f"{LIST}add/", form(workspace, switch="on"))
    assert Connection.objects.active().get().provider == "EMAILBISON"


def test_saving_asks_for_a_recent_login(workspace: Workspace, client: ZrgClient) -> None:
    client.login_as(workspace.owner).post(f"{LIST}add/", form(workspace))

    assert not Connection.objects.exists()


def test_connections_of_other_workspaces_are_not_found(owner: ZrgClient) -> None:
    other = ConnectionFactory(workspace=WorkspaceFactory(name="Harbor Legal"))

    assert "Harbor Legal" not in owner.get(LIST).content.decode()
    assert owner.get(f"{LIST}{other.pk}/change/").status_code in (302, 404)
    owner.post(LIST, {"action": "disable_connections", "_selected_action": str(other.pk)})
    other.refresh_from_db()
    assert other.is_active is True


def test_setter_sees_no_connections(workspace: Workspace, client: ZrgClient) -> None:
    setter = MembershipFactory(workspace=workspace, role=MembershipRole.SETTER.value).user
    ConnectionFactory(workspace=workspace)

    assert client.login_as(setter).get(LIST).status_code in (302, 403, 404)


def test_actions_test_and_disable(owner: ZrgClient, workspace: Workspace) -> None:
    connection = ConnectionFactory(workspace=workspace)

    owner.post(LIST, {"action": "test_connections", "_selected_action": str(connection.pk)})
    assert BackgroundJob.objects.filter(type="CONNECTION_CHECK").count() == 1

    owner.post(LIST, {"action": "disable_connections", "_selected_action": str(connection.pk)})
    connection.refresh_from_db()
    assert (connection.is_active, connection.secrets) == (False, "")


def test_hosts_are_for_platform_people(owner: ZrgClient, client: ZrgClient) -> None:
    path = "/admin/integrations/emailbisonbasehost/"
    assert owner.get(path).status_code in (302, 403, 404)

    admin = ZrgClient().login_as(PlatformGrantFactory().user).step_up()
    assert admin.get(path).status_code == 200
    admin.post(f"{path}add/", {"host": "https://mail.granite.example/x", "label": "Granite"})
    assert EmailBisonBaseHost.objects.filter(host="mail.granite.example").exists()
    page = admin.post(f"{path}add/", {"host": "localhost", "label": ""})
    assert "This is not a host name" in page.content.decode()


def test_host_in_use_is_not_deleted(db: None) -> None:
    connection = ConnectionFactory(workspace=WorkspaceFactory(), host="mail.granite.example")
    admin = ZrgClient().login_as(PlatformGrantFactory().user).step_up()

    admin.post(
        f"/admin/integrations/emailbisonbasehost/{connection.base_host_id}/delete/", {"post": "yes", "reason": "tidy"}
    )

    assert EmailBisonBaseHost.objects.filter(host="mail.granite.example").exists()


@pytest.mark.parametrize("model", ["webhookroute", "emailsender", "providerbudget"])
def test_other_lists_open(db: None, model: str) -> None:
    ConnectionFactory(workspace=WorkspaceFactory(), external_account_id="14")
    admin = ZrgClient().login_as(PlatformGrantFactory().user)

    assert admin.get(f"/admin/integrations/{model}/").status_code == 200


def test_list_shows_age_error_and_owner(owner: ZrgClient, workspace: Workspace) -> None:
    now = timezone.now()
    ConnectionFactory(
        workspace=workspace,
        status="DISCONNECTED",
        last_webhook_at=now - timedelta(hours=5),
        last_error_at=now - timedelta(minutes=7),
        last_error_code="auth_failed",
        last_error_message="the key was revoked",
    )

    html = owner.get(LIST).content.decode()

    assert "5 h" in html
    assert "the key was revoked · 7 min" in html
    assert workspace.owner.email in html

"""An account belongs to one workspace, on its instance, until it is released."""

import pytest
from django.db import IntegrityError, transaction

from integrations.enums import Provider
from integrations.errors import AccountTaken, ConnectionRefused
from integrations.models import Connection, EmailBisonBaseHost
from integrations.services.connections import ConnectionInput, disable_connection, save_connection
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.integrations.services.conftest import emailbison, routes
from zrg.workspaces.models import Workspace


def test_account_of_another_workspace_is_taken(workspace: Workspace) -> None:
    emailbison(workspace)

    with pytest.raises(AccountTaken):
        emailbison(WorkspaceFactory())


def test_account_is_taken_also_by_way_of_the_default_host(workspace: Workspace) -> None:
    emailbison(workspace)
    host = EmailBisonBaseHost.objects.get(host="send.meetinboxxia.com")

    with pytest.raises(AccountTaken):
        emailbison(WorkspaceFactory(), base_host=host)


def test_same_account_on_another_instance_is_another_account(workspace: Workspace) -> None:
    emailbison(workspace)
    host = EmailBisonBaseHost.objects.create(host="mail.granite.example")

    assert emailbison(WorkspaceFactory(), base_host=host).external_account_id == "14"


@pytest.mark.parametrize("provider", [Provider.GHL, Provider.UNIPILE])
def test_account_constraint_of_other_providers(workspace: Workspace, provider: Provider) -> None:
    secrets = {"private_key": "private-key-1"} if provider == Provider.GHL else {}
    given = ConnectionInput(secrets=secrets, external_account_id="account-1")
    save_connection(workspace, provider, given, by=None)

    with pytest.raises(AccountTaken):
        save_connection(WorkspaceFactory(), provider, given, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConnectionFactory(workspace=WorkspaceFactory(), provider=provider, external_account_id="account-1")


def test_database_refuses_a_second_account_without_host(workspace: Workspace) -> None:
    ConnectionFactory(workspace=workspace, external_account_id="14")

    with pytest.raises(IntegrityError, match="connection_emailbison_account"), transaction.atomic():
        ConnectionFactory(workspace=WorkspaceFactory(), external_account_id="14")


def test_database_refuses_a_host_at_another_provider(workspace: Workspace) -> None:
    with pytest.raises(IntegrityError, match="connection_host_emailbison_only"), transaction.atomic():
        ConnectionFactory(workspace=workspace, provider="GHL", host="mail.granite.example")


def test_host_of_another_provider_is_refused(workspace: Workspace) -> None:
    host = EmailBisonBaseHost.objects.get()

    with pytest.raises(ConnectionRefused):
        save_connection(
            workspace,
            Provider.GHL,
            ConnectionInput(secrets={"private_key": "private-key-1"}, base_host=host),
            by=None,
        )


def test_another_account_has_not_been_tried(workspace: Workspace) -> None:
    connection = emailbison(workspace)
    Connection.objects.filter(pk=connection.pk).update(status="CONNECTED")

    assert emailbison(workspace, external_account_id="14").status == "CONNECTED"
    assert emailbison(workspace, external_account_id="15").status == "UNKNOWN"


def test_location_of_gohighlevel_is_required_and_trimmed(workspace: Workspace) -> None:
    secrets = {"private_key": "pit-0123456789"}

    with pytest.raises(ConnectionRefused, match="GoHighLevel requires a location id"):
        save_connection(workspace, Provider.GHL, ConnectionInput(secrets=secrets), by=None)
    given = ConnectionInput(secrets=secrets, external_account_id=" loc_9Qz ")

    assert save_connection(workspace, Provider.GHL, given, by=None).external_account_id == "loc_9Qz"


@pytest.mark.parametrize("provider", [Provider.GHL, Provider.UNIPILE])
def test_disabling_releases_the_account(workspace: Workspace, provider: Provider) -> None:
    given = ConnectionInput(
        secrets={"private_key": "pit-0123456789"} if provider == Provider.GHL else {}, external_account_id="account-1"
    )
    disable_connection(save_connection(workspace, provider, given, by=None), by=None)

    assert save_connection(WorkspaceFactory(), provider, given, by=None).external_account_id == "account-1"
    assert routes(workspace) == set()

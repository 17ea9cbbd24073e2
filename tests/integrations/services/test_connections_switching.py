"""One e-mail provider at a time: switching, another instance, clearing."""

import pytest
from django.db import IntegrityError, transaction

from integrations.contracts import ProviderSwitched
from integrations.enums import Provider
from integrations.errors import SeveralEmailProviders
from integrations.models import Connection, EmailBisonBaseHost, EmailSender
from integrations.rules.routes import route_hash
from integrations.services.connections import (
    ConnectionInput,
    _store,
    active_email_provider,
    clear_email_provider,
    save_connection,
)
from tests.factories import ConnectionFactory, EmailSenderFactory
from tests.integrations.services.conftest import emailbison, routes
from tests.integrations.support import announced
from zrg.workspaces.models import Workspace

SMARTLEAD_SECRETS = {"api_key": "smartlead-key-1234", "webhook_secret": "smartlead-hook-1234"}
BOTH = (
    "Multiple email providers are configured for this workspace. Select exactly one (EmailBison, SmartLead, Instantly)."
)


def test_second_email_provider_needs_confirmation(workspace: Workspace) -> None:
    emailbison(workspace)

    with pytest.raises(SeveralEmailProviders, match="Select exactly one") as refused:
        save_connection(workspace, Provider.SMARTLEAD, ConnectionInput(secrets=SMARTLEAD_SECRETS), by=None)

    assert (str(refused.value), refused.value.http_status) == (BOTH, 400)
    assert active_email_provider(workspace.pk) == "EMAILBISON"


def test_confirmed_switch_erases_the_other_secrets(workspace: Workspace) -> None:
    former = emailbison(workspace)
    EmailSenderFactory(workspace=workspace)

    with announced(ProviderSwitched) as events:
        save_connection(workspace, Provider.SMARTLEAD, ConnectionInput(secrets=SMARTLEAD_SECRETS, switch=True), by=None)

    former.refresh_from_db()
    assert (former.is_active, former.secrets) == (False, "")
    assert active_email_provider(workspace.pk) == "SMARTLEAD"
    assert not EmailSender.objects.in_workspace(workspace).exists()
    assert [(event.workspace_id, event.provider) for event in events] == [(workspace.pk, "SMARTLEAD")]


def test_hard_02_single_email_provider(workspace: Workspace) -> None:
    """The database refuses a second active one whatever code tries."""
    ConnectionFactory(workspace=workspace, provider="EMAILBISON")

    with pytest.raises(IntegrityError, match="connection_one_email_provider"), transaction.atomic():
        ConnectionFactory(workspace=workspace, provider="INSTANTLY")
    ConnectionFactory(workspace=workspace, provider="INSTANTLY", is_active=False)
    ConnectionFactory(workspace=workspace, provider="GHL", external_account_id="loc1")

    assert Connection.objects.in_workspace(workspace).email().active().count() == 1


@pytest.mark.parametrize(
    ("change", "dropped"),
    [
        ({"external_account_id": "15"}, True),
        ({"external_account_id": ""}, True),
        ({"secrets": {"api_key": "emailbison-key-9"}}, False),
        ({}, False),
    ],
)
def test_hard_02_provider_switch_drops_ids(workspace: Workspace, change: dict[str, object], dropped: bool) -> None:
    """Another account or instance: mailboxes go and the switch is announced."""
    emailbison(workspace)
    EmailSenderFactory(workspace=workspace)

    with announced(ProviderSwitched) as events:
        emailbison(workspace, **change)

    assert EmailSender.objects.in_workspace(workspace).exists() is not dropped
    assert len(events) == int(dropped)


def test_another_host_is_a_switch(workspace: Workspace) -> None:
    emailbison(workspace)
    host = EmailBisonBaseHost.objects.create(host="mail.granite.example")

    with announced(ProviderSwitched) as events:
        emailbison(workspace, base_host=host)

    assert len(events) == 1
    assert route_hash("mail.granite.example|14") in routes(workspace)
    assert route_hash("send.meetinboxxia.com|14") not in routes(workspace)


def test_naming_the_default_host_is_no_switch(workspace: Workspace) -> None:
    emailbison(workspace)

    with announced(ProviderSwitched) as events:
        emailbison(workspace, base_host=EmailBisonBaseHost.objects.get(host="send.meetinboxxia.com"))

    assert events == []


def test_naming_the_account_for_the_first_time_is_no_switch(workspace: Workspace) -> None:
    emailbison(workspace, external_account_id="")

    with announced(ProviderSwitched) as events:
        emailbison(workspace)

    assert events == []


def test_clearing_erases_all(workspace: Workspace) -> None:
    connection = emailbison(workspace)
    EmailSenderFactory(workspace=workspace)

    with announced(ProviderSwitched) as events:
        assert clear_email_provider(workspace, by=None) == 1

    connection.refresh_from_db()
    assert (connection.is_active, connection.secrets) == (False, "")
    assert active_email_provider(workspace.pk) is None
    assert [event.provider for event in events] == [None]
    assert clear_email_provider(workspace, by=None) == 0


def test_racing_save_of_two_email_providers_says_the_same(workspace: Workspace) -> None:
    """Two people save at once: the second one's row meets the constraint and gets the usual sentence."""
    connection = Connection(workspace=workspace, provider="SMARTLEAD", is_active=True)
    emailbison(workspace)

    with pytest.raises(SeveralEmailProviders, match="Multiple email providers are configured") as refused:
        _store(connection)

    assert str(refused.value) == BOTH

"""Saving connections: secrets, versions, routes, what is audited and shown."""

from uuid import UUID

import pytest

from integrations.contracts import ConnectionSaved, ConnectionStateChanged, ProviderSwitched
from integrations.enums import Provider
from integrations.errors import ConnectionRefused, SettingsChanged
from integrations.models import Connection, EmailSender, ProviderBudget
from integrations.rules.routes import route_hash
from integrations.services.connections import (
    ConnectionInput,
    active_email_provider,
    clear_email_provider,
    describe,
    disable_connection,
    save_connection,
    version_of,
)
from integrations.services.routes import refresh_workspace_routes
from integrations.services.secrets import read_secrets
from tests.factories import EmailSenderFactory, UserFactory, WorkspaceFactory
from tests.integrations.services.conftest import emailbison, routes
from tests.integrations.support import announced
from zrg.jobs.models import BackgroundJob
from zrg.lib.errors import BadInput
from zrg.lib.secrets_hygiene import BULLETS
from zrg.workspaces.models import AdminAuditEvent, Workspace


def test_first_save_connects(workspace: Workspace) -> None:
    with announced(ConnectionSaved) as events:
        connection = emailbison(workspace, external_account_id=" # 14 ")

    assert (connection.is_active, connection.status, connection.external_account_id) == (True, "UNKNOWN", "14")
    assert read_secrets(connection) == {"api_key": "emailbison-key-1"}
    assert active_email_provider(workspace.pk) == "EMAILBISON"
    assert routes(workspace) == {
        route_hash("14"),
        route_hash("send.meetinboxxia.com|14"),
        route_hash("name:northfork dental"),
    }
    assert [event.connection_id for event in events] == [connection.pk]
    assert BackgroundJob.objects.filter(type="EMAIL_SENDERS_REFRESH", workspace=workspace).count() == 1


def test_saving_again_keeps_the_row_and_the_secret(workspace: Workspace) -> None:
    first = emailbison(workspace)

    with announced(ConnectionSaved, ProviderSwitched) as events:
        second = emailbison(workspace, secrets={"api_key": BULLETS + "ey-1"})

    assert second.pk == first.pk
    assert read_secrets(second) == {"api_key": "emailbison-key-1"}
    assert events == []


def test_pasted_secret_is_stripped(workspace: Workspace) -> None:
    connection = emailbison(workspace, secrets={"api_key": "  emailbison-key-2\n"})

    assert read_secrets(connection)["api_key"] == "emailbison-key-2"


@pytest.mark.parametrize("typed", ["with space inside", "changeme", "<your key>"])
def test_unusable_secret_is_refused(workspace: Workspace, typed: str) -> None:
    with pytest.raises(BadInput):
        emailbison(workspace, secrets={"api_key": typed})

    assert not Connection.objects.exists()


def test_secret_is_removed_explicitly(workspace: Workspace) -> None:
    emailbison(workspace, secrets={"api_key": "emailbison-key-1", "webhook_secret": "hook-hook-hook"})

    connection = emailbison(workspace, secrets={"webhook_secret": ""}, remove=frozenset({"webhook_secret"}))

    assert read_secrets(connection) == {"api_key": "emailbison-key-1"}


@pytest.mark.parametrize(
    ("provider", "secrets", "text"),
    [
        (Provider.EMAILBISON, {}, "EmailBison requires an API key"),
        (Provider.SMARTLEAD, {"api_key": "smartlead-key-1234"}, "SmartLead requires an API key and a webhook secret"),
        (Provider.INSTANTLY, {"webhook_secret": "x" * 12}, "Instantly requires an API key and a webhook secret"),
        (Provider.GHL, {}, "GoHighLevel requires a private key"),
    ],
)
def test_incomplete_connection_is_refused(
    workspace: Workspace, provider: Provider, secrets: dict[str, str], text: str
) -> None:
    secrets = {name: value if value != "x" * 12 else "instantly-hook" for name, value in secrets.items()}

    with pytest.raises(ConnectionRefused, match=text):
        save_connection(workspace, provider, ConnectionInput(secrets=secrets), by=None)

    assert not Connection.objects.exists()


def test_unknown_secret_is_refused(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="Unknown secret: token"):
        emailbison(workspace, secrets={"api_key": "emailbison-key-1", "token": "abcdefgh1234"})


@pytest.mark.parametrize("account", ["abc", "14 15", "1" * 40])
def test_account_id_of_emailbison_is_a_number(workspace: Workspace, account: str) -> None:
    with pytest.raises(ConnectionRefused):
        emailbison(workspace, external_account_id=account)


def test_blank_account_id_is_null(workspace: Workspace) -> None:
    assert emailbison(workspace, external_account_id="  ").external_account_id is None


def test_new_secret_forgets_old_trouble(workspace: Workspace) -> None:
    connection = emailbison(workspace)
    Connection.objects.filter(pk=connection.pk).update(
        status="DISCONNECTED", consecutive_failures=4, last_error_code="auth_failed", last_error_message="x"
    )
    ProviderBudget.objects.create(workspace=workspace, provider="EMAILBISON", state="open")

    emailbison(workspace, secrets={"api_key": "emailbison-key-9"})

    connection.refresh_from_db()
    assert (connection.status, connection.consecutive_failures, connection.last_error_code) == ("UNKNOWN", 0, None)
    assert not ProviderBudget.objects.exists()


def test_unreadable_credential_is_repaired_by_typing_it_anew(workspace: Workspace) -> None:
    connection = emailbison(workspace)
    Connection.objects.filter(pk=connection.pk).update(secrets="gAAAAABlost")

    with pytest.raises(ConnectionRefused, match="cannot be read"):
        emailbison(workspace, secrets={})
    assert read_secrets(emailbison(workspace)) == {"api_key": "emailbison-key-1"}


def test_audit_names_fields_never_values(workspace: Workspace) -> None:
    person = UserFactory()
    given = ConnectionInput(secrets={"api_key": "emailbison-key-1"}, external_account_id="14")

    save_connection(workspace, Provider.EMAILBISON, given, by=person)

    row = AdminAuditEvent.objects.get(action="connection.saved")
    assert (row.actor_id, row.workspace_id) == (person.pk, workspace.pk)
    assert row.after == {"provider": "EMAILBISON", "fields": ["api_key", "external_account_id", "is_active"]}
    assert "emailbison-key-1" not in str(row.__dict__)


def test_description_shows_masks_only(workspace: Workspace) -> None:
    view = describe(emailbison(workspace))

    assert view.connected is True
    assert view.masked == {"api_key": BULLETS + "ey-1", "webhook_secret": ""}


def test_disabled_connection_still_routes_its_calls(workspace: Workspace) -> None:
    connection = emailbison(workspace)

    disable_connection(connection, by=None)

    assert (connection.is_active, connection.secrets, describe(connection).connected) == (False, "", False)
    assert route_hash("14") in routes(workspace)


def test_renamed_workspace_gets_new_routes(workspace: Workspace) -> None:
    emailbison(workspace)
    workspace.name = "Southfork Dental"
    workspace.save(update_fields=["name"])

    assert refresh_workspace_routes(workspace.pk) == 1
    assert route_hash("name:southfork dental") in routes(workspace)
    assert refresh_workspace_routes(workspace.pk) == 0


def test_connections_of_others_are_not_touched(workspace: Workspace) -> None:
    other = WorkspaceFactory()
    emailbison(other, external_account_id="77")
    EmailSenderFactory(workspace=other)
    emailbison(workspace)

    clear_email_provider(workspace, by=None)

    assert active_email_provider(other.pk) == "EMAILBISON"
    assert EmailSender.objects.in_workspace(other).count() == 1
    assert len(routes(other)) == 3
    assert isinstance(other.pk, UUID)


def test_save_on_an_old_version_is_refused(workspace: Workspace) -> None:
    seen = version_of(emailbison(workspace))
    saved = emailbison(workspace, external_account_id="15", version=seen)

    with pytest.raises(SettingsChanged) as refused:
        emailbison(workspace, external_account_id="16", version=seen)

    saved.refresh_from_db()
    assert (refused.value.code, refused.value.http_status) == ("stale", 409)
    assert saved.external_account_id == "15"


def test_version_changes_with_what_people_set_only(workspace: Workspace) -> None:
    def save(config: dict[str, str] | None = None, **secrets: str) -> Connection:
        given = ConnectionInput(secrets=secrets, config=config or {}, checked=True)
        return save_connection(workspace, Provider.CALENDLY, given, by=None)

    first = version_of(save(access_token="calendly-token-1"))
    subscribed = save({"user_uri": "https://x/u/1"}, webhook_signing_key="0123456789abcdef")
    subscribed.status = "CONNECTED"

    assert version_of(subscribed) == first
    assert version_of(save(access_token="calendly-token-2")) != first


def test_whoever_waits_for_a_lost_connection_hears_that_it_was_changed(workspace: Workspace) -> None:
    connection = emailbison(workspace)
    Connection.objects.filter(pk=connection.pk).update(status="DISCONNECTED")

    with announced(ConnectionStateChanged) as events:
        emailbison(workspace, secrets={"api_key": "emailbison-key-2"})
        emailbison(workspace, secrets={"api_key": "emailbison-key-3"})

    assert [(event.connection_id, event.state) for event in events] == [(connection.pk, "UNKNOWN")]

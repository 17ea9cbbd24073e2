"""Saving, switching and clearing connections."""

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from integrations.contracts import ConnectionSaved, ConnectionStateChanged, ProviderSwitched
from integrations.enums import Provider
from integrations.errors import AccountTaken, ConnectionRefused, SettingsChanged, SeveralEmailProviders
from integrations.models import Connection, EmailBisonBaseHost, EmailSender, ProviderBudget, WebhookRoute
from integrations.rules.routes import route_hash
from integrations.services.connections import (
    ConnectionInput,
    _store,
    active_email_provider,
    clear_email_provider,
    describe,
    disable_connection,
    save_connection,
    version_of,
)
from integrations.services.routes import refresh_workspace_routes
from integrations.services.secrets import read_secrets
from tests.factories import ConnectionFactory, EmailSenderFactory, UserFactory, WorkspaceFactory
from tests.integrations.support import announced
from zrg.jobs.models import BackgroundJob
from zrg.lib.errors import BadInput
from zrg.lib.secrets_hygiene import BULLETS
from zrg.workspaces.models import AdminAuditEvent, Workspace

SMARTLEAD_SECRETS = {"api_key": "smartlead-key-1234", "webhook_secret": "smartlead-hook-1234"}
BOTH = (
    "Multiple email providers are configured for this workspace. Select exactly one (EmailBison, SmartLead, Instantly)."
)


@pytest.fixture
def workspace(db: None) -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


def emailbison(workspace: Workspace, **values: object) -> Connection:
    given = {"secrets": {"api_key": "emailbison-key-1"}, "external_account_id": "14", **values}
    return save_connection(workspace, Provider.EMAILBISON, ConnectionInput(**given), by=None)  # type: ignore[arg-type]


def routes(workspace: Workspace) -> set[str]:
    return set(WebhookRoute.objects.filter(target=workspace).values_list("key_hash", flat=True))


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


def test_another_account_has_not_been_tried(workspace: Workspace) -> None:
    connection = emailbison(workspace)
    Connection.objects.filter(pk=connection.pk).update(status="CONNECTED")

    assert emailbison(workspace, external_account_id="14").status == "CONNECTED"
    assert emailbison(workspace, external_account_id="15").status == "UNKNOWN"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("team@northfork.example", "team@northfork.example"),
        (" Northfork Team <team@northfork.example> ", "Northfork Team <team@northfork.example>"),
        ("", ""),
        (None, ""),
    ],
)
def test_from_address_of_resend(workspace: Workspace, typed: str | None, stored: str) -> None:
    given = ConnectionInput(secrets={"api_key": "re_0123456789"}, config={"from_email": typed})

    assert save_connection(workspace, Provider.RESEND, given, by=None).config == {"from_email": stored}


@pytest.mark.parametrize(
    "typed",
    ["team", "team@northfork", "a@b.example, c@d.example", "a b@c.example", "x@y.z" + "z" * 320],
)
def test_bad_from_address_of_resend(workspace: Workspace, typed: str) -> None:
    with pytest.raises(ConnectionRefused, match="Invalid from email") as refused:
        save_connection(workspace, Provider.RESEND, ConnectionInput(config={"from_email": typed}), by=None)

    assert refused.value.data["field"] == "from_email"
    assert not Connection.objects.exists()


def test_key_and_address_of_resend_are_independent(workspace: Workspace) -> None:
    address = ConnectionInput(config={"from_email": "team@northfork.example"})
    connection = save_connection(workspace, Provider.RESEND, address, by=None)
    assert (connection.config["from_email"], read_secrets(connection)) == ("team@northfork.example", {})
    save_connection(workspace, Provider.RESEND, ConnectionInput(secrets={"api_key": "re_0123456789"}), by=None)

    save_connection(workspace, Provider.RESEND, ConnectionInput(remove=frozenset(["api_key"])), by=None)

    connection.refresh_from_db()
    assert (connection.config["from_email"], read_secrets(connection)) == ("team@northfork.example", {})


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


def test_racing_save_of_two_email_providers_says_the_same(workspace: Workspace) -> None:
    """Two people save at once: the second one's row meets the constraint and gets the usual sentence."""
    connection = Connection(workspace=workspace, provider="SMARTLEAD", is_active=True)
    emailbison(workspace)

    with pytest.raises(SeveralEmailProviders, match="Multiple email providers are configured") as refused:
        _store(connection)

    assert str(refused.value) == BOTH

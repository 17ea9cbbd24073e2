"""Saving and clearing a token."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from integrations.calendly.connecting import connect_calendly, disconnect_calendly
from integrations.calendly.subscription import ensure_calendly_webhook
from integrations.errors import ConnectionRefused, ProviderUnavailable
from integrations.models import Connection
from integrations.services.connections import ConnectionInput, save_connection
from integrations.services.demo import add_demo_calendar
from integrations.services.secrets import read_secrets
from tests.factories import WorkspaceFactory
from tests.integrations.calendly.conftest import TOKEN
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.context import tenant
from zrg.workspaces.models import AdminAuditEvent, Workspace


def jobs() -> list[str]:
    return list(BackgroundJob.objects.exclude(type="RECEIVER").order_by("seq").values_list("type", flat=True))


def test_accepted_token_is_saved_and_subscribed(acme: Workspace, simulator: RunningSimulator) -> None:
    connection = connect_calendly(acme, f" {TOKEN}\n", by=acme.owner)

    assert read_secrets(connection) == {"access_token": TOKEN}
    assert connection.config == {
        "user_uri": "https://api.calendly.com/users/AAAA",
        "organization_uri": "https://api.calendly.com/organizations/OOOO",
    }
    assert jobs() == ["CALENDLY_SUBSCRIPTION"]
    audit = AdminAuditEvent.objects.get(action="connection.saved")
    assert (audit.actor, TOKEN in str(audit.after)) == (acme.owner, False)
    drain()
    assert len(simulator.state.calendly.subscriptions) == 1


@pytest.mark.parametrize(
    ("token", "script", "error"),
    [
        ("calendly-token-wrong", {}, ConnectionRefused),
        (TOKEN, {"status": 503}, ProviderUnavailable),
        (TOKEN, {"status": 200, "body": {"resource": {}}}, ProviderUnavailable),
        (TOKEN, {"close": "before"}, ProviderUnavailable),
        ("", {}, ConnectionRefused),
        ("••••••••••••oken", {}, ConnectionRefused),
    ],
)
def test_token_that_was_not_accepted_saves_nothing(
    acme: Workspace, simulator: RunningSimulator, token: str, script: dict[str, Any], error: type[Exception]
) -> None:
    if script:
        simulator.script("calendly", "/users/me", times=5, **script)

    with pytest.raises(error):
        connect_calendly(acme, token, by=acme.owner)

    assert not Connection.objects.exists()
    assert jobs() == []


def test_refused_token_leaves_the_former_one(connected: Connection, simulator: RunningSimulator) -> None:
    with pytest.raises(ConnectionRefused):
        connect_calendly(connected.workspace, "calendly-token-wrong", by=None)

    connected.refresh_from_db()
    assert (read_secrets(connected), connected.status) == ({"access_token": TOKEN}, "UNKNOWN")


def test_token_is_never_saved_unchecked(acme: Workspace) -> None:
    with pytest.raises(ConnectionRefused, match="connected on the workspace's settings page"):
        save_connection(acme, "CALENDLY", ConnectionInput(secrets={"access_token": TOKEN}), by=None)

    assert not Connection.objects.exists()


def test_new_token_of_the_same_organisation_keeps_the_subscription(
    connected: Connection, simulator: RunningSimulator
) -> None:
    ensure_calendly_webhook(connected.workspace_id)
    connected.refresh_from_db()
    before = (read_secrets(connected)["webhook_signing_key"], connected.config)
    simulator.state.calendly.add_token("calendly-token-2")

    saved = connect_calendly(connected.workspace, "calendly-token-2", by=None)

    assert (read_secrets(saved)["webhook_signing_key"], saved.config) == before
    assert ensure_calendly_webhook(connected.workspace_id).state == "kept"


def test_new_token_of_another_organisation_starts_anew(connected: Connection, simulator: RunningSimulator) -> None:
    ensure_calendly_webhook(connected.workspace_id)
    calendly = simulator.state.calendly
    before = next(iter(calendly.subscriptions))
    other = "https://api.calendly.com/organizations/PPPP"
    me = {"uri": "https://api.calendly.com/users/BBBB", "current_organization": other}
    simulator.script("calendly", "/users/me", status=200, body={"resource": me})

    saved = connect_calendly(connected.workspace, TOKEN, by=None)

    assert before not in calendly.subscriptions
    assert read_secrets(saved) == {"access_token": TOKEN}
    assert (saved.config["organization_uri"], saved.config["webhook_subscription_uri"]) == (other, None)


def test_clearing_deletes_there_and_forgets_here(connected: Connection, simulator: RunningSimulator) -> None:
    ensure_calendly_webhook(connected.workspace_id)

    assert disconnect_calendly(connected.workspace_id, by=None) is True

    connected.refresh_from_db()
    assert simulator.state.calendly.subscriptions == {}
    assert (connected.is_active, connected.secrets, connected.config) == (False, "", {})
    assert disconnect_calendly(connected.workspace_id, by=None) is False


def test_clearing_does_not_wait_for_a_provider_that_is_down(connected: Connection, simulator: RunningSimulator) -> None:
    ensure_calendly_webhook(connected.workspace_id)
    simulator.script("calendly", "/webhook_subscriptions/*", method="DELETE", times=9, status=503)

    assert disconnect_calendly(connected.workspace_id, by=None) is True

    connected.refresh_from_db()
    assert (connected.is_active, connected.secrets, connected.config) == (False, "", {})


def test_admin_repairs_and_disables_by_jobs(
    connected: Connection, simulator: RunningSimulator, client: ZrgClient
) -> None:
    admin = client.login_as(connected.workspace.owner).step_up()
    chosen = {"_selected_action": [str(connected.pk)]}
    listing = "/admin/integrations/connection/"

    admin.post(listing, {"action": "repair_subscriptions", **chosen})
    drain()
    made = len(simulator.state.calendly.subscriptions)
    admin.post(listing, {"action": "disable_connections", **chosen})
    drain()

    connected.refresh_from_db()
    assert (made, jobs()) == (1, ["CALENDLY_SUBSCRIPTION", "CALENDLY_DISCONNECT"])
    assert (connected.is_active, simulator.state.calendly.subscriptions) == (False, {})


def test_command_reads_the_token_from_the_keyboard(
    acme: Workspace, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter([TOKEN, "calendly-token-wrong"])
    monkeypatch.setattr("integrations.management.commands.connect_calendly.getpass", lambda prompt: next(typed))

    call_command("connect_calendly", workspace=acme.pk)
    with pytest.raises(CommandError, match="refused the token"):
        call_command("connect_calendly", workspace=acme.pk)
    call_command("connect_calendly", workspace=acme.pk, remove=True)

    said = capsys.readouterr().out
    assert said.splitlines()[0].startswith("connected as https://api.calendly.com/users/AAAA")
    assert TOKEN not in said
    assert not Connection.objects.filter(is_active=True).exists()


def test_demo_workspace_is_connected_once(db: None, simulator: RunningSimulator) -> None:
    workspace = WorkspaceFactory()
    for _ in range(2):
        with tenant(workspace.pk):
            add_demo_calendar(workspace, {})
    drain()

    assert Connection.objects.get(workspace=workspace).provider == "CALENDLY"
    assert len(simulator.state.calendly.subscriptions) == 1

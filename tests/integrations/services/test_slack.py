"""Connecting Slack, its lists, and posting."""

import pytest

from integrations.errors import ConnectionRefused
from integrations.models import Connection, WebhookRoute
from integrations.services.connections import ConnectionInput, save_connection
from integrations.services.secrets import read_secrets
from integrations.services.slack import (
    connect_slack,
    list_channels,
    list_members,
    post_to_channel,
    post_to_member,
    post_to_staff,
)
from integrations.slack.simulator import DEMO_BOT_TOKEN, DEMO_PLATFORM_TOKEN
from tests.factories import WorkspaceFactory
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import AdminAuditEvent, Workspace

pytestmark = pytest.mark.usefixtures("_clean_cache")
SIGNING_SECRET = "8f1e2d3c4b5a69788796a5b4c3d2e1f0"


@pytest.fixture
def _clean_cache(db: None) -> None:
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def workspace(db: None) -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def connected(workspace: Workspace, simulator: RunningSimulator) -> Connection:
    return connect_slack(workspace, DEMO_BOT_TOKEN, by=workspace.owner)


def test_token_is_asked_whose_it_is(workspace: Workspace, simulator: RunningSimulator) -> None:
    connection = connect_slack(workspace, f" {DEMO_BOT_TOKEN}\n", signing_secret=SIGNING_SECRET, by=workspace.owner)

    connection.refresh_from_db()
    assert connection.external_account_id == "T0ZRG"
    assert connection.config == {"team_name": "Simulated agency", "bot_user_id": "U0ZRGBOT"}
    assert connection.status == "CONNECTED"
    assert read_secrets(connection) == {"bot_token": DEMO_BOT_TOKEN, "signing_secret": SIGNING_SECRET}
    assert WebhookRoute.objects.get().target_id == workspace.pk
    assert [call["path"] for call in simulator.requests("slack")] == ["/api/auth.test"]


@pytest.mark.parametrize(
    ("respond", "reason"),
    [
        (None, "invalid_auth"),
        ({"status": 200, "body": {"ok": False, "error": "account_inactive"}}, "account_inactive"),
        ({"status": 500, "body": {}}, "status 500"),
    ],
)
def test_refused_token_saves_nothing(
    workspace: Workspace, simulator: RunningSimulator, respond: dict[str, object] | None, reason: str
) -> None:
    if respond:
        simulator.script("slack", "/api/auth.test", **respond)

    with pytest.raises(ConnectionRefused) as refused:
        connect_slack(workspace, "xoxb-nobody-knows", by=workspace.owner)

    assert str(refused.value) == f"Slack token validation failed: {reason}"
    assert refused.value.data == {"field": "bot_token"}
    assert not Connection.objects.exists()
    assert not AdminAuditEvent.objects.filter(action="connection.saved").exists()


def test_refused_token_leaves_the_stored_one(connected: Connection, simulator: RunningSimulator) -> None:
    with pytest.raises(ConnectionRefused):
        connect_slack(connected.workspace, "xoxb-nobody-knows", by=None)

    connected.refresh_from_db()
    assert read_secrets(connected) == {"bot_token": DEMO_BOT_TOKEN}
    assert connected.status == "CONNECTED"


def test_blank_token_keeps_the_stored_one(connected: Connection, simulator: RunningSimulator) -> None:
    connect_slack(connected.workspace, "", signing_secret=SIGNING_SECRET, by=None)

    connected.refresh_from_db()
    assert read_secrets(connected) == {"bot_token": DEMO_BOT_TOKEN, "signing_secret": SIGNING_SECRET}
    assert connected.external_account_id == "T0ZRG"
    assert len(simulator.requests("slack")) == 1


def test_without_any_token(workspace: Workspace, simulator: RunningSimulator) -> None:
    with pytest.raises(ConnectionRefused, match="Slack requires a bot token"):
        connect_slack(workspace, "", signing_secret=SIGNING_SECRET, by=None)
    assert not Connection.objects.exists()


def test_no_other_door_stores_an_unchecked_token(workspace: Workspace, simulator: RunningSimulator) -> None:
    with pytest.raises(ConnectionRefused, match="settings page"):
        save_connection(workspace, "SLACK", ConnectionInput(secrets={"bot_token": "xoxb-unchecked"}), by=None)
    assert not Connection.objects.exists()


def test_signing_secret_is_cleared_by_name(connected: Connection) -> None:
    connect_slack(connected.workspace, "", signing_secret=SIGNING_SECRET, by=None)

    connect_slack(connected.workspace, "", remove=frozenset(["signing_secret"]), by=None)

    connected.refresh_from_db()
    assert read_secrets(connected) == {"bot_token": DEMO_BOT_TOKEN}


def test_several_workspaces_share_a_team(connected: Connection) -> None:
    other = connect_slack(WorkspaceFactory(), DEMO_BOT_TOKEN, by=None)

    assert other.external_account_id == connected.external_account_id


def test_lists_are_remembered_for_an_hour(connected: Connection, simulator: RunningSimulator) -> None:
    first = list_channels(connected.workspace_id)
    simulator.state.slack.channels.clear()

    assert [channel.name for channel in first.data] == ["zrg-alerts", "sales", "owners"]
    assert list_channels(connected.workspace_id).data == first.data
    assert list_channels(connected.workspace_id, refresh=True).data == ()
    assert [member.id for member in list_members(connected.workspace_id).data] == ["U0PRIYA", "U0KIM"]


def test_hard_10_inside_workspace_lists_are_each_workspaces_own(
    connected: Connection, simulator: RunningSimulator
) -> None:
    list_channels(connected.workspace_id)

    assert list_channels(WorkspaceFactory().pk).code == "not_configured"


def test_failed_list_is_not_remembered(connected: Connection, simulator: RunningSimulator) -> None:
    simulator.script("slack", "/api/conversations.list", status=200, body={"ok": False, "error": "missing_scope"})

    assert list_channels(connected.workspace_id).message == "missing_scope"
    assert list_channels(connected.workspace_id).ok


def test_public_channel_is_joined_once(connected: Connection, simulator: RunningSimulator) -> None:
    assert post_to_channel(connected.workspace_id, "C0SALES", "hello").data.channel == "C0SALES"
    post_to_channel(connected.workspace_id, "C0SALES", "again")

    assert simulator.state.slack.texts("C0SALES") == ["hello", "again"]
    assert len(simulator.requests("slack", path="/api/conversations.join")) == 1


def test_private_channel_needs_an_invitation(connected: Connection, simulator: RunningSimulator) -> None:
    simulator.state.slack.channels[2]["is_member"] = False

    result = post_to_channel(connected.workspace_id, "G0OWNERS", "hello")

    assert (result.outcome, result.message) == ("failed", "not_in_channel")
    assert len(simulator.requests("slack", path="/api/chat.postMessage")) == 1


def test_join_that_may_work_later_is_no_refusal(connected: Connection, simulator: RunningSimulator) -> None:
    simulator.script("slack", "/api/conversations.join", close="after")

    result = post_to_channel(connected.workspace_id, "C0SALES", "hello")

    assert (result.outcome, result.code) == ("failed", "network")
    assert simulator.state.slack.messages == []


def test_direct_message_to_a_member(connected: Connection, simulator: RunningSimulator) -> None:
    assert post_to_member(connected.workspace_id, "U0PRIYA", "hello").data.channel == "D0PRIYA"
    unknown = post_to_member(connected.workspace_id, "U0NOBODY", "hello")

    assert (unknown.outcome, unknown.message) == ("failed", "user_not_found")


def test_direct_message_to_staff_by_address(
    db: None, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", DEMO_PLATFORM_TOKEN)
    for text in ("one", "two"):
        assert post_to_staff("Kim@outbound.example", text).ok

    assert simulator.state.slack.texts("D0KIM") == ["one", "two"]
    assert len(simulator.requests("slack", path="/api/users.lookupByEmail")) == 1


def test_address_nobody_has_is_remembered(
    db: None, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", DEMO_PLATFORM_TOKEN)
    for _ in range(2):
        result = post_to_staff("nobody@outbound.example", "x")
        assert (result.outcome, result.code, result.message) == ("failed", "not_found", "users_not_found")

    assert len(simulator.requests("slack")) == 1


def test_staff_without_the_platforms_token(db: None, simulator: RunningSimulator) -> None:
    result = post_to_staff("kim@outbound.example", "x")

    assert (result.code, result.message) == ("not_configured", "SLACK_BOT_TOKEN not configured")

"""Slack and Resend in the settings: connecting, channels, approvers, tests."""

from typing import Any

import pytest
from django.core.cache import cache

from integrations.models import Connection
from integrations.resend import simulator as resend
from integrations.services.secrets import read_secrets
from integrations.slack import simulator as slack
from tests.factories import MembershipFactory
from tests.integrations.views.conftest import save, typed, url
from tests.support.client import ZrgClient
from tests.support.simulator import RunningSimulator
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import AdminAuditEvent, Workspace, WorkspaceSettings

pytestmark = pytest.mark.django_db

PRIYA = {"id": "U0PRIYA", "displayName": "Priya Nair", "email": "priya@outbound.example"}


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture
def connected(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> ZrgClient:
    connect(owner, workspace, slack.DEMO_BOT_TOKEN)
    return owner


def connect(client: ZrgClient, workspace: Workspace, token: str) -> Any:
    return save(client, workspace, "slack", bot_token=token, signing_secret="")


def choose(client: ZrgClient, workspace: Workspace, **chosen: list[str]) -> Any:
    return save(client, workspace, "slack-channels", **chosen)


def settings_of(workspace: Workspace) -> WorkspaceSettings:
    return WorkspaceSettings.objects.get(workspace=workspace)


def test_token_is_asked_whose_it_is_before_it_is_stored(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    refused = connect(owner, workspace, "xoxb-not-a-real-token")
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "Slack token validation failed: invalid_auth" in html.split('id="id_bot_token_error"')[1][:200]
    assert not Connection.objects.exists()

    connect(owner, workspace, slack.DEMO_BOT_TOKEN)

    row = Connection.objects.get()
    assert (row.external_account_id, row.config["team_name"], row.status) == ("T0ZRG", "Simulated agency", "CONNECTED")


def test_disconnecting_slack_deletes_its_row(connected: ZrgClient, workspace: Workspace) -> None:
    connected.post(url(workspace, "slack", "disconnection"))

    assert not Connection.objects.exists()


def test_channels_and_approvers_are_chosen(connected: ZrgClient, workspace: Workspace) -> None:
    response = choose(connected, workspace, channels=["C0ALERTS", "G0OWNERS"], approvers=["U0PRIYA"])

    row = settings_of(workspace)
    html = connected.get(url(workspace, "slack-channels")).content.decode()
    assert response.status_code == 302
    assert row.notification_slack_channel_ids == ["C0ALERTS", "G0OWNERS"]
    assert row.slack_auto_send_approval_recipients == [PRIYA]
    assert html.count("checked") == 3
    assert "#sales (not joined)" in html
    assert "old-campaigns" not in html
    assert "2 channels, 1 approver" in connected.get(url(workspace)).content.decode()
    assert AdminAuditEvent.objects.filter(action="settings.changed").count() == 1


def test_channels_that_show_answers_are_stored_with_the_people(connected: ZrgClient, workspace: Workspace) -> None:
    choose(connected, workspace, approvers=["U0PRIYA"], review_channels=["C0SALES"])

    room = {"id": "C0SALES", "displayName": "#sales"}
    assert settings_of(workspace).slack_auto_send_approval_recipients == [PRIYA, room]
    assert connected.get(url(workspace, "slack-channels")).content.decode().count("checked") == 2
    assert "1 approver" in connected.get(url(workspace)).content.decode()


def test_channel_without_anybody_who_decides_is_refused(connected: ZrgClient, workspace: Workspace) -> None:
    response = choose(connected, workspace, review_channels=["C0SALES"])

    assert response.status_code == 422
    assert "a channel shows answers, people decide" in response.content.decode()
    assert settings_of(workspace).slack_auto_send_approval_recipients is None


@pytest.mark.parametrize(
    ("stored", "named"),
    [
        (["x", {"displayName": "Jo"}, {"id": "no id"}, PRIYA], "entry 1, Jo, no id"),
        ({"id": "U0PRIYA"}, "the whole list"),
    ],
)
def test_entries_that_cannot_be_used_are_named_and_go_with_the_next_save(
    connected: ZrgClient, workspace: Workspace, stored: object, named: str
) -> None:
    WorkspaceSettings.objects.filter(workspace=workspace).update(slack_auto_send_approval_recipients=stored)

    html = connected.get(url(workspace, "slack-channels")).content.decode()
    choose(connected, workspace, approvers=["U0PRIYA"])

    assert f"cannot be used and get nothing: {named}." in html
    assert settings_of(workspace).slack_auto_send_approval_recipients == [PRIYA]


def test_page_says_when_nobody_is_asked(connected: ZrgClient, workspace: Workspace) -> None:
    WorkspaceSettings.objects.filter(workspace=workspace).update(flag_uncertain_replies=False)

    assert "Nothing is posted for now" in connected.get(url(workspace, "slack-channels")).content.decode()


def test_lists_are_remembered_until_they_are_refreshed(
    connected: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    for _ in range(3):
        connected.get(url(workspace, "slack-channels"))
    remembered = len(simulator.requests("slack", "*/conversations.list"))

    connected.post(url(workspace, "slack-channels", "refresh"))

    assert (remembered, len(simulator.requests("slack", "*/conversations.list"))) == (1, 2)


def test_unknown_channel_is_refused(connected: ZrgClient, workspace: Workspace) -> None:
    response = choose(connected, workspace, channels=["C0ELSEWHERE"])

    assert response.status_code == 422
    assert settings_of(workspace).notification_slack_channel_ids == []


def test_channels_changed_meanwhile(connected: ZrgClient, workspace: Workspace) -> None:
    form = typed(connected, workspace, "slack-channels", channels=["C0SALES"])
    choose(connected, workspace, channels=["C0ALERTS"])

    response = connected.post(url(workspace, "slack-channels"), form)

    assert response.status_code == 409
    assert "These settings changed meanwhile" in response.content.decode()
    assert settings_of(workspace).notification_slack_channel_ids == ["C0ALERTS"]


def test_what_was_chosen_stays_while_slack_is_down(
    connected: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    choose(connected, workspace, channels=["C0ALERTS"], approvers=["U0PRIYA"])
    cache.clear()
    simulator.script("slack", "*/conversations.list", times=9, status=503, body={})
    simulator.script("slack", "*/users.list", times=9, status=503, body={})

    html = connected.get(url(workspace, "slack-channels")).content.decode()

    assert "Slack has trouble of its own" in html
    assert html.count("checked") == 2


def test_test_post_joins_a_public_channel(
    connected: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    response = connected.post(url(workspace, "slack-channels", "test-post"), {"channel": "C0SALES"}, follow=True)
    unknown = connected.post(url(workspace, "slack-channels", "test-post"), {"channel": "C0NOWHERE"}, follow=True)

    posts = simulator.requests("slack", "*/chat.postMessage")
    assert "Posted. Look into the channel." in response.content.decode()
    assert [post["json"]["channel"] for post in posts] == ["C0SALES", "C0SALES", "C0NOWHERE"]
    assert len(simulator.requests("slack", "*/conversations.join")) == 1
    assert "Slack does not know this account." in unknown.content.decode()


def test_bot_joins_a_channel(connected: ZrgClient, workspace: Workspace) -> None:
    connected.post(url(workspace, "slack-channels", "join"), {"channel": "C0SALES"})

    assert "#sales (not joined)" not in connected.get(url(workspace, "slack-channels")).content.decode()


@pytest.mark.parametrize("act", ["", "refresh", "join", "test-post"])
def test_hard_07_settings_read_only_for_slack_channels(
    connected: ZrgClient, client: ZrgClient, workspace: Workspace, simulator: RunningSimulator, act: str
) -> None:
    """Who may not change notifications chooses nothing, posts nothing and makes us call nobody."""
    choose(connected, workspace, channels=["C0ALERTS"])
    setter = MembershipFactory(workspace=workspace, role=MembershipRole.SETTER.value).user
    client.login_as(setter).step_up()
    cache.clear()
    calls = len(simulator.requests("slack"))

    shown = client.get(url(workspace, "slack-channels"))
    refused = client.post(url(workspace, "slack-channels", *([act] if act else [])), {"channel": "C0SALES"})

    assert (shown.status_code, refused.status_code) == (200, 403)
    assert shown.content.decode().count('<fieldset class="panel__body" disabled>') == 3
    assert settings_of(workspace).notification_slack_channel_ids == ["C0ALERTS"]
    assert len(simulator.requests("slack")) == calls


def test_channels_without_slack_lead_to_it(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    html = owner.get(url(workspace, "slack-channels")).content.decode()

    assert "Slack is not connected in this workspace." in html
    assert url(workspace, "slack") in html
    assert simulator.requests("slack") == []


def test_resend_is_set_piece_by_piece(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    save(owner, workspace, "resend", from_email="Northfork <team@northfork.example>")
    address_only = Connection.objects.get()
    save(owner, workspace, "resend", from_email="Northfork <team@northfork.example>", api_key=resend.DEMO_API_KEY)
    both = Connection.objects.get()
    owner.post(url(workspace, "resend", "secret-removal"), {"name": "api_key"})
    without_key = Connection.objects.get()
    save(owner, workspace, "resend", from_email="")

    assert (address_only.config["from_email"], read_secrets(address_only)) == ("Northfork <team@northfork.example>", {})
    assert read_secrets(both) == {"api_key": resend.DEMO_API_KEY}
    assert (without_key.config["from_email"], read_secrets(without_key)) == ("Northfork <team@northfork.example>", {})
    assert not Connection.objects.exists()


def test_bad_address_of_resend_stands_beside_its_field(owner: ZrgClient, workspace: Workspace) -> None:
    response = save(owner, workspace, "resend", from_email="team")

    assert response.status_code == 422
    assert "Invalid from email" in response.content.decode().split('id="id_from_email_error"')[1][:120]
    assert 'value="team"' in response.content.decode()


def test_test_mail_goes_to_the_person_who_asks(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    save(owner, workspace, "resend", from_email=resend.DEMO_SENDER, api_key=resend.DEMO_API_KEY)

    response = owner.post(url(workspace, "resend", "test-mail"), follow=True)
    elsewhere = owner.post(url(workspace, "emailbison", "test-mail"))

    mails = [one["json"] for one in simulator.requests("resend", "/emails")]
    assert [(mail["to"], mail["from"]) for mail in mails] == [([workspace.owner.email], resend.DEMO_SENDER)]
    assert f"A test mail is on its way to {workspace.owner.email}." in response.content.decode()
    assert elsewhere.status_code == 404

"""Provider fields of the provisioning call."""

from typing import Any

import pytest

from integrations.calendly import simulator as calendly
from integrations.errors import AccountTaken, ConnectionRefused
from integrations.models import Connection
from integrations.services.connections import active_email_provider
from integrations.services.provisioning import ConnectionProvisioning
from integrations.services.secrets import read_secrets
from integrations.slack import simulator as slack
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.models import BackgroundJob
from zrg.lib.errors import BadInput
from zrg.lib.secrets_hygiene import BadSecret
from zrg.workspaces.models import AdminAuditEvent

PART = ConnectionProvisioning()
EMAILBISON = {"emailBisonApiKey": "emailbison-key-1", "emailBisonWorkspaceId": 88}
SMARTLEAD = {"smartLeadApiKey": "smartlead-key-1", "smartLeadWebhookSecret": "smartlead-hook-1"}


def apply(body: dict[str, Any]) -> Any:
    workspace = WorkspaceFactory()
    PART.check(body)
    status = PART.apply(workspace, body)
    return workspace, status


def test_fields_become_connections(db: None) -> None:
    body = {
        **EMAILBISON,
        "emailBisonBaseHost": "send.meetinboxxia.com",
        "ghlLocationId": " loc_9Qz ",
        "ghlPrivateKey": "private-key-1",
        "unipileAccountId": "acc_7",
    }

    workspace, status = apply(body)

    rows = Connection.objects.in_workspace(workspace).order_by("provider")
    assert [(row.provider, row.external_account_id) for row in rows] == [
        ("EMAILBISON", "88"),
        ("GHL", "loc_9Qz"),
        ("UNIPILE", "acc_7"),
    ]
    assert [one["provider"] for one in status["connections"]] == ["EMAILBISON", "GHL", "UNIPILE"]
    assert "emailbison-key-1" not in str(status)
    assert AdminAuditEvent.objects.filter(actor_label="provisioning-api").count() == 3


def test_nothing_given_makes_nothing(db: None) -> None:
    workspace, status = apply({"emailBisonApiKey": None, "smartLeadApiKey": "", "emailProvider": None})

    assert status == {"connections": []}
    assert not Connection.objects.in_workspace(workspace).exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**EMAILBISON, **SMARTLEAD}, "ambiguous_email_provider"),
        ({"emailProvider": "EMAILBISON"}, "incomplete_provider"),
        ({"emailProvider": "SMARTLEAD", **EMAILBISON}, "incomplete_provider"),
        ({"smartLeadApiKey": "smartlead-key-1"}, "incomplete_provider"),
        ({"ghlLocationId": "loc_9Qz"}, "incomplete_provider"),
        ({"emailProvider": "MAILCHIMP"}, "unknown_email_provider"),
        ({**EMAILBISON, "emailBisonBaseHost": "mail.unknown.example"}, "unknown_base_host"),
        ({"emailBisonApiKey": ["x"]}, "bad_value"),
    ],
)
def test_bodies_that_are_refused(db: None, body: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        PART.check(body)

    assert (refused.value.code, refused.value.http_status) == (code, 400)
    assert not Connection.objects.exists()


@pytest.mark.parametrize("body", [{"emailBisonApiKey": "changeme"}, {"emailBisonApiKey": "two words"}])
def test_unusable_secrets_are_refused(db: None, body: dict[str, Any]) -> None:
    with pytest.raises(BadSecret):
        PART.check(body)


def test_account_id_that_is_none(db: None) -> None:
    with pytest.raises(ConnectionRefused):
        PART.check({**EMAILBISON, "emailBisonWorkspaceId": "abc"})


def test_named_provider_decides_between_two(db: None) -> None:
    workspace, _ = apply({**EMAILBISON, **SMARTLEAD, "emailProvider": "SMARTLEAD"})

    assert active_email_provider(workspace.pk) == "SMARTLEAD"
    assert Connection.objects.in_workspace(workspace).count() == 1


def test_account_of_another_workspace(db: None) -> None:
    ConnectionFactory(workspace=WorkspaceFactory(), provider="GHL", external_account_id="loc_9Qz")

    with pytest.raises(AccountTaken) as taken:
        apply({"ghlLocationId": "loc_9Qz", "ghlPrivateKey": "private-key-1"})

    assert taken.value.http_status == 409


MESSENGERS = {
    "calendlyAccessToken": calendly.DEMO_TOKEN,
    "slackBotToken": slack.DEMO_BOT_TOKEN,
    "slackSigningSecret": "slack-signing-0123456789",
    "resendApiKey": "re_0123456789",
    "resendFromEmail": "Northfork <team@northfork.example>",
}


def test_every_provider_of_the_call_is_connected(db: None) -> None:
    body = {
        **EMAILBISON,
        **MESSENGERS,
        "emailBisonWebhookSecret": "emailbison-hook-1",
        "ghlLocationId": "loc_9Qz",
        "ghlPrivateKey": "private-key-1",
        "ghlWebhookSecret": "ghl-hook-012345",
    }

    workspace, status = apply(body)

    rows = {row.provider: row for row in Connection.objects.in_workspace(workspace)}
    assert {provider: read_secrets(row) for provider, row in rows.items()} == {
        "EMAILBISON": {"api_key": "emailbison-key-1", "webhook_secret": "emailbison-hook-1"},
        "GHL": {"private_key": "private-key-1", "webhook_secret": "ghl-hook-012345"},
        "CALENDLY": {"access_token": calendly.DEMO_TOKEN},
        "SLACK": {"bot_token": slack.DEMO_BOT_TOKEN, "signing_secret": "slack-signing-0123456789"},
        "RESEND": {"api_key": "re_0123456789"},
    }
    assert rows["RESEND"].config == {"from_email": "Northfork <team@northfork.example>"}
    assert [one["provider"] for one in status["connections"]] == ["CALENDLY", "EMAILBISON", "GHL", "RESEND", "SLACK"]
    for secret in (value for row in rows.values() for value in read_secrets(row).values()):
        assert secret not in str(status)
    assert BackgroundJob.objects.filter(type="CONNECTION_CHECK", workspace=workspace).count() == 5


def test_tokens_are_checked_and_completed_afterwards(db: None, simulator: RunningSimulator) -> None:
    workspace, _ = apply({name: MESSENGERS[name] for name in ("calendlyAccessToken", "slackBotToken")})

    drain()

    rows = {row.provider: row for row in Connection.objects.in_workspace(workspace)}
    assert {provider: row.status for provider, row in rows.items()} == {"CALENDLY": "CONNECTED", "SLACK": "CONNECTED"}
    assert (rows["SLACK"].external_account_id, rows["SLACK"].config["team_name"]) == (slack.TEAM_ID, slack.TEAM_NAME)
    assert rows["CALENDLY"].config["webhook_subscription_uri"]


def test_refused_token_is_seen_afterwards(db: None, simulator: RunningSimulator) -> None:
    workspace, _ = apply({"slackBotToken": "xoxb-not-a-real-token"})

    drain()

    row = Connection.objects.get(workspace=workspace)
    assert (row.status, row.external_account_id) == ("DISCONNECTED", None)


def test_bad_from_address_is_refused_before_anything_is_written(db: None) -> None:
    with pytest.raises(ConnectionRefused, match="Invalid from email"):
        PART.check({"resendFromEmail": "team"})

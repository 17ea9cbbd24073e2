"""Provider fields of the provisioning call."""

from typing import Any

import pytest

from integrations.errors import AccountTaken, ConnectionRefused
from integrations.models import Connection
from integrations.services.connections import active_email_provider
from integrations.services.provisioning import ConnectionProvisioning
from tests.factories import ConnectionFactory, WorkspaceFactory
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

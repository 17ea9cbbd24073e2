"""Notifications in the settings: recipients, tests, recent deliveries."""

import pytest

from integrations.slack.simulator import DEMO_CHANNEL
from notifications.models import NotificationSendLog
from notifications.rules.delivery_words import mask_target
from tests.factories import MembershipFactory
from tests.notifications.support import OPS, connect_slack, rows, workspace
from tests.support.client import ZrgClient
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import AdminAuditEvent, Workspace, WorkspaceSettings

pytestmark = pytest.mark.django_db


@pytest.fixture
def northwind() -> Workspace:
    return workspace()


@pytest.fixture
def owner(northwind: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(northwind.owner)


def url(found: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{found.pk}/settings/general/notifications", *parts])


def test_recipients_are_saved_in_lower_case_and_once(owner: ZrgClient, northwind: Workspace) -> None:
    form = {
        "version": "1",
        "slack_alerts": "on",
        "notification_emails": "Ops@Northwind.example\n\nops@northwind.example ",
    }
    response = owner.post(url(northwind), form)
    refused = owner.post(url(northwind), {"version": "2", "notification_emails": "not an address"})

    row = WorkspaceSettings.objects.get(workspace=northwind)
    assert (response.status_code, refused.status_code) == (302, 422)
    assert (row.notification_emails, row.slack_alerts, row.version) == (["ops@northwind.example"], True, 2)


def test_everything_that_is_wrong_is_told_at_once_and_at_its_field(owner: ZrgClient, northwind: Workspace) -> None:
    answer = owner.post(
        url(northwind),
        {
            "version": "1",
            "notification_sentiment_rules-interested-mode": "realtime",
            "notification_emails": "nobody",
            "notification_phones": "12",
        },
    )

    html = answer.content.decode()
    wrong = ["notification_sentiment_rules", "notification_emails", "notification_phones"]
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == wrong
    assert [f'<a href="#id_{name}">' in html for name in wrong] == [True, True, True]
    assert [f'id="id_{name}_error"' in html for name in wrong] == [True, True, True]
    assert WorkspaceSettings.objects.get(workspace=northwind).version == 1


def test_test_goes_to_every_channel_five_times_an_hour(owner: ZrgClient, northwind: Workspace) -> None:
    connect_slack(northwind)

    for _number in range(6):
        owner.post(url(northwind, "test"), {"destination": "slack"})

    html = owner.get(url(northwind)).content.decode()
    assert rows() == [("slack", DEMO_CHANNEL, "pending", "")] * 5
    assert AdminAuditEvent.objects.filter(action="notifications.test_sent").count() == 5
    assert "5 tests an hour are the limit" in html
    assert html.count("Platform alert") == 5


def test_test_without_a_way_says_why(owner: ZrgClient, northwind: Workspace) -> None:
    owner.post(url(northwind, "test"), {"destination": "slack"})
    html = owner.get(url(northwind)).content.decode()
    wrong = owner.post(url(northwind, "test"), {"destination": "fax"})

    assert rows() == [("slack", "-", "skipped", "slack_not_configured")]
    assert wrong.status_code == 422
    assert "Nothing was sent: Slack is not connected." in html


def test_deliveries_are_for_those_who_manage_them(client: ZrgClient, northwind: Workspace) -> None:
    portal = MembershipFactory(workspace=northwind, role=MembershipRole.CLIENT_PORTAL.value).user
    NotificationSendLog.objects.create(
        workspace=northwind, kind="invitation", destination="email", target="new@people.example", dedupe_key="one"
    )

    owners = client.login_as(northwind.owner).get(url(northwind)).content.decode()
    clients = client.login_as(portal).get(url(northwind)).content.decode()
    refused = client.post(url(northwind, "test"), {"destination": "slack"})

    assert "n•••@people.example" in owners
    assert "new@people.example" not in owners
    assert "Recent deliveries" not in clients
    assert refused.status_code == 403
    assert NotificationSendLog.objects.count() == 1


@pytest.mark.parametrize(
    ("target", "shown"),
    [(OPS, "o•••@northwind.example"), ("+15550100020", "•••0020"), ("C0SALES1", "C0SALES1")],
    ids=["address", "phone", "channel"],
)
def test_targets_are_masked(target: str, shown: str) -> None:
    assert mask_target(target) == shown

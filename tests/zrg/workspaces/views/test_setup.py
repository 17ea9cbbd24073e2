"""The checklist of a new workspace."""

import pytest

from inbox.models import Draft
from inbox.models.draft import GenerationPath
from integrations.models import Connection
from tests.factories import ConnectionFactory, LeadFactory, MembershipFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.ai.models import Persona
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import AdminAuditEvent, Workspace, WorkspaceSettings
from zrg.workspaces.setup import setup_progress

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


def url(workspace: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/general/setup", *parts])


def test_steps_are_done_by_what_the_rows_say(workspace: Workspace) -> None:
    before = [(item.key, item.done) for item in setup_progress(workspace.pk).items]
    ConnectionFactory(
        workspace=workspace, provider="SMARTLEAD", status="CONNECTED", last_webhook_at="2026-03-02T08:00Z"
    )
    ConnectionFactory(workspace=workspace, provider="SLACK", status="CONNECTED")
    Persona.objects.create(workspace=workspace, name="Default", is_default=True, persona_name="Alex")
    Draft.objects.create(
        workspace=workspace,
        lead=LeadFactory(workspace=workspace),
        content="Hello",
        ai_content="Hello",
        generation_path=GenerationPath.values[0],
    )
    WorkspaceSettings.objects.filter(workspace=workspace).update(
        timezone="Europe/Berlin",
        company_name="Northfork Dental",
        service_description="We clean teeth.",
        notification_slack_channel_ids=["C0SALES1"],
        calendly_event_type_link="https://calendly.com/acme/intro",
        meeting_booking_provider="CALENDLY",
    )

    after = setup_progress(workspace.pk)

    keys = [
        "email-provider",
        "webhook",
        "company",
        "persona",
        "service",
        "calendar",
        "timezone",
        "slack",
        "first-draft",
    ]
    assert before == [(key, False) for key in keys]
    assert [(item.key, item.done) for item in after.items] == [(key, True) for key in keys]
    assert after.following is None


def test_list_is_shown_until_done_to_those_who_can_work_on_it(client: ZrgClient, workspace: Workspace) -> None:
    setter = MembershipFactory(workspace=workspace, role=MembershipRole.SETTER.value).user
    pages = (f"/?view=inbox&clientId={workspace.pk}", f"/w/{workspace.pk}/settings/ai")

    owners = [client.login_as(workspace.owner).get(page).content.decode() for page in pages]
    setters = [client.login_as(setter).get(page).content.decode() for page in pages]

    assert ["Set-up: 0 of 9 steps done" in html for html in owners] == [True, True]
    assert ["Set-up:" in html for html in setters] == [False, False]


def test_list_is_put_off_for_the_session_and_resumed(client: ZrgClient, workspace: Workspace) -> None:
    inbox = f"/?view=inbox&clientId={workspace.pk}"
    client.login_as(workspace.owner)

    left = client.post(url(workspace, "later"))
    quiet = client.get(inbox).content.decode()
    in_settings = client.get(f"/w/{workspace.pk}/settings/ai").content.decode()
    client.post(url(workspace, "again"))

    assert left["Location"] == inbox
    assert ("Set-up:" in quiet, "Set-up:" in in_settings) == (False, True)
    assert "Set-up:" in client.get(inbox).content.decode()


def test_time_zone_of_the_beginning_can_be_confirmed(client: ZrgClient, workspace: Workspace) -> None:
    manager = MembershipFactory(workspace=workspace, role=MembershipRole.INBOX_MANAGER.value).user

    refused = client.login_as(manager).post(url(workspace, "timezone"))
    open_before = [item.done for item in setup_progress(workspace.pk).items if item.key == "timezone"]
    client.login_as(workspace.owner).post(url(workspace, "timezone"))

    assert (refused.status_code, open_before) == (403, [False])
    assert [item.done for item in setup_progress(workspace.pk).items if item.key == "timezone"] == [True]
    assert AdminAuditEvent.objects.get().after == {"timezone": "America/New_York"}


def test_page_waits_for_the_first_call_and_says_when_it_came(client: ZrgClient, workspace: Workspace) -> None:
    client.login_as(workspace.owner)
    connection = ConnectionFactory(workspace=workspace, provider="SMARTLEAD", status="CONNECTED")

    waiting = client.get(url(workspace)).content.decode()
    Connection.objects.filter(pk=connection.pk).update(last_webhook_at="2026-03-02T13:05Z")
    came = client.get(url(workspace)).content.decode()

    assert 'hx-trigger="every 5s"' in waiting
    assert "Waiting for the first call." in waiting
    assert f"/api/webhooks/smartlead?clientId={workspace.pk}" in waiting
    assert "Waiting for the first call." not in came
    assert "2 Mar, 08:05</time>" in came
    assert "/api/webhooks/smartlead" not in came

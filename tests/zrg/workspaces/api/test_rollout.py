"""Turning the revision of drafts on, workspace by workspace."""

from typing import Any

import pytest

from tests.factories import PlatformGrantFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces.models import AdminAuditEvent, User, Workspace, WorkspaceSettings

pytestmark = pytest.mark.django_db

URL = "/api/admin/rollout/autosend-revision"
ROOT = "root@platform.example"


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


def post(client: ZrgClient, person: User, **body: Any) -> Any:
    return client.login_as(person).post(URL, body, content_type="application/json")


def enabled(workspace: Workspace) -> bool:
    return WorkspaceSettings.objects.get(workspace=workspace).auto_send_revision_enabled


def test_super_admin_turns_it_on_with_a_reason(client: ZrgClient, workspace: Workspace, settings: Any) -> None:
    settings.SUPER_ADMIN_EMAILS = {ROOT}
    root = UserFactory(email=ROOT)

    silent = post(client, root, clientId=str(workspace.pk), enabled=True, reason=" ")
    wordy = post(client, root, clientId=str(workspace.pk), enabled="yes", reason="First workspace")
    before = enabled(workspace)
    done = post(client, root, clientId=str(workspace.pk), enabled=True, reason="First workspace")

    event = AdminAuditEvent.objects.get()
    assert (silent.status_code, wordy.status_code, before) == (422, 422, False)
    assert (done.status_code, done.json()) == (200, {"clientId": str(workspace.pk), "enabled": True})
    assert enabled(workspace) is True
    assert (event.action, event.reason, event.after) == (
        "settings.changed",
        "First workspace",
        {"auto_send_revision_enabled": True},
    )


@pytest.mark.parametrize("who", ["owner", "global admin"])
def test_hard_06_revision_super_admin_only_in_the_rollout(client: ZrgClient, workspace: Workspace, who: str) -> None:
    person = workspace.owner if who == "owner" else PlatformGrantFactory().user

    response = post(client, person, clientId=str(workspace.pk), enabled=True, reason="Please")

    event = AdminAuditEvent.objects.get()
    assert (response.status_code, response.json()["error"]) == (403, "forbidden")
    assert (event.action, event.actor, event.after) == (
        "settings.refused",
        person,
        {"fields": ["auto_send_revision_enabled"]},
    )
    assert enabled(workspace) is False


@pytest.mark.parametrize("target", ["foreign", "none"])
def test_other_workspaces_do_not_exist(client: ZrgClient, workspace: Workspace, target: str) -> None:
    other = WorkspaceFactory().pk if target == "foreign" else "nonsense"

    assert post(client, workspace.owner, clientId=str(other), enabled=True, reason="x").status_code == 404
    assert not AdminAuditEvent.objects.exists()


def test_unknown_fields_and_visitors_are_refused(client: ZrgClient, workspace: Workspace) -> None:
    assert client.post(URL, {}, content_type="application/json").status_code == 401
    assert post(client, workspace.owner, clientId=str(workspace.pk), model="gpt-5.2").status_code == 400

"""The first day: who may make a workspace, what it begins with, and where the page leads."""

import pytest

from tests.factories import PlatformGrantFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces.models import AdminAuditEvent, User, Workspace

pytestmark = pytest.mark.django_db

FORM = {"name": "  Northfork   Dental ", "company_name": "Northfork Dental GmbH", "timezone": "Europe/Berlin"}


@pytest.fixture
def founder() -> User:
    return PlatformGrantFactory().user


def test_empty_installation_leads_to_the_first_workspace(client: ZrgClient, founder: User) -> None:
    client.login_as(founder)

    home = client.get("/").content.decode()
    page = client.get("/workspaces/new")
    made = client.post("/workspaces/new", FORM)

    workspace = Workspace.objects.get()
    setup = client.get(made["Location"]).content.decode()
    assert 'href="/workspaces/new"' in home
    assert (page.status_code, made.status_code) == (200, 302)
    assert made["Location"] == f"/w/{workspace.pk}/settings/general/setup"
    assert (workspace.name, workspace.owner) == ("Northfork Dental", founder)
    assert (workspace.settings.company_name, workspace.settings.timezone) == ("Northfork Dental GmbH", "Europe/Berlin")
    assert "2 of 9 steps are done" in setup
    assert [event.action for event in AdminAuditEvent.objects.all()] == ["workspace.created"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"name": "   "}, 422), ({"timezone": "Mars/Olympus"}, 422), ({"owner": "me"}, 400)],
    ids=["no name", "no zone", "unknown field"],
)
def test_wrong_values_make_nothing(client: ZrgClient, founder: User, changes: dict[str, str], status: int) -> None:
    response = client.login_as(founder).post("/workspaces/new", FORM | changes)

    assert response.status_code == status
    assert Workspace.objects.count() == AdminAuditEvent.objects.count() == 0


def test_a_form_sent_twice_makes_one(client: ZrgClient, founder: User) -> None:
    client.login_as(founder)

    answers = [client.post("/workspaces/new", FORM).status_code for _ in range(2)]

    assert answers == [302, 409]
    assert Workspace.objects.count() == 1


def test_others_make_none(client: ZrgClient) -> None:
    owner = WorkspaceFactory().owner

    refused = [client.login_as(person).post("/workspaces/new", FORM).status_code for person in (owner, UserFactory())]
    home = client.get("/").content.decode()

    assert refused == [403, 403]
    assert "/workspaces/new" not in home
    assert Workspace.objects.count() == 1

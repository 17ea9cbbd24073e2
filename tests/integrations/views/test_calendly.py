"""Calendly in the settings: a token is asked before it is kept, its subscription repaired and removed."""

import re

import pytest

from integrations.calendly import simulator as calendly
from integrations.models import Connection
from integrations.services.secrets import read_secrets
from tests.factories import WorkspaceFactory
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner).step_up()


def url(workspace: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/integrations/calendly", *parts])


def save(client: ZrgClient, workspace: Workspace, token: str) -> object:
    html = client.get(url(workspace)).content.decode()
    version = re.search(r'name="version" value="(\w+)"', html)
    assert version is not None
    return client.post(url(workspace), {"version": version.group(1), "access_token": token})


def subscriptions(simulator: RunningSimulator, method: str) -> int:
    return len(simulator.requests("calendly", "/webhook_subscriptions*", method=method))


def test_refused_token_is_not_kept(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    response = save(owner, workspace, "not-the-right-token")

    assert response.status_code == 422  # type: ignore[attr-defined]
    assert "Calendly refused the token" in response.content.decode()  # type: ignore[attr-defined]
    assert not Connection.objects.exists()


def test_calendly_that_does_not_answer_keeps_nothing(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    simulator.script("calendly", "/users/me", times=9, status=503, body={})

    response = save(owner, workspace, calendly.DEMO_TOKEN)

    assert response.status_code == 503  # type: ignore[attr-defined]
    assert "Calendly could not be asked" in response.content.decode()  # type: ignore[attr-defined]
    assert not Connection.objects.exists()


def test_saving_again_from_the_same_page_is_no_conflict_with_the_subscription(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    first = save(owner, workspace, calendly.DEMO_TOKEN)
    html = owner.get(url(workspace)).content.decode()
    version = re.search(r'name="version" value="(\w+)"', html)
    drain()
    again = owner.post(url(workspace), {"version": version.group(1), "access_token": calendly.DEMO_TOKEN})  # type: ignore[union-attr]

    row = Connection.objects.get()
    assert [first.status_code, again.status_code] == [302, 302]  # type: ignore[attr-defined]
    assert "Calendly does not call us yet" in html
    assert set(read_secrets(row)) == {"access_token", "webhook_signing_key"}
    assert "Calendly does not call us yet" not in owner.get(url(workspace)).content.decode()


def test_repair_makes_the_subscription(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    save(owner, workspace, calendly.DEMO_TOKEN)

    page = owner.post(url(workspace, "repair"), follow=True).content.decode()

    assert "Calendly calls this workspace about bookings." in page
    assert subscriptions(simulator, "POST") == 1
    assert "webhook_signing_key" in read_secrets(Connection.objects.get())


def test_disconnecting_removes_the_subscription_and_forgets_all(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    save(owner, workspace, calendly.DEMO_TOKEN)
    owner.post(url(workspace, "repair"))

    owner.post(url(workspace, "disconnection"))

    row = Connection.objects.get()
    assert (row.is_active, row.secrets, row.config) == (False, "", {})
    assert subscriptions(simulator, "DELETE") == 1

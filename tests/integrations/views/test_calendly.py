"""Calendly in the settings: a token is asked before it is kept, its subscription repaired and removed."""

from typing import Any

import pytest

from integrations.calendly import simulator as calendly
from integrations.models import Connection
from integrations.services.secrets import read_secrets
from tests.integrations.views.conftest import save, typed, url
from tests.support.client import ZrgClient
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.django_db


def connect(client: ZrgClient, workspace: Workspace, token: str = calendly.DEMO_TOKEN) -> Any:
    return save(client, workspace, "calendly", access_token=token)


def subscriptions(simulator: RunningSimulator, method: str) -> int:
    return len(simulator.requests("calendly", "/webhook_subscriptions*", method=method))


def test_refused_token_is_not_kept(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    response = connect(owner, workspace, "not-the-right-token")

    assert response.status_code == 422
    assert "Calendly refused the token" in response.content.decode()
    assert not Connection.objects.exists()


def test_calendly_that_does_not_answer_keeps_nothing(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    simulator.script("calendly", "/users/me", times=9, status=503, body={})

    response = connect(owner, workspace)

    assert response.status_code == 503
    assert "Calendly could not be asked" in response.content.decode()
    assert not Connection.objects.exists()


def test_saving_again_from_the_same_page_is_no_conflict_with_the_subscription(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    first = connect(owner, workspace)
    html = owner.get(url(workspace, "calendly")).content.decode()
    form = typed(owner, workspace, "calendly", access_token=calendly.DEMO_TOKEN)
    drain()
    again = owner.post(url(workspace, "calendly"), form)

    row = Connection.objects.get()
    assert [first.status_code, again.status_code] == [302, 302]
    assert "Calendly does not call us yet" in html
    assert set(read_secrets(row)) == {"access_token", "webhook_signing_key"}
    assert "Calendly does not call us yet" not in owner.get(url(workspace, "calendly")).content.decode()


def test_repair_makes_the_subscription(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    connect(owner, workspace)

    page = owner.post(url(workspace, "calendly", "repair"), follow=True).content.decode()

    assert "Calendly calls this workspace about bookings." in page
    assert subscriptions(simulator, "POST") == 1
    assert "webhook_signing_key" in read_secrets(Connection.objects.get())


def test_disconnecting_removes_the_subscription_and_forgets_all(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    connect(owner, workspace)
    owner.post(url(workspace, "calendly", "repair"))

    owner.post(url(workspace, "calendly", "disconnection"))

    row = Connection.objects.get()
    assert (row.is_active, row.secrets, row.config) == (False, "", {})
    assert subscriptions(simulator, "DELETE") == 1

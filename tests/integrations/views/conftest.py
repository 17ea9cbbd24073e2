"""The settings of a workspace, opened by its owner."""

import re
from typing import Any

import pytest

from tests.factories import WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces.models import Workspace

SECRET = "hook-5b1e9c3a7d2f4e68"


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner).step_up()


def url(workspace: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/integrations", *parts])


def typed(client: ZrgClient, workspace: Workspace, key: str = "emailbison", **values: Any) -> dict[str, Any]:
    """What the form of the page sends, with these values typed."""
    html = client.get(url(workspace, key)).content.decode()
    version = re.search(r'name="version" value="([0-9a-f]+)"', html)
    assert version is not None
    return {"version": version.group(1), **values}


def save(client: ZrgClient, workspace: Workspace, key: str = "emailbison", **values: Any) -> Any:
    return client.post(url(workspace, key), typed(client, workspace, key, **values))

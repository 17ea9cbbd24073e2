"""Rows of data the measurements share."""

from uuid import uuid4

from zrg.workspaces.context import platform
from zrg.workspaces.models import User, Workspace, WorkspaceSettings


def make_workspaces(count: int) -> list[Workspace]:
    """Active workspaces with settings, of one owner."""
    with platform():
        owner = User.objects.create(email=f"{uuid4().hex}@bench.example")
        workspaces = [Workspace.objects.create(name=f"Bench {number}", owner=owner) for number in range(count)]
        for workspace in workspaces:
            WorkspaceSettings.objects.create(workspace=workspace)
    return workspaces

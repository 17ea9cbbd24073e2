"""What several commands take: the workspace they are about, and numbers that make sense."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from uuid import UUID

from django.core.management.base import CommandError

from zrg.lib.text import read_number
from zrg.workspaces.context import tenant
from zrg.workspaces.models import Workspace, WorkspaceSettings


def from_one(text: str) -> int:
    """A whole number from 1."""
    number = read_number(text)
    if not number:
        raise ArgumentTypeError("a whole number from 1 is needed")
    return number


def whole_number(most: int) -> Callable[[str], int]:
    """A type for numbers from 1 to `most`."""

    def read(text: str) -> int:
        number = from_one(text)
        if number > most:
            raise ArgumentTypeError(f"a whole number from 1 to {most} is needed")
        return number

    return read


def settings_of(workspace_id: UUID) -> WorkspaceSettings:
    """The settings of the workspace named on the command line; one line and exit 1 when there is none."""
    row = WorkspaceSettings.objects.select_related("workspace").filter(workspace_id=workspace_id).first()
    if row is None:
        raise CommandError(f"No workspace has the id {workspace_id}.")
    return row


def check_workspace(workspace_id: UUID) -> None:
    """Refuse an id nobody has, which would be an empty workspace otherwise."""
    with tenant(workspace_id):
        if not Workspace.objects.filter(pk=workspace_id).exists():
            raise CommandError("No such workspace")

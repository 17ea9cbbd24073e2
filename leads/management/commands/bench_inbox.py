"""Fill workspaces with many believable leads, for measuring lists, counts and search at size."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone

from leads.registry import sample_fillers
from leads.services.sample import fill_workspace
from zrg.workspaces.context import platform
from zrg.workspaces.models import Membership, User, Workspace, WorkspaceSettings

OWNER_EMAIL = "bench@zrg.invalid"
SETTERS = 3


class Command(BaseCommand):
    """`bench_inbox --leads 1000000 [--workspaces 1] [--name Bench] [--parallel 1]`; a repeat adds only what is
    missing.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """How many, where, and what the apps above add."""
        parser.add_argument("--leads", type=int, required=True, help="leads in each workspace")
        parser.add_argument("--workspaces", type=int, default=1)
        parser.add_argument("--name", default="Bench", help="beginning of the workspaces' names")
        parser.add_argument("--parallel", type=int, default=1, help="connections that add leads side by side")
        for name in sample_fillers():
            parser.add_argument(f"--{name}", action="store_true", help=f"add {name} too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the workspaces, fill them, print their ids."""
        for number in range(1, options["workspaces"] + 1):
            workspace, setters = _workspace(f"{options['name']} {options['leads']} {number}")
            self._add_leads(workspace, setters, options["leads"], parallel=options["parallel"])
            for name, fill in sample_fillers().items():
                if options[name]:
                    fill(workspace.pk, options["leads"])
            self.stdout.write(str(workspace.pk))

    def _add_leads(self, workspace: Workspace, setters: list[UUID], leads: int, *, parallel: int) -> None:
        """Each connection adds a part of the numbers; a single one is the command's own."""
        now = timezone.now()

        def add(part: tuple[int, int]) -> None:
            for done in fill_workspace(workspace.pk, part[1], now=now, setters=setters, first=part[0]):
                self.stderr.write(f"{workspace.name}: lead {done}")
            if parallel > 1:
                connection.close()

        if parallel == 1:
            add((1, leads))
            return
        with ThreadPoolExecutor(parallel) as pool:
            list(pool.map(add, _parts(leads, parallel)))


def _parts(leads: int, parallel: int) -> list[tuple[int, int]]:
    """First and last number of each connection's share."""
    size = max(-(-leads // parallel), 1)
    return [(first, min(first + size - 1, leads)) for first in range(1, leads + 1, size)]


def _workspace(name: str) -> tuple[Workspace, list[Any]]:
    """The workspace of this name with its people; setters own a share of the leads that wrote."""
    with platform():
        owner = _user(OWNER_EMAIL)
        workspace, _ = Workspace.objects.get_or_create(name=name, owner=owner, defaults={"is_synthetic": True})
        WorkspaceSettings.objects.get_or_create(workspace=workspace)
        setters = [_user(f"bench-setter-{number}@zrg.invalid") for number in range(1, SETTERS + 1)]
        for setter in setters:
            Membership.objects.get_or_create(workspace=workspace, user=setter, defaults={"role": "SETTER"})
    return workspace, [setter.pk for setter in setters]


def _user(email: str) -> User:
    user, _ = User.objects.get_or_create(email=email, defaults={"display_name": email.partition("@")[0]})
    return user

"""Derive times, channels and flags of leads from their rows again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leads.services.rollups import rebuild_workspace
from leads.services.walking import chosen_workspaces


class Command(BaseCommand):
    """`rebuild_rollups [--workspace ID]`; may be stopped and repeated at any time."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Which workspaces."""
        parser.add_argument("--workspace", help="id of one workspace; without it all that are not deleted")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per workspace."""
        for workspace_id in chosen_workspaces(options["workspace"]):
            seen, repaired = rebuild_workspace(workspace_id)
            self.stdout.write(f"{workspace_id}: {seen} leads, {repaired} repaired")

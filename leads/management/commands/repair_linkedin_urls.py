"""Bring LinkedIn addresses of leads to their one form."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leads.services.repairs import repair_linkedin_urls
from leads.services.walking import chosen_workspaces


class Command(BaseCommand):
    """`repair_linkedin_urls [--workspace ID] [--dry-run]`; a profile another lead has becomes a conflict."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Which workspaces, and whether to write."""
        parser.add_argument("--workspace", help="id of one workspace; without it all that are not deleted")
        parser.add_argument("--dry-run", action="store_true", help="count, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per workspace."""
        for workspace_id in chosen_workspaces(options["workspace"]):
            seen, changed = repair_linkedin_urls(workspace_id, dry_run=options["dry_run"])
            self.stdout.write(f"{workspace_id}: {seen} addresses, {changed} repaired")

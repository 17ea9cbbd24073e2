"""Resolve national numbers again, for instance after time zones or states of leads became known."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leads.services.repairs import normalize_phones
from leads.services.walking import chosen_workspaces


class Command(BaseCommand):
    """`normalize_phones [--workspace ID] [--dry-run]`; numbers with a country stay as they are."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Which workspaces, and whether to write."""
        parser.add_argument("--workspace", help="id of one workspace; without it all that are not deleted")
        parser.add_argument("--dry-run", action="store_true", help="count, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per workspace."""
        for workspace_id in chosen_workspaces(options["workspace"]):
            seen, changed = normalize_phones(workspace_id, dry_run=options["dry_run"])
            self.stdout.write(f"{workspace_id}: {seen} national numbers, {changed} resolved")

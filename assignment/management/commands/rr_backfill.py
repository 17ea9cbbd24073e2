"""Give waiting positive leads of a workspace to setters, newest reply first."""

import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assignment.management.arguments import settings_of, whole_number
from assignment.services.backfilling import LIMIT, MAX_LIMIT, backfill_assignments, is_backfilling
from zrg.workspaces.context import tenant


class Command(BaseCommand):
    """`rr_backfill --workspace ID [--dry-run] [--limit 500]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, how many, for real or not."""
        parser.add_argument("--workspace", required=True, type=UUID)
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--limit", type=whole_number(MAX_LIMIT), default=LIMIT)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the result as JSON."""
        workspace_id = options["workspace"]
        with tenant(workspace_id):
            settings_of(workspace_id)
            if not options["dry_run"] and is_backfilling(workspace_id):
                raise CommandError("A backfill of this workspace is waiting or running.")
        run = backfill_assignments(workspace_id, dry_run=options["dry_run"], limit=options["limit"])
        self.stdout.write(json.dumps(run.as_json(), indent=1))
        if run.errors:
            raise CommandError(f"{run.errors} leads could not be assigned; run it again.")

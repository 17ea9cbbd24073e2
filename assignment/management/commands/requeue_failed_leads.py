"""Give failed leads of a workspace another first attempt."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from assignment.management.arguments import check_workspace
from assignment.services.routing.acting import MAX_REQUEUED, failed_leads, requeue
from zrg.workspaces.context import tenant


class Command(BaseCommand):
    """`requeue_failed_leads --workspace ID [--code CODE] [--dry-run]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and why they failed."""
        parser.add_argument("--workspace", required=True, type=UUID)
        parser.add_argument("--code", help="only these; otherwise all but those given up by a person or returned")
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """At most 1,000 per run, the newest first."""
        check_workspace(options["workspace"])
        with tenant(options["workspace"]):
            if options["dry_run"]:
                found = failed_leads(options["workspace"], options["code"])
                self.stdout.write(f"would requeue={min(found.count(), MAX_REQUEUED)}")
                return
            done = requeue(options["workspace"], by="command", code=options["code"])
        self.stdout.write(f"requeued={done}")

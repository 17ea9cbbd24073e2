"""Give failed leads of a workspace another first attempt."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from assignment.services.routing.acting import requeue
from leads.models import Lead
from zrg.workspaces.context import tenant


class Command(BaseCommand):
    """`requeue_failed_leads --workspace ID [--code CODE] [--dry-run]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and why they failed."""
        parser.add_argument("--workspace", required=True, type=UUID)
        parser.add_argument("--code", default="no_matching_rule")
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """At most 1,000 per run, the newest first."""
        with tenant(options["workspace"]):
            if options["dry_run"]:
                failed = Lead.objects.in_workspace(options["workspace"]).filter(routing_status="failed")
                self.stdout.write(f"would requeue={failed.filter(routing_error_code=options['code']).count()}")
                return
            done = requeue(options["workspace"], by="command", code=options["code"])
        self.stdout.write(f"requeued={done}")

"""Route waiting leads now, without waiting for the clock."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from assignment.contracts import BatchResult
from assignment.management.arguments import check_workspace, from_one
from assignment.services.routing.batch import route_batch
from assignment.services.routing.running import workspaces_with_work


class Command(BaseCommand):
    """`route_leads [--workspace ID] [--limit N] [--batch-size N] [--dry-run]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, how many, in which steps."""
        parser.add_argument("--workspace", type=UUID)
        parser.add_argument("--limit", type=from_one, default=100_000)
        parser.add_argument("--batch-size", type=from_one, default=500)
        parser.add_argument("--dry-run", action="store_true", help="only say how many wait")

    def handle(self, *args: Any, **options: Any) -> None:
        """Batches per workspace until nothing is claimable."""
        if options["workspace"]:
            check_workspace(options["workspace"])
        waiting = [
            one for one in workspaces_with_work() if one.first_pass and options["workspace"] in (None, one.workspace_id)
        ]
        if options["dry_run"]:
            for one in waiting:
                self.stdout.write(f"{one.workspace_id} {one.first_pass} since {one.oldest:%Y-%m-%d %H:%M}")
            return
        total, left = BatchResult(), options["limit"]
        for one in waiting:
            while left > 0:
                done = route_batch(one.workspace_id, limit=min(options["batch_size"], left))
                total.add(done)
                left -= done.claimed
                if not done.claimed:
                    break
        answer = total.as_json()
        self.stdout.write(
            " ".join(f"{name}={answer[name]}" for name in ("claimed", "settled", "retry", "deferred", "failed"))
        )

"""Route leads whose next attempt is due."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from assignment.management.arguments import from_one
from assignment.services.routing.running import process_retry_queue


class Command(BaseCommand):
    """`process_routing_queue [--limit 100] [--all]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """One pass, or until nothing is due."""
        parser.add_argument("--limit", type=from_one, default=100)
        parser.add_argument("--all", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what became of them."""
        done = process_retry_queue(None if options["all"] else options["limit"])
        self.stdout.write(" ".join(f"{name}={done[name]}" for name in ("processed", "succeeded", "failed", "deferred")))

"""Work the queues off in this process: when Redis and beat are down, or to watch it happen."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zrg.jobs.services import engine


class Command(BaseCommand):
    help = "Drain inbound calls and jobs. Repeats until nothing is due, or sweeps once with --once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one sweep, even if work remains")
        parser.add_argument("--budget-ms", type=int, default=None, help="time of one sweep")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            stats = engine.drain(options["budget_ms"]).as_dict()
            self.stdout.write(json.dumps(stats))
            handled = stats["jobs"]["claimed"] + stats["webhook_events"]["claimed"]
            if options["once"] or not stats["remaining_due"] or not handled:
                return

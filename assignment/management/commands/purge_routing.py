"""Remove logs, closed rows of the queue and counters past their time."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from assignment.models import RoutingCounter, RoutingLog, RoutingQueueEntry
from assignment.services.routing.running import purge_routing
from zrg.workspaces.context import platform

# The row of a counter that is never removed.
LIFETIME = date(1, 1, 1)


class Command(BaseCommand):
    """`purge_routing [--dry-run]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Only count."""
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many of each."""
        if options["dry_run"]:
            now = timezone.now()
            with platform():
                logs = RoutingLog.objects.filter(created_at__lt=now - timedelta(days=90)).count()
                queue = RoutingQueueEntry.objects.filter(processed_at__lt=now - timedelta(days=14)).count()
                days = RoutingCounter.objects.exclude(day=LIFETIME)
                counters = days.filter(day__lt=(now - timedelta(days=400)).date()).count()
            self.stdout.write(f"would remove logs={logs} queue={queue} counters={counters}")
            return
        removed = purge_routing()
        self.stdout.write(" ".join(f"{name}={count}" for name, count in removed.items()))

"""How routing is: exit 0 healthy, 1 degraded, 2 critical."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from assignment.services.routing.health import broken_promises, get_routing_health
from zrg.workspaces.context import dispatch

EXIT = {"healthy": 0, "degraded": 1, "critical": 2}


class Command(BaseCommand):
    """`routing_health [--json]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """For programs."""
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the figures."""
        violations = len(broken_promises())
        with dispatch():
            health = get_routing_health(violations=violations)
        if options["json"]:
            self.stdout.write(json.dumps(health))
        else:
            for name, value in health.items():
                self.stdout.write(f"{name}: {value}")
        if EXIT[health["status"]]:
            sys.exit(EXIT[health["status"]])

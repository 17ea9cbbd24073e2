"""Ask for broken promises of routing; exit 1 with the rows when there are any."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from assignment.services.routing.health import broken_promises


class Command(BaseCommand):
    """`verify_routing`."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per broken promise."""
        found = broken_promises()
        for name, lead, detail in found:
            self.stdout.write(f"{name} {lead} {detail}")
        if found:
            sys.exit(1)
        self.stdout.write("All invariants hold.")

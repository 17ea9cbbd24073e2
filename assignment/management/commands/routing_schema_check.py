"""Whether everything routing needs is in the database; exit 1 with what is missing."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from assignment.services.routing.schema import missing_parts


class Command(BaseCommand):
    """`routing_schema_check`."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per missing part."""
        missing = missing_parts()
        for part in missing:
            self.stdout.write(f"missing: {part}")
        if missing:
            sys.exit(1)
        self.stdout.write("Functions, tables, policies, triggers, indexes and the generated column are there.")

"""Free leads whose worker did not come back."""

from typing import Any

from django.core.management.base import BaseCommand

from assignment.services.routing.running import cleanup_stale_locks


class Command(BaseCommand):
    """`release_stale_routing_locks`."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many."""
        self.stdout.write(f"released={cleanup_stale_locks()['released']}")

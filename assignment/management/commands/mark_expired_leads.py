"""End the wait of leads nobody took in time."""

from typing import Any

from django.core.management.base import BaseCommand

from assignment.services.routing.running import mark_expired


class Command(BaseCommand):
    """`mark_expired_leads`."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many."""
        self.stdout.write(f"expired={mark_expired()['expired']}")

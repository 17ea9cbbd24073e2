"""Free rows whose worker fell silent."""

from typing import Any

from django.core.management.base import BaseCommand

from zrg.jobs.services.leases import release_stale_locks


class Command(BaseCommand):
    help = "Return stale RUNNING calls and jobs to the queue (or to FAILED after their last attempt)."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, released in release_stale_locks().items():
            self.stdout.write(f"{name}: {released} released")

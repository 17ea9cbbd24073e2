"""Write the registered schedules into the clock's tables; run at every deploy."""

from typing import Any

from django.core.management.base import BaseCommand

from zrg.jobs.services.schedules import sync_schedules


class Command(BaseCommand):
    help = "Create, update and disable beat entries; cadences changed by hand survive."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = sync_schedules()
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))

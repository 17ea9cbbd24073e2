"""Print docs/flows.md: every announced event with its receivers, from the registry."""

from typing import Any

from django.core.management.base import BaseCommand

from zrg.jobs.services.flows import render_flows


class Command(BaseCommand):
    help = "Print the table of events and receivers (redirect it into docs/flows.md)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(render_flows(), ending="")

"""Look at every workspace's Calendly subscription; make those that are missing or lead elsewhere anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.calendly.subscription import ensure_calendly_webhook
from integrations.enums import Provider
from integrations.models import Connection
from zrg.workspaces.context import platform


class Command(BaseCommand):
    help = "Repair Calendly subscriptions and remove duplicates; exit status 1 when one could not be repaired."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        with platform():
            rows = Connection.objects.of(Provider.CALENDLY).active().select_related("workspace")
            names = {row.workspace_id: row.workspace.name for row in rows.order_by("workspace__name")}
        problems = 0
        for workspace_id, name in names.items():
            done = ensure_calendly_webhook(workspace_id, dry_run=options["dry_run"])
            problems += done.problem is not None
            why = f" ({done.problem.code}: {done.problem.message})" if done.problem else ""
            verb = "to remove" if options["dry_run"] else "removed"
            self.stdout.write(f"{name}: {done.state}, {done.removed} {verb}{why}")
        if problems:
            raise CommandError(f"{problems} of {len(names)} subscriptions could not be repaired")

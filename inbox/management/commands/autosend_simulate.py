"""`manage.py autosend_simulate --workspace <id> --days 30 --threshold 0.85`: what another threshold would have sent."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from inbox.services.autosend.figures import MAX_DAYS
from inbox.services.autosend.simulating import simulate
from leads.models.campaign import MAX_THRESHOLD, MIN_THRESHOLD
from zrg.workspaces.context import tenant
from zrg.workspaces.models import WorkspaceSettings


class Command(BaseCommand):
    help = "Print, by campaign, what another threshold would have sent of the judged drafts, and how those ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", type=UUID, required=True)
        parser.add_argument("--days", type=int, default=30)
        parser.add_argument("--threshold", type=float, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        workspace_id, days, threshold = options["workspace"], options["days"], options["threshold"]
        if not 1 <= days <= MAX_DAYS:
            raise CommandError(f"--days lies between 1 and {MAX_DAYS}.")
        if not MIN_THRESHOLD <= threshold <= MAX_THRESHOLD:
            raise CommandError(f"--threshold lies between {MIN_THRESHOLD} and {MAX_THRESHOLD}.")
        with tenant(workspace_id):
            if not WorkspaceSettings.objects.filter(workspace_id=workspace_id).exists():
                raise CommandError("No workspace with this id.")
            rows = simulate(workspace_id, since=timezone.now() - timedelta(days=days), threshold=threshold)
        for row in rows:
            self.stdout.write(
                f"{row.campaign}: judged {row.judged}, sent {row.sent}, at {threshold:.2f} {row.would_send} "
                f"(edited {row.edited}, rejected {row.rejected}), held back by rules {row.kept}"
            )
        total = sum(row.would_send for row in rows)
        self.stdout.write(f"{total} of {sum(row.judged for row in rows)} would be sent; nothing was written")

"""Whether the newest assignments of a workspace follow its sequence; exit 1 when they do not."""

import sys
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from assignment.management.arguments import settings_of, whole_number
from assignment.services.fairness import verify_rotation
from zrg.workspaces.context import tenant

MOST = 1_000


class Command(BaseCommand):
    """`rr_verify --workspace ID [--last 10]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, and how far back."""
        parser.add_argument("--workspace", required=True, type=UUID)
        parser.add_argument("--last", type=whole_number(MOST), default=10)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the events oldest first, shares, and what is wrong."""
        with tenant(options["workspace"]):
            settings_of(options["workspace"])
            found = verify_rotation(options["workspace"], options["last"])
        emails = {one.assigned_to_id: one.assigned_to.email for one in found.events if one.assigned_to}
        for one in found.events:
            who = emails.get(one.assigned_to_id, "-")
            self.stdout.write(
                f"{one.created_at:%Y-%m-%d %H:%M:%S} {one.pointer_before}->{one.pointer_after} {who}"
                f" {one.channel or 'unknown'} {one.source}"
            )
        for user_id, count in found.shares.items():
            self.stdout.write(f"{emails[user_id]}: {count}")
        self.stdout.write(
            f"out of sequence: {found.breaks}, to somebody else: {found.misplaced},"
            f" not by e-mail although e-mail only: {found.off_channel}"
        )
        if found.breaks or found.misplaced or found.off_channel:
            sys.exit(1)

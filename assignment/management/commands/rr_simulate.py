"""Who would get the next leads of a workspace; changes nothing."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from assignment.management.arguments import settings_of, whole_number
from assignment.rules.rotation import next_turns
from assignment.services.rotation import read_rotation
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User

MOST = 10_000


class Command(BaseCommand):
    """`rr_simulate --workspace ID [--count 20]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where, and how far ahead."""
        parser.add_argument("--workspace", required=True, type=UUID)
        parser.add_argument("--count", type=whole_number(MOST), default=20)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per lead, then the totals."""
        with tenant(options["workspace"]):
            row = settings_of(options["workspace"])
            turns = next_turns(read_rotation(row, timezone.now()), options["count"])
            emails = dict(User.objects.filter(pk__in=turns).values_list("pk", "email"))
        for number, one in enumerate(turns, start=1):
            self.stdout.write(f"{number}. {emails[one]}")
        for one, count in Counter(turns).most_common():
            self.stdout.write(f"{emails[one]}: {count}")
        if not turns:
            self.stdout.write("Nobody can receive leads.")

"""Write the derived grants of all people anew, or check that they are right."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zrg.workspaces.context import JOB_TIMEOUT_MS, platform
from zrg.workspaces.models import User
from zrg.workspaces.services.grants import sync_all, sync_staff


class Command(BaseCommand):
    help = "Renew the guardian rows and staff flags; --check only reports and exits 1 on a difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Report differences, write nothing.")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        with platform(timeout_ms=JOB_TIMEOUT_MS):
            drifts = sync_all(repair=not check)
            if not check:
                for user in User.objects.iterator():
                    sync_staff(user)
        for drift in drifts:
            self.stdout.write(
                f"{drift.email} in {drift.workspace}: "
                f"missing {', '.join(drift.missing) or '–'}; surplus {', '.join(drift.surplus) or '–'}"
            )
        if check and drifts:
            raise CommandError(f"{len(drifts)} differences", returncode=1)
        self.stdout.write(f"{len(drifts)} differences {'found' if check else 'repaired'}")

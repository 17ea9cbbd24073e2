"""Row security of every tenant table, as the database has it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zrg.workspaces.services.row_security import report


class Command(BaseCommand):
    help = "Print table, enabled, forced, policies and first index column; exits 1 when a table is open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="Print only tables at fault.")

    def handle(self, *args: Any, quiet: bool, **options: Any) -> None:
        lines = report()
        for line in lines:
            if quiet and line.is_closed:
                continue
            self.stdout.write(
                f"{line.table:44} enabled={_word(line.enabled)} forced={_word(line.forced)} "
                f"index={_word(line.indexed)} policies={','.join(line.policies) or '–'}"
            )
        faults = [line for line in lines if not line.is_closed]
        if faults:
            raise CommandError(f"{len(faults)} tables are open", returncode=1)
        self.stdout.write(f"{len(lines)} tables, all closed")


def _word(value: bool) -> str:
    return "yes" if value else "NO"

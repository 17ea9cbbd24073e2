"""Where leads would go, without moving them."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assignment.management.arguments import from_one
from assignment.services.routing.explaining import simulate, simulate_recent
from zrg.lib.errors import ZrgError
from zrg.workspaces.context import tenant


class Command(BaseCommand):
    """`simulate_routing --workspace ID (--lead ID | --facts FILE | --recent 200)`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """One of three questions."""
        parser.add_argument("--workspace", required=True, type=UUID)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--lead", type=UUID)
        which.add_argument("--facts", type=Path, help="a JSON file with facts or columns of a lead")
        which.add_argument("--recent", type=from_one)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the answer as JSON."""
        facts = _read(options["facts"]) if options["facts"] else None
        try:
            with tenant(options["workspace"]):
                if options["recent"] is not None:
                    answer = simulate_recent(options["workspace"], count=options["recent"])
                else:
                    answer = simulate(options["workspace"], lead_id=options["lead"], facts=facts)
        except ZrgError as error:
            raise CommandError(f"{error} {error.data.get('field', '')}".strip()) from error
        self.stdout.write(json.dumps(answer, indent=1))


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError, RecursionError) as error:
        raise CommandError(f"Cannot read {path}: {type(error).__name__}") from error

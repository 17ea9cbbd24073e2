"""Where leads would go, without moving them."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from assignment.services.routing.explaining import simulate, simulate_recent
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
        which.add_argument("--recent", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the answer as JSON."""
        facts = json.loads(options["facts"].read_text()) if options["facts"] else None
        with tenant(options["workspace"]):
            if options["recent"] is not None:
                answer = simulate_recent(options["workspace"], count=options["recent"])
            else:
                answer = simulate(options["workspace"], lead_id=options["lead"], facts=facts)
        self.stdout.write(json.dumps(answer, indent=1))

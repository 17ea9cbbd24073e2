"""Ask Clay about positive leads whose phone or LinkedIn profile is missing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leads.services.enriching import enrich_batch
from leads.services.walking import chosen_workspaces

DEFAULT_LIMIT = 200


class Command(BaseCommand):
    """`enrich_leads --workspace ID [--limit N]`; what was asked before is never asked again."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Which workspace, and how many leads at most."""
        parser.add_argument("--workspace", required=True, help="id of the workspace")
        parser.add_argument("--limit", type=int, default=DEFAULT_LIMIT, help=f"leads at most ({DEFAULT_LIMIT})")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line with the count."""
        for workspace_id in chosen_workspaces(options["workspace"]):
            asked = enrich_batch(workspace_id, limit=max(0, options["limit"]))
            self.stdout.write(f"{workspace_id}: {asked} leads are looked up")

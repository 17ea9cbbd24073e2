"""Write logs, attributions and the queue to files, before routing is taken out."""

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from assignment.going_back import EXPORTED
from assignment.models import LeadAttribution, RoutingLog, RoutingQueueEntry
from zrg.lib.csv_files import safe_cell
from zrg.workspaces.context import platform
from zrg.workspaces.services.audit import record_audit

MODELS = {"logs": RoutingLog, "attributions": LeadAttribution, "queue": RoutingQueueEntry}
ROWS_AT_ONCE = 2_000


class Command(BaseCommand):
    """`routing_export --out FOLDER`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("--out", required=True, type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """One CSV file per table."""
        options["out"].mkdir(parents=True, exist_ok=True)
        counts = {}
        for name, model in MODELS.items():
            columns = [field.attname for field in model._meta.concrete_fields]
            path = options["out"] / f"routing-{name}.csv"
            with path.open("w", newline="") as file, platform(timeout_ms=0):
                writer = csv.writer(file)
                writer.writerow(columns)
                count = 0
                for row in model._default_manager.order_by("pk").values_list(*columns).iterator(ROWS_AT_ONCE):
                    writer.writerow([safe_cell(str(value)) if value is not None else "" for value in row])
                    count += 1
            counts[name] = count
            self.stdout.write(f"{path}: {count}")
        # What going back asks for.
        with platform():
            record_audit(EXPORTED, actor=None, workspace=None, object_type="routing", after=counts)

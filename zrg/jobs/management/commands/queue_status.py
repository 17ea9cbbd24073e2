"""How the queues stand; exit status 1 when an alert holds."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zrg.jobs.services.alerts import current_alerts
from zrg.jobs.services.queue_state import queue_report


class Command(BaseCommand):
    help = "Due, running, failed and the age of the oldest, per queue; last run per schedule."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        report = queue_report()
        alerts = current_alerts()
        if options["json"]:
            body = {**report, "alerts": [{"kind": alert.kind, "text": alert.text} for alert in alerts]}
            self.stdout.write(json.dumps(body, default=str))
        else:
            self._write(report)
            for alert in alerts:
                self.stdout.write(self.style.ERROR(f"ALERT {alert.kind}: {alert.text}"))
        if alerts:
            sys.exit(1)

    def _write(self, report: dict[str, Any]) -> None:
        for name in ("webhook_events", "jobs"):
            row = report[name]
            self.stdout.write(
                f"{name}: {row['due']} due, {row['running']} running, {row['failed_24h']} failed in 24 h,"
                f" oldest due {row['oldest_due_seconds']} s"
            )
        for row in report["schedules"]:
            self.stdout.write(f"{row['job']}: last good run {row['last_good_at'] or 'never'} ({row['last_status']})")

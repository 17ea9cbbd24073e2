"""`manage.py reclean_bodies --since 2026-03-01`: bodies again from the raw parts, after a change of the cleaning."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from inbox.models import Message, MessageRaw
from inbox.rules.cleaning import clean_email
from zrg.workspaces.context import dispatch, tenant
from zrg.workspaces.models import Workspace

BATCH = 500


class Command(BaseCommand):
    help = "Clean stored e-mails again from their raw parts; prints how many bodies changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", required=True, type=datetime.fromisoformat)
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        since = options["since"].replace(tzinfo=options["since"].tzinfo or UTC)
        with dispatch():
            workspaces = list(Workspace.objects.values_list("pk", flat=True))
        changed = sum(self._reclean(workspace, since, options["dry_run"]) for workspace in workspaces)
        self.stdout.write(f"{changed} bodies {'would change' if options['dry_run'] else 'changed'}.")

    def _reclean(self, workspace: Any, since: datetime, dry_run: bool) -> int:
        changed, last = 0, None
        while True:
            with tenant(workspace):
                rows = MessageRaw.objects.in_workspace(workspace).filter(message__created_at__gte=since)
                if last is not None:
                    rows = rows.filter(pk__gt=last)
                batch = list(rows.select_related("message").order_by("pk")[:BATCH])
                for raw in batch:
                    body = clean_email(raw.raw_html, raw.raw_text).body
                    if body != raw.message.body and raw.message.source != "bounce":
                        changed += 1
                        if not dry_run:
                            Message.objects.filter(pk=raw.message_id).update(body=body)
            if len(batch) < BATCH:
                return changed
            last = batch[-1].pk

"""Bring dead inbound calls back, and unrouted ones that have a workspace by now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.dateparse import parse_datetime

from zrg.jobs.enums import EventStatus, Provider
from zrg.jobs.models import WebhookEvent
from zrg.jobs.services.replaying import REPLAY_LIMIT, replay_events
from zrg.workspaces.context import platform


class Command(BaseCommand):
    help = "Put FAILED calls, or UNROUTED ones with a workspace, back to PENDING with attempts 0; oldest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--status", choices=[EventStatus.FAILED, EventStatus.UNROUTED], default=EventStatus.FAILED)
        parser.add_argument("--provider", choices=Provider.values)
        parser.add_argument("--since", type=parse_datetime, help="ended at or after this ISO time")
        parser.add_argument("--limit", type=int, default=REPLAY_LIMIT)

    def handle(self, *args: Any, **options: Any) -> None:
        rows = WebhookEvent.objects.filter(status=options["status"])
        if options["provider"]:
            rows = rows.filter(provider=options["provider"])
        if options["since"]:
            rows = rows.filter(finished_at__gte=options["since"])
        with platform():
            ids = list(rows.order_by("finished_at").values_list("pk", flat=True)[: options["limit"]])
            count = replay_events(ids, by="command:replay_webhooks")
        self.stdout.write(f"{count} calls replayed, {len(ids) - count} left (no workspace)")

"""Bring dead jobs back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.dateparse import parse_datetime

from zrg.jobs.enums import JobStatus
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.replaying import REPLAY_LIMIT, replay_jobs
from zrg.workspaces.context import platform


class Command(BaseCommand):
    help = "Put finished jobs back to PENDING with attempts 0; oldest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--status", choices=[JobStatus.FAILED, JobStatus.CANCELLED], default=JobStatus.FAILED)
        parser.add_argument("--type")
        parser.add_argument("--since", type=parse_datetime, help="ended at or after this ISO time")
        parser.add_argument("--limit", type=int, default=REPLAY_LIMIT)

    def handle(self, *args: Any, **options: Any) -> None:
        rows = BackgroundJob.objects.filter(status=options["status"])
        if options["type"]:
            rows = rows.filter(type=options["type"])
        if options["since"]:
            rows = rows.filter(finished_at__gte=options["since"])
        with platform():
            ids = list(rows.order_by("finished_at").values_list("pk", flat=True)[: options["limit"]])
            count = replay_jobs(ids, by="command:replay_jobs")
        self.stdout.write(f"{count} jobs replayed")

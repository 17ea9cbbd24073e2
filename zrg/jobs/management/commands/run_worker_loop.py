"""Drain and tick in one process, without any broker: development and small installations."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from zrg.jobs.services.shutdown import request_shutdown
from zrg.jobs.services.worker_loop import run_worker_loop


class Command(BaseCommand):
    help = "Work off inbound calls and jobs and run every schedule, until SIGTERM or SIGINT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-schedules", action="store_true", help="only drain the queues")

    def handle(self, *args: Any, **options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: request_shutdown())
        run_worker_loop(with_schedules=not options["no_schedules"])

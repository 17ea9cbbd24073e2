"""Send a test message to the targets of a workspace."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.services.testing import REACHES, send_test
from zrg.lib.errors import NotVisible


class Command(BaseCommand):
    help = "Queue a labelled test message to a workspace's Slack channels, e-mail addresses or phones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", type=UUID, required=True)
        parser.add_argument("--destination", choices=sorted(REACHES), required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reach = send_test(options["workspace"], options["destination"])
        except NotVisible as missing:
            raise CommandError(str(missing)) from missing
        if not reach.targets:
            raise CommandError(f"nobody can be told: {reach.reason}")
        self.stdout.write(f"queued for {len(reach.targets)} targets; the outbox shows what became of them")

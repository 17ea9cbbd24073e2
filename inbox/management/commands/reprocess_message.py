"""`manage.py reprocess_message <id> --from-stage classify`."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from inbox.services.reprocessing import reprocess_message
from zrg.lib.errors import ZrgError
from zrg.workspaces.context import platform


class Command(BaseCommand):
    help = "Run the pipeline of a message again from a stage on; nothing is written or sent twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("message", type=UUID)
        parser.add_argument("--from-stage", default="classify")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with platform():
                job = reprocess_message(options["message"], from_stage=options["from_stage"])
        except ZrgError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Queued {job}.")

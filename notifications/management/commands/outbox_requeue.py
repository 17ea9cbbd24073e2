"""Try a failed row of the outbox once more."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.models import NotificationSendLog
from notifications.services.outbox import requeue
from zrg.workspaces.context import platform


class Command(BaseCommand):
    help = "Try failed rows of the outbox again; rows that may have arrived are refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--id", type=UUID, nargs="+", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        refused = 0
        for row_id in options["id"]:
            with platform():
                row = NotificationSendLog.objects.filter(pk=row_id).first()
                again = row is not None and requeue(row)
            state = row.status if row is not None else "not there"
            self.stdout.write(f"{row_id}: {'will be tried again' if again else f'refused ({state})'}")
            refused += not again
        if refused:
            raise CommandError(f"{refused} of {len(options['id'])} rows were not requeued")

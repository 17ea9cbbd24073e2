"""Compare the conversations of a workspace with what its providers hold."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from inbox.services.syncing.backfill import leads_with_messages
from inbox.services.syncing.conversations import sync_conversation
from inbox.services.syncing.reports import SyncReport, sentence
from zrg.workspaces.context import platform
from zrg.workspaces.models import Workspace


class Command(BaseCommand):
    help = "Compare conversations with their providers now, one after the other; nothing is sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", type=UUID, required=True)
        parser.add_argument("--days", type=int, default=30, help="conversations with messages of the last days")

    def handle(self, *args: Any, **options: Any) -> None:
        with platform():
            if not Workspace.objects.filter(pk=options["workspace"]).exists():
                raise CommandError("No such workspace")
        if options["days"] < 1:
            raise CommandError("--days is at least 1")
        since = timezone.now() - timedelta(days=options["days"])
        total, done = SyncReport(), 0
        for leads in leads_with_messages(options["workspace"], since):
            for lead in leads:
                report = sync_conversation(options["workspace"], lead.pk, force=True)
                total.add(report or SyncReport())
                done += 1
            self.stdout.write(f"{done} conversations: {sentence(total.as_json())}")
        if not done:
            self.stdout.write("No conversation in that time.")

"""Connect one workspace to Calendly with a token read from the standard input."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from integrations.calendly.connecting import connect_calendly, disconnect_calendly
from zrg.lib.errors import ZrgError
from zrg.workspaces.context import platform
from zrg.workspaces.models import Workspace


class Command(BaseCommand):
    help = "Check a Calendly token and save it, or (--remove) end the subscription and forget the token."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", type=UUID, required=True)
        parser.add_argument("--remove", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with platform():
            workspace = Workspace.objects.filter(pk=options["workspace"]).first()
        if workspace is None:
            raise CommandError("No such workspace")
        if options["remove"]:
            removed = disconnect_calendly(workspace.pk, by=None)
            self.stdout.write("disconnected" if removed else "was not connected")
            return
        try:
            # Never an argument: those are seen by everybody on the machine and kept in histories.
            connection = connect_calendly(workspace, getpass("Token: "), by=None)
        except ZrgError as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"connected as {connection.config['user_uri']}; the subscription is being made")

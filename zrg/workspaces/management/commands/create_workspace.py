"""Create a workspace for an existing account."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zrg.lib.errors import ZrgError
from zrg.workspaces.context import platform
from zrg.workspaces.models import User
from zrg.workspaces.services.workspaces import create_workspace


class Command(BaseCommand):
    help = "Create a workspace with its settings; the owner must have an account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--owner", required=True, metavar="EMAIL")

    def handle(self, *args: Any, name: str, owner: str, **options: Any) -> None:
        with platform():
            user = User.objects.filter(email=owner, is_active=True).first()
            if user is None:
                raise CommandError(f"No active account has the address {owner}.")
            try:
                workspace = create_workspace(name, user, by="command")
            except ZrgError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"{workspace.pk} {workspace.name}")

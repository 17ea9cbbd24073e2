"""Create an account from the command line. Super admins are named by the environment, never by a row."""

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zrg.lib.errors import ZrgError
from zrg.workspaces.access import is_super_admin
from zrg.workspaces.context import platform
from zrg.workspaces.models import User
from zrg.workspaces.services.accounts import create_account
from zrg.workspaces.services.audit import record_audit

PASSWORD_VARIABLE = "DJANGO_SUPERUSER_PASSWORD"  # noqa: S105  # a name


class Command(BaseCommand):
    help = "Create an account; list its address in SUPER_ADMIN_EMAILS to make it a super admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--noinput", "--no-input", action="store_false", dest="interactive")

    def handle(self, *args: Any, email: str, interactive: bool, **options: Any) -> None:
        password = os.environ.get(PASSWORD_VARIABLE) or (getpass.getpass() if interactive else None)
        try:
            with platform():
                if User.objects.filter(email=email).exists():
                    raise CommandError(f"{email} has an account already.")
                user = create_account(email, password=password, by_command=True)
                record_audit("user.created", actor="command", workspace=None, obj=user)
        except ZrgError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Created {user.email}.")
        if not is_super_admin(email=user.email, user_id=user.pk):
            self.stdout.write(f"It is an ordinary account until SUPER_ADMIN_EMAILS lists {user.email}.")

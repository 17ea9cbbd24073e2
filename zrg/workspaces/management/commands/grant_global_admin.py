"""Make an existing account a global admin."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zrg.workspaces.access import bump_access
from zrg.workspaces.context import platform
from zrg.workspaces.models import PlatformGrant, User
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.services.grants import sync_staff


class Command(BaseCommand):
    help = "Give the account of this address the platform grant GLOBAL_ADMIN."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        with platform():
            user = User.objects.filter(email=email, is_active=True).first()
            if user is None:
                raise CommandError(f"No active account has the address {email}.")
            grant, _ = PlatformGrant.objects.update_or_create(user=user, defaults={"revoked_at": None})
            sync_staff(user)
            bump_access([user.pk])
            record_audit("platform.granted", actor="command", workspace=None, obj=grant, after={"user": user.email})
        self.stdout.write(f"{user.email} is a global admin.")

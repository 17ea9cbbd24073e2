"""What one person may see and do."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zrg.workspaces.access import compute_access
from zrg.workspaces.models import User


class Command(BaseCommand):
    help = "Print role, extras and permissions of a person in every workspace."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email=email).first()
        if user is None:
            raise CommandError(f"No account has the address {email}.")
        access = compute_access(user)
        self.stdout.write(
            f"{user.email} active={user.is_active} staff={user.is_staff} platform={access.platform or '–'} "
            f"second factor={'yes' if access.has_second_factor else 'no'}"
        )
        for one in access.by_workspace.values():
            scope = "all leads" if one.sees_all_leads else "assigned leads"
            extras = ",".join(sorted(one.extras)) or "–"
            self.stdout.write(f"{one.workspace_id} {one.name} [{one.status}] {one.role} ({scope}) extras={extras}")
            self.stdout.write(f"  {' '.join(sorted(one.permissions))}")

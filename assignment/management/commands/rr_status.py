"""How the rotation of a workspace stands; without one, where nobody can receive leads."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from assignment.management.arguments import settings_of
from assignment.services.fairness import empty_rotations, unknown_entries
from assignment.services.rotation_page import count_waiting, read_page
from zrg.workspaces.context import platform, tenant


class Command(BaseCommand):
    """`rr_status [--workspace ID]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """One workspace, or the troubled ones."""
        parser.add_argument("--workspace", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        if options["workspace"] is None:
            with platform():
                for workspace_id, reason in empty_rotations():
                    self.stdout.write(f"{workspace_id} {reason}")
            return
        with tenant(options["workspace"]):
            self._print(options["workspace"])

    def _print(self, workspace_id: UUID) -> None:
        row = settings_of(workspace_id)
        view = read_page(workspace_id)
        rotation = view.rotation
        shares, upcoming = view.preview(view.sequence)
        self.stdout.write(f"round robin: {'on' if rotation.is_enabled else 'off'}")
        self.stdout.write(f"e-mail only: {'yes' if rotation.is_email_only else 'no'}")
        self.stdout.write(f"sequence: {'configured' if rotation.configured else 'all setters'}")
        self.stdout.write(f"base: {len(rotation.base)}, effective: {len(rotation.effective)}")
        self.stdout.write(f"pointer: {-1 if rotation.pointer is None else rotation.pointer}")
        self.stdout.write(f"version: {rotation.config_version}")
        self.stdout.write("next: " + (", ".join(one.email for one in upcoming) or "-"))
        self.stdout.write("shares: " + (", ".join(f"{one.email} {share} %" for one, share in shares) or "-"))
        for one in view.entries(view.sequence) if rotation.configured else view.setters:
            if one.trouble:
                self.stdout.write(f"inactive: {one.email} ({one.trouble})")
        for entry in unknown_entries(row):
            self.stdout.write(f"no account: {entry}")
        self.stdout.write(f"waiting leads: {count_waiting(workspace_id)}")

"""Encrypt every stored credential with the first of FIELD_ENCRYPTION_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.services.rotation import rotate_secrets


class Command(BaseCommand):
    help = "Re-encrypt all credentials with the first field key. Afterwards the other keys may be removed."

    def handle(self, *args: Any, **options: Any) -> None:
        report = rotate_secrets()
        self.stdout.write(f"{report.rotated} credentials encrypted with the first key")
        if report.unreadable:
            for connection_id in report.unreadable:
                self.stderr.write(f"unreadable: connection {connection_id}")
            raise CommandError(f"{len(report.unreadable)} credentials cannot be read with any key; keep the old ones")

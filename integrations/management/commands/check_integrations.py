"""Look all connections over and ask the providers whether the credentials work."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from integrations.models import Connection
from integrations.services.inspection import CHECKS, check_connection, inspect_workspace
from zrg.workspaces.context import platform


class Command(BaseCommand):
    help = "Check the connections of one or all workspaces; exit status 1 when something is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        with platform():
            rows = Connection.objects.active().select_related("workspace").order_by("workspace__name", "provider")
            if options["workspace"]:
                rows = rows.in_workspace(options["workspace"])
            connections = list(rows)
        problems = sum(self._check(connection) for connection in connections)
        names = {connection.workspace_id: connection.workspace.name for connection in connections}
        for workspace_id, name in names.items():
            for finding in inspect_workspace(workspace_id):
                self.stdout.write(f"{name}: {finding.provider} {finding.code}: {finding.text}")
        if problems:
            raise CommandError(f"{problems} of {len(connections)} connections do not work")

    def _check(self, connection: Connection) -> int:
        if connection.provider not in CHECKS:
            return 0
        result = check_connection(connection)
        state = "ok" if result.ok else f"{result.code}: {result.message}"
        self.stdout.write(f"{connection.workspace.name}: {connection.get_provider_display()} {state}")
        return 0 if result.ok else 1

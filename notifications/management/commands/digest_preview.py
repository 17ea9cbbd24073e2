"""What the next digest of a workspace would say."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from notifications.services.digests import build_digests, period_of
from zrg.workspaces.context import tenant
from zrg.workspaces.hours import local_date, resolve_zone
from zrg.workspaces.models import Workspace


class Command(BaseCommand):
    help = "Print the digest a workspace would be sent now, or at another instant; nothing is stored or sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", type=UUID, required=True)
        parser.add_argument("--at", default="", help="an instant as 2026-03-02T14:00:00Z")

    def handle(self, *args: Any, **options: Any) -> None:
        at = _instant(options["at"]) if options["at"] else timezone.now()
        with tenant(options["workspace"]):
            workspace = Workspace.objects.select_related("settings").filter(pk=options["workspace"]).first()
            if workspace is None:
                raise CommandError(f"No workspace {options['workspace']}")
            day = local_date(at, resolve_zone(workspace.settings.timezone))
            digests = build_digests(workspace, day, *period_of(workspace.pk, at))
        for digest in digests:
            self.stdout.write(f"== {digest.destination}: {digest.status}")
            for part in digest.parts:
                self.stdout.write(f"{part}\n")


def _instant(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise CommandError("--at takes an instant with its zone, as 2026-03-02T14:00:00Z")
    return found

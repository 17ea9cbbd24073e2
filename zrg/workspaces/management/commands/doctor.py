"""`manage.py doctor [--workspace <id>] [--json]`: what is at fault, and what to do about it."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from zrg.lib.errors import NotVisible
from zrg.workspaces.services.doctor import examine

WARN, FAIL = 1, 2


class Command(BaseCommand):
    help = "Look for what keeps the product from its work. Exits 0 (nothing), 1 (warnings) or 2 (failures)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", type=UUID, help="This workspace only.")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, workspace: UUID | None, as_json: bool, **options: Any) -> None:
        try:
            findings = examine(workspace)
        except NotVisible as error:
            raise CommandError(f"No active workspace has the id {workspace}.", returncode=FAIL) from error
        if as_json:
            self.stdout.write(json.dumps([asdict(one) for one in findings]))
        for one in () if as_json else findings:
            place = f" [{one.workspace}]" if one.workspace else ""
            self.stdout.write(f"{one.state} {one.name}{place}: {one.evidence} → {one.act}")
        if not findings:
            if not as_json:
                self.stdout.write("ok")
            return
        worst = FAIL if any(one.state == "fail" for one in findings) else WARN
        raise CommandError(f"{len(findings)} found", returncode=worst)

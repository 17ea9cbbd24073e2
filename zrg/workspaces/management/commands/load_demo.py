"""The demo: a workspace with two people, filled by the parts of the apps above. Safe to repeat."""

import os
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from zrg.workspaces.registry import demo_parts
from zrg.workspaces.services.demo import PASSWORD_VARIABLE, fill_demo, load_people_and_workspace


class Command(BaseCommand):
    help = f"Create or complete the demo workspace; {PASSWORD_VARIABLE} sets the password of its accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", choices=sorted(demo_parts()), help="Run one part only.")

    def handle(self, *args: Any, only: str | None, **options: Any) -> None:
        given = os.environ.get(PASSWORD_VARIABLE, "").strip()
        password = given or secrets.token_urlsafe(12)
        demo = load_people_and_workspace(password)
        fill_demo(demo, only=only)
        for user in demo.people.values():
            self.stdout.write(user.email)
        if demo.created and not given:
            self.stdout.write(f"password {password}")
        self.stdout.write(f"Demo workspace {demo.workspace.pk} is ready.")

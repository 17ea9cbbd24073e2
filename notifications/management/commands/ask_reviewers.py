"""Ask about a draft in Slack: again, after approvers were added, or for one that was never posted."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from inbox.models import Draft
from notifications.services.reviews import ask_reviewers
from zrg.workspaces.context import platform


class Command(BaseCommand):
    help = "Post a draft that waits for a decision to the approvers who have not seen this version of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--draft", type=UUID, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        with platform():
            owner = Draft.objects.filter(pk=options["draft"]).values_list("workspace_id", flat=True).first()
        if owner is None:
            raise CommandError(f"No draft {options['draft']}")
        self.stdout.write("asked: " + ", ".join(ask_reviewers(owner, options["draft"])))

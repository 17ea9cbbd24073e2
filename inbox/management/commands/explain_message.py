"""`manage.py explain_message <id>`: what the pipeline did with a message, in codes."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from inbox.models import Draft, InboundStageRun, Message
from zrg.workspaces.context import platform


class Command(BaseCommand):
    help = "Print stages, reasons and drafts of one message; no text is shown."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("message", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        with platform():
            message = Message.objects.filter(pk=options["message"]).first()
            if message is None:
                raise CommandError("No message with this id.")
            self.stdout.write(f"{message.direction} {message.channel} stored {message.created_at:%Y-%m-%d %H:%M:%S}")
            self.stdout.write(
                f"safety {message.safety_kind or '-'}, tag {message.sentiment_tag or '-'}, "
                f"classification {message.classification_state}, no draft because {message.draft_skip_reason or '-'}"
            )
            for run in InboundStageRun.objects.filter(message=message).order_by("started_at"):
                self.stdout.write(
                    f"  {run.stage:12} {run.state:8} attempts {run.attempts} {run.error_code or ''} {run.result}"
                )
            for draft in Draft.objects.filter(trigger_message=message):
                self.stdout.write(
                    f"  draft {draft.pk} {draft.status} {draft.closed_reason or ''} "
                    f"{draft.generation_path} {draft.quality_flags}"
                )

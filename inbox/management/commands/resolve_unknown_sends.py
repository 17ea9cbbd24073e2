"""Look once more for the messages nobody knows whether they left."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from inbox.enums import DeliveryStatus
from inbox.models import Message
from inbox.services.syncing.conversations import sync_conversation
from zrg.workspaces.context import platform, tenant


class Command(BaseCommand):
    help = (
        "Ask the providers' histories about unconfirmed messages and settle those that are there; the others "
        "are listed for a person to decide (admin, Unconfirmed sends). Nothing is sent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        with platform():
            rows = Message.objects.outbound().filter(delivery_status=DeliveryStatus.UNKNOWN).order_by("sent_at")
            if options["workspace"]:
                rows = rows.in_workspace(options["workspace"])
            found = list(rows.values_list("pk", "workspace_id", "lead_id", "channel"))
        for workspace_id, lead_id, channel in dict.fromkeys(row[1:] for row in found):
            sync_conversation(workspace_id, lead_id, (channel,), force=True)
        open_ones = [row for row in found if self._is_open(row[0], row[1])]
        self.stdout.write(f"{len(found) - len(open_ones)} of {len(found)} settled")
        for message_id, workspace_id, lead_id, channel in open_ones:
            self.stdout.write(f"open: message {message_id} ({channel}) of lead {lead_id}, workspace {workspace_id}")

    def _is_open(self, message_id: UUID, workspace_id: UUID) -> bool:
        with tenant(workspace_id):
            return Message.objects.filter(pk=message_id, delivery_status=DeliveryStatus.UNKNOWN).exists()

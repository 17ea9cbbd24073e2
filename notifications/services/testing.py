"""A message that says it is a test, to try out where the real ones go."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext

from notifications.enums import Destination, SendKind
from notifications.models import NotificationSendLog
from notifications.rules.texts import compose
from notifications.services.destinations import Reach, email_reach, slack_reach, sms_reach
from notifications.services.outbox import enqueue
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant
from zrg.workspaces.errors import TooManyRequests
from zrg.workspaces.models import Workspace

TESTS_PER_HOUR = 5
REACHES = {
    Destination.SLACK.value: slack_reach,
    Destination.EMAIL.value: email_reach,
    Destination.SMS.value: sms_reach,
}


def send_test(workspace_id: UUID, destination: str, *, limited: bool = False) -> Reach:
    """Add a test message for every target of a destination; returns where it goes, or why nowhere. Raises
    `NotVisible` for a workspace that is not there, and with `limited` `TooManyRequests` for the sixth within an
    hour.
    """
    with tenant(workspace_id):
        workspace = Workspace.objects.select_related("settings").filter(pk=workspace_id).first()
        if workspace is None:
            raise NotVisible(gettext("No workspace {workspace_id}").format(workspace_id=workspace_id))
        content = compose(
            f"[{workspace.name}] Test",
            [f"Test: notifications of {workspace.name} arrive here. Nothing has to be done."],
        )
        if limited and _tests_of_last_hour(workspace_id, destination) >= TESTS_PER_HOUR:
            raise TooManyRequests(retry_after=3_600)
        reach = REACHES[destination](workspace.settings)
        rows = reach.rows(SendKind.PLATFORM_ALERT.value, f"test:{workspace_id}:{uuid4()}", content)
        enqueue(rows, event=None, workspace_id=workspace_id)
        return reach


def _tests_of_last_hour(workspace_id: UUID, destination: str) -> int:
    """How many tests were asked for; one may have several recipients, each with a row."""
    rows = NotificationSendLog.objects.in_workspace(workspace_id).filter(
        created_at__gt=timezone.now() - timedelta(hours=1),
        kind=SendKind.PLATFORM_ALERT,
        destination=destination,
        dedupe_key__startswith=f"test:{workspace_id}:",
    )
    return len({key.split(":")[2] for key in rows.values_list("dedupe_key", flat=True)})

"""Who is told what in the demo workspace."""

from django.conf import settings

from integrations.slack.simulator import DEMO_APPROVERS, DEMO_CHANNEL
from zrg.workspaces.models import User, Workspace, WorkspaceSettings


def add_demo_recipients(workspace: Workspace, people: dict[str, User]) -> None:
    """Alerts go to the simulated Slack, whose people approve answers, and to the owner; what somebody chose stays."""
    if not settings.ZRG_ALLOW_LOOPBACK_PROVIDERS:
        return
    rows = WorkspaceSettings.objects.in_workspace(workspace)
    rows.filter(notification_slack_channel_ids=[]).update(notification_slack_channel_ids=[DEMO_CHANNEL])
    rows.filter(slack_auto_send_approval_recipients__isnull=True).update(
        slack_auto_send_approval_recipients=[*DEMO_APPROVERS]
    )
    if owner := people.get("owner"):
        rows.filter(notification_emails=[]).update(notification_emails=[owner.email])

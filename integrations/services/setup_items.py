"""What a new workspace needs from its connections."""

from collections.abc import Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from integrations.enums import ConnectionStatus, Provider
from integrations.models import Connection
from integrations.services.webhook_urls import webhook_url
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.setup import SetupItem

WORKING = (ConnectionStatus.CONNECTED, ConnectionStatus.DEGRADED)


def setup_items(workspace_id: UUID) -> Iterator[SetupItem]:
    """An e-mail provider that answers, its calls arriving, and Slack with a channel; two queries."""
    rows = list(Connection.objects.in_workspace(workspace_id).active())
    email = next((row for row in rows if row.is_email), None)
    slack = next((row for row in rows if row.provider == Provider.SLACK), None)
    tab = reverse("settings_tab", args=[workspace_id, "integrations"])
    yield SetupItem(
        key="email-provider",
        title=_("Connect an e-mail provider"),
        purpose=_("Replies come from it and answers leave by it"),
        position=10,
        url=tab,
        done=email is not None and email.status in WORKING,
    )
    yield SetupItem(
        key="webhook",
        title=_("Let the provider call"),
        purpose=_("Done when its first call has arrived: copy the address of the webhook to the provider"),
        position=20,
        url=reverse("settings_section", args=[workspace_id, "integrations", email.provider.lower()]) if email else tab,
        done=email is not None and email.last_webhook_at is not None,
        address=(webhook_url(email.provider, workspace_id) or "") if email else "",
        waits=_("Waiting for the first call. This page says when it came.") if email else "",
        done_at=email.last_webhook_at if email else None,
    )
    channels = WorkspaceSettings.objects.filter(workspace_id=workspace_id)
    chosen = channels.values_list("notification_slack_channel_ids", flat=True).first()
    yield SetupItem(
        key="slack",
        title=_("Connect Slack and choose a channel"),
        purpose=_("Where the team hears of what needs a person"),
        position=60,
        url=reverse("settings_section", args=[workspace_id, "integrations", "slack-channels" if slack else "slack"]),
        done=slack is not None and slack.status != ConnectionStatus.DISCONNECTED and bool(chosen),
    )

"""Telling a workspace that nobody of its rotation can receive leads: once per channel and local day."""

from datetime import datetime

from django.utils import timezone

from assignment.contracts import RotationEmpty
from leads.models import Lead
from notifications.contracts import Content
from notifications.enums import EventCause, SendKind
from notifications.models import NotificationEvent
from notifications.rules.texts import compose, one_line
from notifications.services.destinations import Reach, email_reach, slack_reach
from notifications.services.events import record_event
from notifications.services.links import assignments_link, lead_link
from notifications.services.outbox import enqueue
from zrg.workspaces.context import tenant
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.hours import local_date, resolve_zone
from zrg.workspaces.models import Workspace

KIND = SendKind.ROUND_ROBIN_SEQUENCE_EMPTY.value


def tell_rotation_empty(event: RotationEmpty, *, now: datetime | None = None) -> None:
    """Post to the workspace's channels, or mail its addresses when Slack is not set up. Repeats add nothing."""
    assert event.workspace_id is not None
    with tenant(event.workspace_id):
        workspace = Workspace.objects.select_related("settings").filter(pk=event.workspace_id).first()
        if workspace is None or workspace.status != WorkspaceStatus.ACTIVE:
            return
        lead = Lead.objects.in_workspace(workspace.pk).filter(pk=event.lead_id).first()
        stored = record_event(
            NotificationEvent(
                workspace=workspace,
                lead=lead,
                kind=KIND,
                cause=EventCause.SWEEP,
                snippet="No setter of the rotation is active.",
                dedupe_key=f"{KIND}:{event.lead_id}:{event.day.isoformat()}",
            )
        )
        day = local_date(now or timezone.now(), resolve_zone(workspace.settings.timezone))
        rows = _reach(workspace).rows(
            KIND, f"{KIND}:{workspace.pk}", _content(event, workspace, lead), suffix=f":{day.isoformat()}"
        )
        enqueue(rows, event=stored, workspace_id=workspace.pk)


def _reach(workspace: Workspace) -> Reach:
    slack, email = slack_reach(workspace.settings), email_reach(workspace.settings)
    return email if email.targets and not slack.targets else slack


def _content(event: RotationEmpty, workspace: Workspace, lead: Lead | None) -> Content:
    name = one_line(workspace.name)
    title = "Nobody in the rotation can receive leads"
    entries = f"{event.sequence_length} {'entry' if event.sequence_length == 1 else 'entries'}"
    return compose(
        f"[{name}] {title}",
        [
            f"Warning: {title}",
            f"Workspace: {name}",
            f"Lead: {one_line(lead.shown_name)}" if lead else "",
            f"Link: {lead_link(workspace.pk, lead.pk)}" if lead else "",
            f"Channel: {event.channel or 'unknown'}",
            f"Sequence: {entries}, none of them active",
            f"Active setters: {event.active_setters}",
            f"Fix it in Settings → Integrations → Assignments: {assignments_link(workspace.pk)}",
        ],
    )

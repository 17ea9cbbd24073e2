"""Telling people what other parts of the product announce."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from leads.models import Lead
from notifications.contracts import Content
from notifications.enums import EventCause, SendKind
from notifications.models import NotificationEvent
from notifications.rules.texts import compose, one_line
from notifications.services.destinations import Reach, email_reach, named_reaches, platform_reach, slack_reach
from notifications.services.events import record_event
from notifications.services.links import lead_link
from notifications.services.outbox import NewRow, enqueue
from zrg.jobs.contracts import Notice
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.hours import local_date, resolve_zone
from zrg.workspaces.models import Workspace

# Each occurrence of these is told; of all others one a day for each subject and recipient.
EACH_OCCURRENCE = frozenset(
    [
        SendKind.LEAD_ROUTED.value,
        SendKind.REPLY_OVERDUE.value,
        SendKind.PROMOTION_REQUEST.value,
        SendKind.PLATFORM_ALERT.value,
        SendKind.EXPORT_READY.value,
    ]
)


def tell_notice(notice: Notice, *, now: datetime | None = None) -> None:
    """Record a notice and add a row for each of its recipients: the workspace's channels, else one mail to its
    addresses; without a workspace the staff of the platform, by the ways the notice names. Repeating it adds
    nothing.
    """
    moment = now or timezone.now()
    if notice.workspace_id is None:
        _tell_platform(notice)
    else:
        _tell_workspace(notice, notice.workspace_id, moment)


def _tell_platform(notice: Notice) -> None:
    content = compose(f"[ZRG] {notice.text}", [notice.text, notice.link])
    with platform():
        event = record_event(_event(notice, None))
        if event is None:
            return
        key = f"{notice.kind}:platform:{notice.notice_key}"
        reaches = named_reaches(notice.ways) if notice.ways else [platform_reach()]
        rows = [row for reach in reaches for row in reach.rows(notice.kind, key, content)]
        enqueue(rows, event=event, workspace_id=None)


def _tell_workspace(notice: Notice, workspace_id: UUID, moment: datetime) -> None:
    with tenant(workspace_id):
        workspace = Workspace.objects.select_related("settings").filter(pk=workspace_id).first()
        if workspace is None or workspace.status == WorkspaceStatus.DELETED:
            return
        lead = _lead_of(notice, workspace_id)
        event = record_event(_event(notice, lead))
        if event is None:
            return
        key = _key(notice, workspace, lead, moment)
        rows = _rows(notice, workspace, _content(notice, workspace, lead), key)
        enqueue(rows, event=event, workspace_id=workspace_id)


def _rows(notice: Notice, workspace: Workspace, content: Content, key: str) -> list[NewRow]:
    slack, email = slack_reach(workspace.settings), email_reach(workspace.settings)
    # Asked for by name: each of them, and its row says why where it cannot be used.
    named = [reach for way, reach in (("slack", slack), ("email", email)) if way in notice.ways]
    if workspace.status == WorkspaceStatus.SUSPENDED:
        reaches = [Reach(destination=one.destination, reason="suspended") for one in named or (slack, email)]
    else:
        # Without any, both rows say why.
        reaches = named or [reach for reach in (slack, email) if reach.targets][:1] or [slack, email]
    return [row for reach in reaches for row in reach.rows(notice.kind, key, content)]


def _content(notice: Notice, workspace: Workspace, lead: Lead | None) -> Content:
    name = one_line(lead.shown_name) if lead else ""
    link = notice.link or (lead_link(workspace.pk, lead.pk) if lead else "")
    subject = f"[{workspace.name}] {one_line(notice.text, 120)}" + (f": {name}" if name else "")
    lines = [
        f"{one_line(workspace.name)}: {one_line(notice.text, 2_000)}",
        f"Lead: {name}" if name else "",
        f"Link: {link}" if link else "",
    ]
    return compose(subject, lines)


def _lead_of(notice: Notice, workspace_id: UUID) -> Lead | None:
    """The notice's lead, if it is one of this workspace: nobody else's is ever named."""
    if notice.lead_id is None:
        return None
    return Lead.objects.in_workspace(workspace_id).filter(pk=notice.lead_id).first()


def _key(notice: Notice, workspace: Workspace, lead: Lead | None, moment: datetime) -> str:
    if notice.kind in EACH_OCCURRENCE:
        return f"{notice.kind}:{workspace.pk}:{notice.notice_key}"
    day = local_date(moment, resolve_zone(workspace.settings.timezone))
    return f"{notice.kind}:{workspace.pk}:{lead.pk if lead else '-'}:{day.isoformat()}"


def _event(notice: Notice, lead: Lead | None) -> NotificationEvent:
    return NotificationEvent(
        workspace_id=notice.workspace_id,
        lead=lead,
        kind=notice.kind[:40],
        cause=EventCause.SWEEP,
        snippet=one_line(notice.text),
        dedupe_key=f"notice:{notice.workspace_id or 'platform'}:{notice.kind}:{notice.notice_key}"[:300],
    )

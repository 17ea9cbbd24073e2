"""Telling people at once that a lead's tag became one they care about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from inbox.contracts import SentimentChanged
from inbox.models import Message
from leads.models import Lead
from notifications.enums import Destination, SendKind, SendStatus
from notifications.env import realtime_ttl, sms_daily_cap
from notifications.models import NotificationEvent, NotificationSendLog
from notifications.querysets import NotificationSendLogQuerySet
from notifications.rules.sentiment import REALTIME, News, event_key, lead_name, news_text, normalize_rules
from notifications.rules.sms import news_sms, quiet_until
from notifications.rules.texts import one_line
from notifications.services.destinations import Reach, reach_of
from notifications.services.events import record_event
from notifications.services.links import lead_link
from notifications.services.locks import lock_until_commit
from notifications.services.outbox import NewRow, enqueue
from notifications.services.phones import phones_of_leads
from zrg.workspaces.context import dispatch, tenant
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.hours import resolve_zone
from zrg.workspaces.models import Workspace

KIND = SendKind.SENTIMENT_REALTIME.value
EVENT_KIND = "sentiment"
SMS_CAP_PERIOD = timedelta(hours=24)
# Earlier rows that may have reached somebody.
TOLD = (SendStatus.PENDING, SendStatus.SENDING, SendStatus.SENT, SendStatus.UNKNOWN)

logger = structlog.get_logger(__name__)


def tell_sentiment(event: SentimentChanged, *, now: datetime | None = None) -> None:
    """Record the change and tell it to whom the rules name. Repeating it adds nothing."""
    assert event.workspace_id is not None
    with tenant(event.workspace_id):
        lead = Lead.objects.in_workspace(event.workspace_id).filter(pk=event.lead_id).first()
        if lead is None:
            return
        messages = Message.objects.in_workspace(event.workspace_id).filter(lead_id=lead.pk)
        message = messages.filter(pk=event.message_id).first() if event.message_id else None
        notify_sentiment_change(
            lead,
            event.previous,
            event.new,
            message,
            event.cause,
            audit=event.change_id if event.actor_id else None,
            change=event.change_id,
            now=now,
        )


def notify_sentiment_change(
    lead: Lead,
    previous: str | None,
    new: str | None,
    message: Message | None,
    cause: str,
    *,
    audit: object | None = None,
    change: str = "",
    now: datetime | None = None,
) -> NotificationEvent | None:
    """Store the change as an event, whatever the rules say, and rows for each destination of a rule that tells at
    once. None when nothing changed, the workspace is not active, or it was stored before.
    """
    workspace = Workspace.objects.select_related("settings").get(pk=lead.workspace_id)
    if not new or new == previous or workspace.status != WorkspaceStatus.ACTIVE:
        return None
    key = event_key(lead=lead.pk, message=message.pk if message else None, tag=new, audit=audit, change=change)
    event = record_event(
        NotificationEvent(
            workspace=workspace,
            lead=lead,
            kind=EVENT_KIND,
            sentiment_tag=new,
            previous_tag=previous or None,
            message=message,
            cause=cause,
            snippet=one_line(message.body) if message else "",
            dedupe_key=key[:300],
        )
    )
    if event is None:
        return None
    rule = normalize_rules(workspace.settings.notification_sentiment_rules).get(new)
    if rule is not None and rule.mode == REALTIME:
        news = _news(workspace, lead, new, message)
        for destination in (Destination.SLACK, Destination.EMAIL, Destination.SMS):
            if destination.value in rule.destinations:
                reach = reach_of(destination, workspace.settings)
                rows = _rows(event, workspace, reach, news, now or timezone.now())
                enqueue(rows, event=event, workspace_id=workspace.pk)
    return event


def refuse_row(row: NotificationSendLog) -> str:
    """Why a row about a lead or a digest is not sent any more: its workspace was suspended meanwhile."""
    assert row.workspace_id is not None
    with dispatch():
        is_active = Workspace.objects.active().filter(pk=row.workspace_id).exists()
    return "" if is_active else "suspended"


def _news(workspace: Workspace, lead: Lead, tag: str, message: Message | None) -> News:
    return News(
        workspace=workspace.name,
        name=lead_name(lead.first_name, lead.last_name, lead.email),
        tag=tag,
        phone=lead.phone or "",
        latest=message.body if message else "",
        link=lead_link(workspace.pk, lead.pk),
    )


def _rows(event: NotificationEvent, workspace: Workspace, reach: Reach, news: News, now: datetime) -> Sequence[NewRow]:
    rows = [replace(row, tag=news.tag) for row in reach.rows(KIND, f"realtime:{event.pk}", news_text(news))]
    if reach.reason:
        return rows
    if reach.destination != Destination.SMS:
        return [_unless_told(row, event, now) for row in rows]
    text = news_sms(workspace=news.workspace, tag=news.tag, name=news.name, link=news.link)
    leads = phones_of_leads(workspace.pk, [row.target for row in rows])
    zone = resolve_zone(workspace.settings.timezone)
    return [_by_phone(replace(row, text=text), event, leads, quiet_until(now, zone), now) for row in rows]


def _unless_told(row: NewRow, event: NotificationEvent, now: datetime) -> NewRow:
    """Suppressed when the same was told to the same target lately; the earlier row starts the silence and nothing
    extends it. Two changes at once wait for each other.
    """
    lock_until_commit(f"realtime:{event.lead_id}:{row.tag}:{row.destination}:{row.target}")
    told = _earlier(event, row).filter(
        sentiment_tag=row.tag, status__in=TOLD, created_at__gt=now - timedelta(milliseconds=realtime_ttl())
    )
    return replace(row, suppressed="repeated") if told.exists() else row


def _by_phone(
    row: NewRow, event: NotificationEvent, leads: frozenset[str], quiet: datetime | None, now: datetime
) -> NewRow:
    """A text never goes to the phone of a lead, at most so many a day to one phone, and not at night."""
    if row.target in leads:
        return replace(row, suppressed="lead_phone")
    row = _unless_told(row, event, now)
    if row.suppressed:
        return row
    assert event.workspace_id is not None
    lock_until_commit(f"sms:{event.workspace_id}:{row.target}")
    texts = NotificationSendLog.objects.in_workspace(event.workspace_id).filter(
        destination=Destination.SMS, target=row.target, status__in=TOLD, created_at__gt=now - SMS_CAP_PERIOD
    )
    if texts.count() >= sms_daily_cap():
        return replace(row, suppressed="sms_cap")
    if quiet is None:
        return row
    waiting = _earlier(event, row).filter(status=SendStatus.PENDING, attempts=0, next_attempt_at__gt=now)
    waiting.update(status=SendStatus.SUPPRESSED, reason="replaced")
    return replace(row, not_before=quiet)


def _earlier(event: NotificationEvent, row: NewRow) -> NotificationSendLogQuerySet:
    assert event.workspace_id is not None
    assert event.lead_id is not None
    rows = NotificationSendLog.objects.in_workspace(event.workspace_id).exclude(event=event)
    return rows.filter(kind=KIND, lead_id=event.lead_id, destination=row.destination, target=row.target)

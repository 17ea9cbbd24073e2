"""Telling people that a connection was lost, is still lost, or works again.

`Connection.last_notified_at` is what people believe: set while they have been told that it is lost, empty
otherwise. Telling is an UPDATE with that belief and its age in the WHERE clause, in the transaction that
adds the rows, so workers that notice the same thing at once tell it once.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import Q
from django.utils import timezone

from integrations.contracts import ConnectionStateChanged
from integrations.enums import ConnectionStatus, Provider
from integrations.models import Connection
from notifications.contracts import Content
from notifications.enums import EventCause, SendKind
from notifications.models import NotificationEvent
from notifications.querysets import NotificationEventQuerySet
from notifications.rules.texts import compose, one_line
from notifications.services.destinations import Reach, email_reach, global_reach, slack_reach
from notifications.services.events import record_event
from notifications.services.links import integrations_link
from notifications.services.outbox import enqueue
from zrg.lib import log_events
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.enums import WorkspaceStatus

KIND = SendKind.INTEGRATION_HEALTH.value
REMIND_AFTER = timedelta(hours=24)
# Two changes closer together than this are flapping: what holds after as long a calm is told.
CALM = timedelta(minutes=10)
WORKING = (ConnectionStatus.CONNECTED, ConnectionStatus.DEGRADED)

logger = structlog.get_logger(__name__)


def note_transition(event: ConnectionStateChanged, *, now: datetime | None = None) -> None:
    """Record that a connection was lost or came back, and tell it unless it flaps. Repeating adds nothing."""
    assert event.workspace_id is not None
    with tenant(event.workspace_id):
        recorded = record_event(
            NotificationEvent(
                workspace_id=event.workspace_id,
                kind=KIND,
                cause=EventCause.SWEEP,
                snippet=one_line(f"{_label(event.provider)}: {event.state}. {event.detail}"),
                dedupe_key=f"{KIND}:{event.connection_id}:{event.changed_at.isoformat()}:{event.state}",
                created_at=event.changed_at,
            )
        )
    if recorded is not None:
        logger.info(log_events.HEALTH_TRANSITION, provider=event.provider, state=event.state)
    tell_state(event.workspace_id, event.connection_id, now=now)


def tell_due_states(*, now: datetime | None = None) -> int:
    """Reminders, and states that were not told because they flapped; returns how many were told."""
    moment = now or timezone.now()
    lost = Q(status=ConnectionStatus.DISCONNECTED) & (
        Q(last_notified_at__isnull=True) | Q(last_notified_at__lte=moment - REMIND_AFTER)
    )
    back = Q(status__in=WORKING, last_notified_at__isnull=False)
    with platform():
        rows = list(Connection.objects.active().filter(lost | back).values_list("workspace_id", "pk"))
        # Whoever stops using a connection need not hear that it works again.
        Connection.objects.filter(is_active=False, last_notified_at__isnull=False).update(last_notified_at=None)
    return sum(tell_state(workspace_id, connection_id, now=moment) for workspace_id, connection_id in rows)


def tell_state(workspace_id: UUID, connection_id: UUID, *, now: datetime | None = None) -> bool:
    """Bring what people believe of a connection in line with what is so; whether something was told."""
    moment = now or timezone.now()
    with tenant(workspace_id):
        rows = Connection.objects.in_workspace(workspace_id).active().select_related("workspace__settings")
        connection = rows.filter(pk=connection_id).first()
        if connection is None or connection.workspace.status == WorkspaceStatus.DELETED:
            return False
        if _flaps(connection, moment):
            return False
        if connection.status == ConnectionStatus.DISCONNECTED:
            return _tell_lost(connection, moment)
        return connection.status in WORKING and _tell_recovered(connection, moment)


def _tell_lost(connection: Connection, moment: datetime) -> bool:
    is_reminder = connection.last_notified_at is not None
    believed = Q(last_notified_at__lte=moment - REMIND_AFTER) if is_reminder else Q(last_notified_at__isnull=True)
    claimed = Connection.objects.filter(believed, pk=connection.pk, status=ConnectionStatus.DISCONNECTED).update(
        last_notified_at=moment
    )
    if not claimed:
        return False
    since = connection.disconnected_at or moment
    days = (moment - since).days
    _enqueue(connection, since, f"{days}", _lost_content(connection, days, is_reminder), transition=not is_reminder)
    return True


def _tell_recovered(connection: Connection, moment: datetime) -> bool:
    told_at = connection.last_notified_at
    claimed = Connection.objects.filter(pk=connection.pk, status__in=WORKING, last_notified_at__isnull=False).update(
        last_notified_at=None
    )
    if not claimed or told_at is None:
        return False
    content = _content(connection, f"{_label(connection.provider)} works again.", [])
    _enqueue(connection, told_at, "recovered", content, transition=True)
    return True


def _enqueue(connection: Connection, since: datetime, step: str, content: Content, *, transition: bool) -> None:
    key = f"{KIND}:{connection.workspace_id}:{connection.provider}:{int(since.timestamp())}:{step}"
    event = _last_transitions(connection).first()
    rows = [row for reach in _reaches(connection, transition=transition) for row in reach.rows(KIND, key, content)]
    enqueue(rows, event=event, workspace_id=connection.workspace_id)


def _reaches(connection: Connection, *, transition: bool) -> list[Reach]:
    """The platform's channel and the workspace's, and on the transition its addresses. What is broken itself
    is told through the other one, also the reminders.
    """
    settings = connection.workspace.settings
    slack, email, everywhere = slack_reach(settings), email_reach(settings), global_reach(settings)
    if connection.workspace.status == WorkspaceStatus.SUSPENDED:
        return [Reach(destination=one.destination, reason="suspended") for one in (slack, email)]
    by_mail = transition or slack.reason == "slack_disconnected"
    wanted = [slack, email] if by_mail else [slack]
    told = [*([everywhere] if everywhere else []), *(reach for reach in wanted if reach.targets)]
    return told or wanted


def _lost_content(connection: Connection, days: int, is_reminder: bool) -> Content:
    since = f" for {days} day{'s' if days != 1 else ''}" if is_reminder and days else ""
    state = f"is {'still ' if is_reminder else ''}disconnected{since}"
    detail = one_line(connection.last_error_message or "")
    return _content(
        connection,
        f"{_label(connection.provider)} {state}.",
        [f"Reason: {detail}" if detail else "", f"Reconnect: {integrations_link(connection.workspace_id)}"],
    )


def _content(connection: Connection, sentence: str, more: list[str]) -> Content:
    name = one_line(connection.workspace.name)
    return compose(f"[{name}] {sentence}", [f"{name}: {sentence}", *more])


def _flaps(connection: Connection, moment: datetime) -> bool:
    """Whether the last two changes were close together and the last one is recent."""
    last = list(_last_transitions(connection).values_list("created_at", flat=True)[:2])
    return len(last) == 2 and last[0] - last[1] < CALM and moment - last[0] < CALM


def _last_transitions(connection: Connection) -> NotificationEventQuerySet:
    rows = NotificationEvent.objects.in_workspace(connection.workspace_id).of_kind(KIND)
    return rows.filter(dedupe_key__startswith=f"{KIND}:{connection.pk}:").order_by("-created_at")


def _label(provider: str) -> str:
    return str(Provider(provider).label) if provider in Provider.values else provider

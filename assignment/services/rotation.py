"""Giving a lead to the setter whose turn it is: one short transaction, the settings row first, then the lead."""

import time
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from assignment import metrics
from assignment.contracts import AssignmentResult, RotationEmpty
from assignment.enums import AssignmentSource
from assignment.models import LeadAssignmentEvent
from assignment.rules.rotation import Member, Rotation, Turn, decide_turn, is_eligible, should_assign
from inbox.models import Message
from leads.models import Lead
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.lib.errors import NotVisible
from zrg.workspaces.context import tenant
from zrg.workspaces.enums import MembershipRole, WorkspaceStatus
from zrg.workspaces.hours import local_date, resolve_zone
from zrg.workspaces.models import Membership, Workspace, WorkspaceSettings
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

_COLUMNS = (
    "workspace_id",
    "timezone",
    "round_robin_enabled",
    "round_robin_email_only",
    "round_robin_setter_sequence",
    "round_robin_last_setter_index",
    "round_robin_config_version",
)


def maybe_assign_lead(
    lead_id: UUID,
    workspace_id: UUID,
    *,
    sentiment: str | None,
    channel: str | None,
    source: str = AssignmentSource.ROUND_ROBIN,
    now: datetime | None = None,
) -> AssignmentResult:
    """Assign the lead if this tag asks for it. `channel` is that of the reply, None without one.

    Idempotent: an assigned lead is kept. An unknown lead, or one of another workspace: `NotVisible`.
    """
    if not should_assign(sentiment):
        return _skipped(lead_id, "not_positive")
    with tenant(workspace_id):
        return _assign(lead_id, workspace_id, sentiment, channel, source, now or timezone.now())


def assign_lead(
    lead_id: UUID, workspace_id: UUID, channel: str | None, source: str, *, now: datetime | None = None
) -> AssignmentResult:
    """The same for a lead as it is: its own sentiment decides."""
    with tenant(workspace_id):
        rows = Lead.objects.in_workspace(workspace_id).filter(pk=lead_id)
        sentiment = rows.values_list("sentiment_tag", flat=True).first()
        if sentiment is None:
            raise NotVisible
        return _assign(lead_id, workspace_id, sentiment, channel, source, now or timezone.now())


def read_rotation(row: WorkspaceSettings, now: datetime, *, members: Iterable[Membership] | None = None) -> Rotation:
    """The rotation of a workspace as it stands. The base is the sequence, else all setters, active or not."""
    today = today_in(row, now)
    setters = list(setters_of(row.workspace_id) if members is None else members)
    configured = tuple(row.round_robin_setter_sequence)
    return Rotation(
        is_enabled=row.round_robin_enabled,
        is_email_only=row.round_robin_email_only,
        configured=configured,
        base=configured or tuple(one.user_id for one in setters),
        active=frozenset(one.user_id for one in setters if is_eligible(member_of(one), today)),
        pointer=row.round_robin_last_setter_index,
        config_version=row.round_robin_config_version,
    )


def setters_of(*workspace_ids: UUID) -> list[Membership]:
    """All setters, active or not, in the order of the default rotation."""
    rows = Membership.objects.filter(workspace_id__in=workspace_ids).with_role(MembershipRole.SETTER)
    return list(rows.select_related("user").order_by("created_at", "id"))


def member_of(row: Membership) -> Member:
    """A membership as the rules read it."""
    return Member(
        role=row.role,
        is_active=row.is_active,
        user_active=row.user.is_active,
        in_rotation=row.in_rotation,
        rotation_paused_until=row.rotation_paused_until,
    )


def today_in(row: WorkspaceSettings, now: datetime) -> date:
    """The workspace's date, by which holidays are counted."""
    return local_date(now, resolve_zone(row.timezone))


def latest_channel(lead_id: UUID) -> str | None:
    """The channel of the lead's latest inbound message; None without one."""
    inbound = Message.objects.of_lead(lead_id).inbound().order_by("-sent_at")
    return inbound.values_list("channel", flat=True).first()


def record_event(event: LeadAssignmentEvent) -> None:
    """Add a row behind a savepoint: without it the assignment still stands, and the nightly check finds it."""
    try:
        with transaction.atomic():
            event.save(force_insert=True)
    except DatabaseError:
        logger.exception(log_events.ASSIGNMENT_EVENT_FAILED, lead=str(event.lead_id), source=event.source)


def _assign(
    lead_id: UUID, workspace_id: UUID, sentiment: str | None, channel: str | None, source: str, now: datetime
) -> AssignmentResult:
    row = _lock_settings(workspace_id)
    lead = Lead.objects.in_workspace(workspace_id).select_for_update(no_key=True).filter(pk=lead_id)
    found = lead.values("status", "sentiment_tag", "assigned_to_id").first()
    if found is None:
        raise NotVisible
    rotation = read_rotation(row, now)
    # Asked behind the locks: what was joined to a row that had to be waited for is as old as the wait.
    is_workspace_active = Workspace.objects.filter(pk=workspace_id, status=WorkspaceStatus.ACTIVE).exists()
    turn = decide_turn(
        rotation,
        sentiment=sentiment,
        lead_sentiment=found["sentiment_tag"],
        status=found["status"],
        is_workspace_active=is_workspace_active,
        assigned_to=found["assigned_to_id"],
        channel=channel,
    )
    if turn.outcome == "kept":
        return AssignmentResult(outcome="kept", user_id=turn.user_id)
    if turn.outcome != "assigned":
        if turn.reason == "sequence_empty":
            _tell_empty(lead_id, row, rotation, channel, now)
        return _skipped(lead_id, turn.reason)
    return _write(lead_id, row, rotation, turn, channel, source)


def _lock_settings(workspace_id: UUID) -> WorkspaceSettings:
    started = time.perf_counter()
    rows = WorkspaceSettings.objects.only(*_COLUMNS)
    try:
        row = rows.select_for_update(no_key=True).filter(workspace_id=workspace_id).first()
    finally:
        # A wait that ended in the lock timeout is the one to see.
        metrics.ASSIGNMENT_LOCK_SECONDS.observe(time.perf_counter() - started)
    if row is None:
        raise NotVisible
    return row


def _write(
    lead_id: UUID, row: WorkspaceSettings, rotation: Rotation, turn: Turn, channel: str | None, source: str
) -> AssignmentResult:
    waiting = Lead.objects.in_workspace(row.workspace_id).unassigned().filter(pk=lead_id)
    changes = {"assigned_to_id": turn.user_id, "assigned_at": Now(), "changed_at": Now(), "updated_at": Now()}
    assert waiting.update(**changes) == 1, "the lead is locked and unassigned"
    WorkspaceSettings.objects.filter(pk=row.pk).update(round_robin_last_setter_index=turn.index)
    record_event(
        LeadAssignmentEvent(
            workspace_id=row.workspace_id,
            lead_id=lead_id,
            assigned_to_id=turn.user_id,
            source=source,
            channel=channel,
            pointer_before=rotation.pointer if rotation.pointer is not None else -1,
            pointer_after=turn.index,
            base_length=len(rotation.base),
            config_version=rotation.config_version,
        )
    )
    record_audit(
        "lead.assigned",
        actor=None,
        workspace=row.workspace_id,
        object_type="lead",
        object_id=lead_id,
        after={"assigned_to": str(turn.user_id), "source": str(source)},
    )
    metrics.ASSIGNMENTS.labels(source=source).inc()
    logger.info(
        log_events.ASSIGNMENT_ASSIGNED,
        lead=str(lead_id),
        user=str(turn.user_id),
        source=str(source),
        channel=channel,
        index=turn.index,
        base_length=len(rotation.base),
        configured=bool(rotation.configured),
    )
    return AssignmentResult(outcome="assigned", user_id=turn.user_id)


def _skipped(lead_id: UUID, reason: str) -> AssignmentResult:
    metrics.ASSIGNMENT_SKIPPED.labels(reason=reason).inc()
    logger.info(log_events.ASSIGNMENT_SKIPPED, lead=str(lead_id), reason=reason)
    return AssignmentResult(outcome="none", reason=reason)


def _tell_empty(lead_id: UUID, row: WorkspaceSettings, rotation: Rotation, channel: str | None, now: datetime) -> None:
    announce(
        RotationEmpty(
            workspace_id=row.workspace_id,
            lead_id=lead_id,
            channel=channel,
            sequence_length=len(rotation.configured),
            active_setters=len(rotation.active),
            day=today_in(row, now),
        )
    )
    logger.warning(
        log_events.ASSIGNMENT_SEQUENCE_EMPTY, lead=str(lead_id), sequence=len(rotation.configured), channel=channel
    )

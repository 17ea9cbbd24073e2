"""What people do with leads of routing: put back, revive, cancel, hurry, return. Each act is audited."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from assignment.contracts import RoutingResult
from assignment.enums import PERMANENT_CODES, REQUEUED_BY_RULES, AttributionStatus, ReturnReason, RoutingPath
from assignment.errors import AlreadyReturned, LockNotAcquired, RoutingDisabled, WindowClosed
from assignment.models import LeadAttribution, RoutingPartner, RoutingQueueEntry
from assignment.services.routing.database import call_integer
from assignment.services.routing.running import FIRST_PASS
from assignment.services.routing.single import route_lead
from assignment.services.routing.telling import RETRY_SCHEDULE
from leads.models import Lead
from leads.querysets import LeadQuerySet
from zrg.jobs.services.nudges import nudge
from zrg.lib import log_events
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.switches import is_switch_on

logger = structlog.get_logger(__name__)

MAX_REQUEUED = 1_000


def requeue(
    workspace_id: UUID, *, by: User | str, lead_ids: Sequence[UUID] | None = None, code: str | None = None
) -> int:
    """Give failed leads another first attempt (≤ 1,000, newest first): the named ones, or `failed_leads(code)`."""
    failed = Lead.objects.in_workspace(workspace_id).filter(routing_status="failed", pk__in=lead_ids or ())
    chosen = failed_leads(workspace_id, code) if lead_ids is None else failed
    return _requeue(workspace_id, chosen, by=by, reason=code or "chosen")


def failed_leads(workspace_id: UUID, code: str | None) -> LeadQuerySet:
    """Failed leads with this code; without one all but those a person gave up or a destination returned."""
    failed = Lead.objects.in_workspace(workspace_id).filter(routing_status="failed")
    return failed.filter(routing_error_code=code) if code else failed.exclude(routing_error_code__in=PERMANENT_CODES)


def requeue_after_change(workspace_id: UUID, *, by: User | str) -> int:
    """Rules or partnerships changed: leads they may place now are tried again, waiting ones at once."""
    failed = Lead.objects.in_workspace(workspace_id).filter(
        routing_status="failed", routing_error_code__in=REQUEUED_BY_RULES
    )
    done = _requeue(workspace_id, failed, by=by, reason="rules_changed")
    if call_integer("hurry_routing_retries", workspace_id, None, True):
        _wake(RETRY_SCHEDULE)
    return done


def _requeue(workspace_id: UUID, failed: Any, *, by: User | str, reason: str) -> int:
    ids = list(failed.order_by("-routing_failed_at").values_list("pk", flat=True)[:MAX_REQUEUED])
    if not ids:
        return 0
    with transaction.atomic():
        done = call_integer("requeue_routing", ids, _actor(by))
        if done:
            _audit("routing.requeued", workspace_id, by, {"count": done, "reason": reason})
            _wake(FIRST_PASS)
    logger.info(log_events.ROUTING_REQUEUED, source=str(workspace_id), count=done, reason=reason)
    return done


def route_now(lead_id: UUID, workspace_id: UUID, *, by: User, max_attempts: int | None = None) -> RoutingResult:
    """Route a lead while the person waits: pending or failed, also before its planned attempt.

    Raises `LockNotAcquired` when somebody is at it and `RoutingDisabled` while routing is switched off for all; then
    nothing is written. Every other outcome is in the result.
    """
    result = route_lead(lead_id, workspace_id, user_id=by.pk, max_attempts=max_attempts, path=RoutingPath.MANUAL)
    if result.result == "lock_not_acquired":
        raise LockNotAcquired(gettext("Somebody is routing this lead at this moment. Try again in a little while."))
    if result.result == "disabled" and is_switch_on(SwitchKey.ROUTING_DISABLED):
        raise RoutingDisabled(gettext("Routing is switched off for now. The lead waits."))
    return result


def route_existing(workspace_id: UUID, lead_ids: Sequence[UUID], *, by: User) -> int:
    """Hand leads to routing that were there before it was switched on; only those nobody has worked yet."""
    with transaction.atomic():
        done = call_integer("route_existing_leads", list(lead_ids), by.pk)
        if done:
            _audit("routing.existing_routed", workspace_id, by, {"count": done})
            _wake(FIRST_PASS)
    return done


def revive(workspace_id: UUID, lead_ids: Sequence[UUID], *, by: User, days: int = 90) -> int:
    """Expired leads get another time to live and a first attempt. Platform only; the caller has checked."""
    with transaction.atomic():
        done = call_integer("revive_leads", list(lead_ids), timedelta(days=days), by.pk)
        if done:
            _audit("routing.revived", workspace_id, by, {"count": done, "days": days})
            _wake(FIRST_PASS)
    return done


def cancel(entry: RoutingQueueEntry, *, by: User) -> bool:
    """Give a waiting lead up: failed, `lead_invalid`."""
    with transaction.atomic():
        done = bool(call_integer("cancel_routing", [entry.lead_id], by.pk))
        if done:
            _audit("routing.cancelled", entry.workspace_id, by, {"lead": str(entry.lead_id)})
    return done


def retry_now(entry: RoutingQueueEntry, *, by: User) -> bool:
    """Make a planned attempt due."""
    with transaction.atomic():
        done = bool(call_integer("hurry_routing_retries", entry.workspace_id, [entry.pk], False))
        if done:
            _audit("routing.retry_now", entry.workspace_id, by, {"lead": str(entry.lead_id)})
        _wake(RETRY_SCHEDULE)
    return done


def return_lead(attribution: LeadAttribution, reason: str, *, by: User, text: str = "") -> None:
    """The destination gives a delivery back: credit reversed; a lead nobody worked goes to the source.

    Raises `BadInput`, `WindowClosed` or `AlreadyReturned`; then nothing changed.
    """
    if reason not in ReturnReason.values:
        raise BadInput(gettext("Unknown reason."), field="reason")
    if len(text) > 300:
        raise BadInput(gettext("At most 300 characters."), field="text")
    if attribution.status != AttributionStatus.ACTIVE:
        raise AlreadyReturned
    agreement = RoutingPartner.objects.filter(
        workspace_id=attribution.source_workspace_id, destination_workspace_id=attribution.destination_workspace_id
    ).first()
    if agreement is None:
        raise NotVisible
    if attribution.created_at + timedelta(days=agreement.return_window_days) < timezone.now():
        raise WindowClosed
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT return_routed_lead(%s::uuid, %s, %s::uuid, %s)", [attribution.pk, reason, by.pk, text])
        if not cursor.fetchone()[0]:
            raise AlreadyReturned
        values = {"lead": str(attribution.lead_id), "reason": reason}
        _audit("routing.returned", attribution.destination_workspace_id, by, values)
    logger.info(log_events.ROUTING_RETURNED, lead=str(attribution.lead_id), reason=reason)


def _audit(action: str, workspace_id: UUID, by: User | str, values: dict[str, Any]) -> None:
    record_audit(action, actor=by, workspace=workspace_id, object_type="routing", after=values)


def _actor(by: User | str) -> UUID | None:
    return by.pk if isinstance(by, User) else None


def _wake(schedule: str) -> None:
    transaction.on_commit(lambda: nudge(schedule), robust=True)

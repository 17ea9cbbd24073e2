"""The agreement between two workspaces: proposed by the source, accepted by the destination."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from assignment.enums import PartnershipStatus
from assignment.errors import PartnershipState
from assignment.models import RoutingPartner
from assignment.rules.routing.input import CAP_FIELDS, clean_cap, clean_conditions, clean_schedule
from assignment.services.routing.acting import requeue_after_change
from zrg.lib import log_events
from zrg.lib.errors import BadInput
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.models import User, Workspace
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

DESTINATION_FIELDS = frozenset({"accept_conditions", "schedule", *CAP_FIELDS})
SOURCE_FIELDS = frozenset({"credit_amount", "return_window_days"})
SHARED_FIELDS = frozenset({"notes"})
MAX_RETURN_DAYS = 90
MAX_AMOUNT = Decimal(10**8)


def propose(
    source_id: UUID, destination_id: UUID, values: Mapping[str, Any], *, by: User, accept: bool
) -> RoutingPartner:
    """A new agreement, or one that ended proposed again. `accept`: a global admin speaks for both sides."""
    if source_id == destination_id:
        raise BadInput(gettext("A workspace is no partner of itself."), field="destinationWorkspaceId")
    # The source's admin need not be a member of the destination.
    with platform():
        exists = Workspace.objects.filter(pk=destination_id).not_deleted().exists()
    if not exists:
        raise BadInput(gettext("Unknown workspace."), field="destinationWorkspaceId")
    with transaction.atomic():
        row, created = RoutingPartner.objects.select_for_update().get_or_create(
            workspace_id=source_id, destination_workspace_id=destination_id, defaults={"proposed_by": by}
        )
        if not created and row.status != PartnershipStatus.ENDED:
            raise PartnershipState(gettext("There is an agreement already."), status=row.status)
        _set(row, _clean(values, SOURCE_FIELDS | SHARED_FIELDS | (DESTINATION_FIELDS if accept else frozenset())))
        row.proposed_by, row.status, row.accepted_by, row.accepted_at = by, PartnershipStatus.PROPOSED, None, None
        if accept:
            _accept(row, by)
        row.save()
        _record(row, "routing.partner_proposed", by)
    return row


def change(row: RoutingPartner, values: Mapping[str, Any], *, by: User, sides: frozenset[str]) -> RoutingPartner:
    """Save what the side may set. A change of credit or return window asks the destination again."""
    allowed = SHARED_FIELDS
    if "source" in sides:
        allowed |= SOURCE_FIELDS
    if "destination" in sides:
        allowed |= DESTINATION_FIELDS
    with transaction.atomic():
        locked = RoutingPartner.objects.select_for_update().get(pk=row.pk)
        cleaned = _clean(values, allowed)
        is_new_offer = any(name in SOURCE_FIELDS and getattr(locked, name) != cleaned[name] for name in cleaned)
        _set(locked, cleaned)
        if is_new_offer and "platform" not in sides and locked.status != PartnershipStatus.ENDED:
            locked.status, locked.accepted_by, locked.accepted_at = PartnershipStatus.PROPOSED, None, None
        locked.save()
        _record(locked, "routing.partner_changed", by)
    return locked


def move(row: RoutingPartner, act: str, *, by: User, reason: str = "") -> RoutingPartner:
    """accept, pause, resume or end; raises `PartnershipState` where the state does not allow it."""
    allowed = {
        "accept": (PartnershipStatus.PROPOSED,),
        "pause": (PartnershipStatus.ACTIVE,),
        "resume": (PartnershipStatus.PAUSED,),
        "end": (PartnershipStatus.PROPOSED, PartnershipStatus.ACTIVE, PartnershipStatus.PAUSED),
    }[act]
    with transaction.atomic():
        locked = RoutingPartner.objects.select_for_update().get(pk=row.pk)
        if locked.status not in allowed:
            raise PartnershipState(gettext("Not in this state."), status=locked.status)
        if act == "accept":
            _accept(locked, by)
        else:
            locked.status = {
                "pause": PartnershipStatus.PAUSED,
                "resume": PartnershipStatus.ACTIVE,
                "end": PartnershipStatus.ENDED,
            }[act]
        locked.status_reason = reason[:300]
        locked.save()
        _record(locked, f"routing.partner_{act}", by)
    return locked


def _accept(row: RoutingPartner, by: User) -> None:
    row.status, row.accepted_by, row.accepted_at = PartnershipStatus.ACTIVE, by, timezone.now()


def _set(row: RoutingPartner, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _clean(values: Mapping[str, Any], allowed: frozenset[str]) -> dict[str, Any]:
    refused = sorted(set(values) - allowed)
    if refused:
        raise BadInput(
            gettext("These fields belong to the other side or do not exist."), http_status=400, fields=refused
        )
    cleaned = dict(values)
    if "accept_conditions" in cleaned:
        cleaned["accept_conditions"] = clean_conditions(cleaned["accept_conditions"])
    if "schedule" in cleaned:
        cleaned["schedule"] = clean_schedule(cleaned["schedule"])
    for cap in CAP_FIELDS:
        if cap in cleaned:
            cleaned[cap] = clean_cap(cleaned[cap], cap)
    if not isinstance(cleaned.get("notes", ""), str):
        raise BadInput(gettext("Text is needed."), http_status=400, field="notes")
    if "credit_amount" in cleaned:
        cleaned["credit_amount"] = _amount(cleaned["credit_amount"])
    days = cleaned.get("return_window_days", 0)
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= MAX_RETURN_DAYS:
        raise BadInput(gettext("From 0 to 90 days."), http_status=400, field="return_window_days")
    return cleaned


def _amount(value: Any) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    amount = amount.quantize(Decimal("0.01")) if amount.is_finite() and abs(amount) < MAX_AMOUNT else Decimal("NaN")
    # What is rounded up may be too much for the column as well.
    if not amount.is_finite() or not 0 <= amount < MAX_AMOUNT:
        raise BadInput(gettext("An amount from 0."), http_status=400, field="credit_amount")
    return amount


def _record(row: RoutingPartner, action: str, by: User) -> None:
    after = {"status": row.status, "destination": str(row.destination_workspace_id), "reason": row.status_reason}
    # An act of the destination belongs into the source's audit too, which its admin does not see.
    with platform():
        for workspace_id in (row.workspace_id, row.destination_workspace_id):
            record_audit(action, actor=by, workspace=workspace_id, obj=row, after=after)
    logger.info(
        log_events.ROUTING_PARTNER_CHANGED, source=str(row.workspace_id), partner=str(row.pk), status=row.status
    )
    # The leads that wait are the source's, which the destination's admin does not see.
    with tenant(row.workspace_id):
        requeue_after_change(row.workspace_id, by=by)

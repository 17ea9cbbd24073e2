"""Agreements of a workspace as its people read them: both directions, with use, returns and deliveries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, F, IntegerField, Q, Sum, Value, When
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from assignment.enums import AttributionStatus, PartnershipStatus
from assignment.models import LeadAttribution, RoutingPartner, RoutingRule
from assignment.services.routing.partner_figures import RATE_DAYS, with_figures
from leads.models import Lead
from zrg.workspaces.context import platform
from zrg.workspaces.enums import WorkspaceStatus, WorkspaceType
from zrg.workspaces.models import Workspace

HIGH_RETURN_RATE = 0.3
SHOWN_DELIVERIES = 25
TONES = {PartnershipStatus.ACTIVE: "good", PartnershipStatus.PAUSED: "warn", PartnershipStatus.PROPOSED: "warn"}

# A workspace that neither sends nor takes leads, whatever was agreed.
STOPPED: Mapping[str, str] = {
    WorkspaceStatus.DELETED: _("Workspace deleted"),
    WorkspaceStatus.SUSPENDED: _("Workspace suspended"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One agreement seen from one side. `is_incoming`: leads come from the other workspace. `counts_credit`: the
    receiving workspace is of the type partner.
    """

    row: RoutingPartner
    other: UUID
    name: str
    is_incoming: bool
    state: str
    tone: str
    used: str
    delivered: int
    returned: int
    return_rate: str
    is_rate_high: bool
    counts_credit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery. `lead` is the lead where this side still has it, `rule` what sent it where this side wrote it."""

    id: UUID
    at: datetime
    name: str
    lead: UUID | None
    rule: str
    credit: Decimal
    status: str
    reason: str
    can_return: bool


def list_agreements(workspace_id: UUID) -> list[Agreement]:
    """All of them: open questions first, those that ended last."""
    rank = Case(
        When(status=PartnershipStatus.PROPOSED, then=Value(0)),
        When(status=PartnershipStatus.ENDED, then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = with_figures(RoutingPartner.objects.in_workspace(workspace_id)).order_by(rank, "created_at", "id")
    return _as_agreements(workspace_id, rows)


def read_agreement(workspace_id: UUID, agreement_id: UUID) -> Agreement | None:
    """One of them."""
    rows = with_figures(RoutingPartner.objects.in_workspace(workspace_id)).filter(pk=agreement_id)
    return next(iter(_as_agreements(workspace_id, rows)), None)


def list_deliveries(workspace_id: UUID, agreement: Agreement, now: datetime | None = None) -> list[Delivery]:
    """The newest under this agreement."""
    row, moment = agreement.row, now or timezone.now()
    found = list(
        LeadAttribution.objects.delivered()
        .filter(source_workspace_id=row.workspace_id, destination_workspace_id=row.destination_workspace_id)
        .order_by("-created_at", "-id")[:SHOWN_DELIVERIES]
    )
    leads = Lead.objects.in_workspace(workspace_id).defer("search_vector").in_bulk([one.lead_id for one in found])
    rules = RoutingRule.objects.in_workspace(workspace_id).filter(pk__in={one.rule_id for one in found if one.rule_id})
    names: dict[UUID | None, str] = dict(rules.values_list("pk", "name"))
    open_since = moment - timedelta(days=row.return_window_days)
    return [
        Delivery(
            id=one.pk,
            at=one.created_at,
            name=leads[one.lead_id].shown_name if one.lead_id in leads else "",
            lead=one.lead_id if one.lead_id in leads else None,
            rule=names.get(one.rule_id, ""),
            credit=one.credit_amount,
            status=gettext(one.get_status_display()),
            reason=gettext(one.get_return_reason_display()) if one.return_reason else "",
            can_return=agreement.is_incoming
            and one.status == AttributionStatus.ACTIVE
            and one.created_at >= open_since,
        )
        for one in found
    ]


def credit_of_the_month(agreement: Agreement, now: datetime | None = None) -> Decimal:
    """What the last thirty days earned the source; returned deliveries count nothing."""
    since = (now or timezone.now()) - timedelta(days=RATE_DAYS)
    counted = Q(status__in=(AttributionStatus.ACTIVE, AttributionStatus.LAPSED))
    rows = LeadAttribution.objects.filter(
        counted,
        source_workspace_id=agreement.row.workspace_id,
        destination_workspace_id=agreement.row.destination_workspace_id,
        created_at__gte=since,
    )
    return rows.aggregate(total=Sum(F("credit_amount")))["total"] or Decimal(0)


def _as_agreements(workspace_id: UUID, rows: Iterable[Any]) -> list[Agreement]:
    listed = list(rows)
    others = {row.pk: _other(workspace_id, row) for row in listed}
    # Whoever has an agreement with a workspace knows its name.
    with platform():
        found = Workspace.objects.in_bulk([*others.values(), workspace_id])
    return [_agreement(workspace_id, row, others[row.pk], found) for row in listed]


def _other(workspace_id: UUID, row: RoutingPartner) -> UUID:
    return row.workspace_id if row.destination_workspace_id == workspace_id else row.destination_workspace_id


def _agreement(workspace_id: UUID, row: Any, other: UUID, known: Mapping[UUID, Workspace]) -> Agreement:
    is_incoming = row.destination_workspace_id == workspace_id
    delivered, returned = row.delivered or 0, row.returned or 0
    rate = returned / delivered if delivered else 0.0
    state, tone = gettext(row.get_status_display()), TONES.get(row.status, "")
    if row.status == PartnershipStatus.PROPOSED:
        state = gettext("Waits for your answer") if is_incoming else gettext("Waits for their answer")
    stopped = STOPPED.get(known[other].status) if other in known else None
    if stopped and row.status != PartnershipStatus.ENDED:
        state, tone = gettext(stopped), "bad"
    return Agreement(
        row=row,
        other=other,
        name=known[other].name if other in known else gettext("A workspace"),
        is_incoming=is_incoming,
        state=state,
        tone=tone,
        used=_used(row),
        delivered=delivered,
        returned=returned,
        return_rate=f"{rate:.0%}" if delivered else "–",
        is_rate_high=rate > HIGH_RETURN_RATE,
        counts_credit=getattr(known.get(row.destination_workspace_id), "workspace_type", "") == WorkspaceType.PARTNER,
    )


def _used(row: Any) -> str:
    """Deliveries against the caps of day and month, where there are any."""
    pairs = (
        (gettext("{count} of {cap} today"), row.used_today, row.cap_daily),
        (gettext("{count} of {cap} this month"), row.used_month, row.cap_monthly),
    )
    return ", ".join(words.format(count=count or 0, cap=cap) for words, count, cap in pairs if cap is not None)

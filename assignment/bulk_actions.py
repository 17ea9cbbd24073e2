"""Many leads of the inbox at once: given to one person, handed to routing."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from assignment.errors import NotRoutable
from assignment.services.assigning import assign_manually, assignable_people, is_stopped
from assignment.services.routing.acting import route_existing
from inbox.bulk_actions import CHANGED_SINCE
from inbox.registry import BulkAction
from leads.enums import RoutingStatus
from leads.models import Lead
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User, WorkspaceSettings

NOBODY = "nobody"


def _choices(workspace_id: UUID) -> Sequence[tuple[str, str]]:
    with tenant(workspace_id):
        # A person's own context knows no other members.
        people = assignable_people(workspace_id)
    return [
        *((str(one.pk), gettext("Assign to {name}").format(name=one.get_full_name())) for one in people),
        (NOBODY, gettext("Assign to nobody")),
    ]


def _wanted(value: str) -> UUID | None:
    return None if value == NOBODY else UUID(value)


def _refuse(lead: Lead, value: str) -> str:
    if lead.assigned_to_id == _wanted(value):
        return gettext("Assigned to nobody already.") if value == NOBODY else gettext("Assigned to them already.")
    return gettext("All outreach to this lead is stopped.") if value != NOBODY and is_stopped(lead) else ""


def _act(lead: Lead, value: str, by: User) -> dict[str, Any]:
    wanted, had = _wanted(value), lead.assigned_to_id
    assign_manually(lead.pk, lead.workspace_id, wanted, expected=had, by=by)
    return {"from": str(had) if had else NOBODY, "to": value}


def _undo(lead: Lead, before: dict[str, Any], by: User) -> str:
    to = _wanted(before["to"])
    if lead.assigned_to_id != to:
        return CHANGED_SINCE
    assign_manually(lead.pk, lead.workspace_id, _wanted(before["from"]), expected=to, by=by)
    return ""


ASSIGN = BulkAction(
    key="assign",
    group=_("Assign"),
    position=30,
    permission="lead.assign",
    choices=_choices,
    refuse=_refuse,
    act=_act,
    undo=_undo,
    consequence=lambda _value: gettext("The turns of the rotation stay as they are."),
)


def _routing_choices(workspace_id: UUID) -> Sequence[tuple[str, str]]:
    with tenant(workspace_id):
        settings = WorkspaceSettings.objects.filter(workspace_id=workspace_id)
        is_on = settings.values_list("lead_routing_enabled", flat=True).first()
    return [("existing", gettext("Route to partners"))] if is_on else []


def _refuse_routing(lead: Lead, value: str) -> str:
    if lead.routing_status != RoutingStatus.ROUTED:
        return gettext("Routing is at this lead already.")
    if lead.routing_started_at is not None or lead.source_workspace_id != lead.workspace_id:
        return gettext("Routing had its turn with this lead.")
    return gettext("All outreach to this lead is stopped.") if is_stopped(lead) else ""


def _route(lead: Lead, value: str, by: User) -> None:
    if not route_existing(lead.workspace_id, [lead.pk], by=by):
        raise NotRoutable(gettext("Somebody works on this lead already, or it has expired."))


ROUTE = BulkAction(
    key="route",
    group=_("Routing"),
    position=90,
    permission="routing.run",
    choices=_routing_choices,
    refuse=_refuse_routing,
    act=_route,
    consequence=lambda _value: gettext("The rules decide which partner gets each lead. This cannot be undone."),
)

"""Giving many leads to one person, from the list of the inbox."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from assignment.services.assigning import assign_manually, assignable_people, is_stopped
from inbox.bulk_actions import CHANGED_SINCE
from inbox.registry import BulkAction
from leads.models import Lead
from zrg.workspaces.context import tenant
from zrg.workspaces.models import User

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

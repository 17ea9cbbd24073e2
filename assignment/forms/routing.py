"""A routing rule as a person edits it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext

from assignment.forms.conditions import FIRST_ROW, Conditions, conditions_of, read_conditions
from assignment.forms.limits import Limits, limits_of, no_limits, read_limits, whole
from assignment.models import RoutingRule
from zrg.lib.errors import BadInput
from zrg.lib.text import read_number
from zrg.workspaces.hours import resolve_zone

MOMENT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """What stands in the form. `starts` and `ends` are wall times of `zone`, the workspace's."""

    zone: str
    limits: Limits
    asks: Conditions = field(default_factory=Conditions)
    version: int = 0
    name: str = ""
    is_active: bool = True
    destination: str = ""
    priority: str = "0"
    weight: str = "1"
    starts: str = ""
    ends: str = ""
    tags: str = ""
    notify: frozenset[str] = frozenset()

    def edited(self, act: str) -> "RuleDraft":
        """The draft after a condition was added or removed."""
        return replace(self, asks=self.asks.edited(act))

    def columns(self) -> dict[str, Any]:
        """What is saved. Raises `BadInput` for what is no number, condition, time or tag."""
        return {
            "name": self.name.strip(),
            "is_active": self.is_active,
            "destination_workspace_id": _uuid(self.destination),
            "priority": whole(self.priority, "priority"),
            "weight": whole(self.weight, "weight"),
            "conditions": self.asks.stored(),
            "actions": {
                "tag_with": [tag.strip() for tag in self.tags.split(",") if tag.strip()],
                "notify_via": sorted(self.notify),
            },
            "starts_at": _moment(self.starts, self.zone),
            "ends_at": _moment(self.ends, self.zone),
            **self.limits.columns(),
        }

    def at_fault(self, pointer: str, message: str) -> "RuleDraft":
        """The draft with the server's words at the row the pointer names."""
        return replace(self, asks=self.asks.at_fault(pointer, message))


def read_rule_draft(data: QueryDict, zone: str) -> RuleDraft:
    """The form as it was posted."""
    version = data.get("version", "")
    return RuleDraft(
        zone=zone,
        limits=read_limits(data),
        asks=read_conditions(data),
        version=read_number(version) or 0,
        name=data.get("name", ""),
        is_active="is_active" in data,
        destination=data.get("destination", ""),
        priority=data.get("priority", ""),
        weight=data.get("weight", ""),
        starts=data.get("starts", "").strip(),
        ends=data.get("ends", "").strip(),
        tags=data.get("tags", ""),
        notify=frozenset(data.getlist("notify")),
    )


def draft_of_rule(rule: RoutingRule, zone: str) -> RuleDraft:
    """A stored rule as the form shows it."""
    return RuleDraft(
        zone=zone,
        limits=limits_of(rule, zone),
        asks=conditions_of(rule.conditions),
        version=rule.version,
        name=rule.name,
        is_active=rule.is_active,
        destination=str(rule.destination_workspace_id or ""),
        priority=str(rule.priority),
        weight=str(rule.weight),
        starts=_wall(rule.starts_at, zone),
        ends=_wall(rule.ends_at, zone),
        tags=", ".join(rule.actions.get("tag_with", ())),
        notify=frozenset(rule.actions.get("notify_via", ())),
    )


def new_draft(zone: str, given: Mapping[str, str] | None = None) -> RuleDraft:
    """An empty rule with one condition to fill in; `given` may name its destination."""
    destination = (given or {}).get("to", "")
    return RuleDraft(zone=zone, limits=no_limits(zone), asks=Conditions(rows=(FIRST_ROW,)), destination=destination)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadInput(gettext("Choose where the leads go."), field="destination") from error


def _moment(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=resolve_zone(zone))
    except ValueError as error:
        raise BadInput(gettext("From and until are a day and a time."), field="starts") from error


def _wall(moment: datetime | None, zone: str) -> str:
    return moment.astimezone(resolve_zone(zone)).strftime(MOMENT) if moment else ""

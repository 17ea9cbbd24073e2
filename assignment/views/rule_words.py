"""A routing rule in words, for lists."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from assignment.forms.limits import LABELS, WEEK
from assignment.models import RoutingRule, RoutingRuleRevision
from assignment.rules.routing.input import can_read_conditions, can_read_schedule
from assignment.views.condition_words import UNREADABLE, conditions_in_words, difference_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One line of the list. `tone` is good, warn or nothing."""

    id: UUID
    name: str
    priority: int
    weight: int
    destination: str
    conditions: str
    state: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One saved version of a rule and what it changed: names, values before and after."""

    number: int
    who: str
    at: datetime
    changes: list[tuple[str, str, str]]


def rule_lines(
    rules: Iterable[RoutingRule], names: Mapping[str, str], *, keep: UUID, active: Collection[UUID]
) -> list[RuleLine]:
    """The rules in their order; `keep` is the workspace whose rules they are, `active` those that take leads of it."""
    return [_line(rule, names, keep, active) for rule in rules]


def versions_of(revisions: Sequence[RoutingRuleRevision], names: Mapping[str, str], *, keep: UUID) -> list[Version]:
    """Revisions, newest first, each with what is different from the one before."""
    shown = dict(names) | {str(keep): gettext("Kept here")}
    first = [*revisions[-1:]] if revisions and revisions[-1].version == 1 else []
    return [
        *(_version(one, changes_in_words(before.snapshot, one.snapshot, shown)) for one, before in pairwise(revisions)),
        *(_version(one, []) for one in first),
    ]


def changes_in_words(
    before: Mapping[str, Any], after: Mapping[str, Any], workspaces: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """What differs between two snapshots: name, before, after. `workspaces`: names by id."""
    return [
        (gettext(NAMES.get(name, name)), *_both(name, before.get(name), value, workspaces))
        for name, value in after.items()
        if before.get(name) != value
    ]


def hours_in_words(schedule: Mapping[str, Any] | None) -> str:
    """When leads are taken."""
    if not schedule:
        return gettext("Always")
    if not can_read_schedule(schedule):
        return gettext(UNREADABLE)
    days = ", ".join(gettext(name) for number, name in WEEK if number in schedule["days"])
    told = {"days": days, "opens": schedule["from"], "closes": schedule["to"], "zone": schedule["timezone"]}
    return gettext("{days} {opens} to {closes} ({zone})").format(**told)


NAMES = LABELS | {
    "name": _("Name"),
    "is_active": _("Switched on"),
    "conditions": _("Conditions"),
    "destination_workspace_id": _("Leads go to"),
    "actions": _("Tags and notices"),
    "schedule": _("Hours"),
    "starts_at": _("In force from"),
    "ends_at": _("In force until"),
    "archived_at": _("Archived"),
}


def _version(one: RoutingRuleRevision, changes: list[tuple[str, str, str]]) -> Version:
    who = one.changed_by.get_full_name() if one.changed_by else gettext("Somebody who left")
    return Version(number=one.version, who=who, at=one.created_at, changes=changes)


def _both(name: str, before: Any, after: Any, workspaces: Mapping[str, str]) -> tuple[str, str]:
    if name == "conditions":
        return difference_in_words(before or {}, after or {})
    return _shown(name, before, workspaces), _shown(name, after, workspaces)


def _shown(name: str, value: Any, workspaces: Mapping[str, str]) -> str:
    if name == "schedule":
        return hours_in_words(value)
    if name == "actions":
        given = value or {}
        return ", ".join([*given.get("tag_with", ()), *given.get("notify_via", ())]) or gettext("None")
    if name == "destination_workspace_id":
        return workspaces.get(str(value)) or gettext("A workspace") if value else gettext("No destination")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return "–" if value is None else str(value)


def _line(rule: RoutingRule, names: Mapping[str, str], keep: UUID, active: Collection[UUID]) -> RuleLine:
    target = rule.destination_workspace_id
    destination = gettext("Kept here") if target == keep else names.get(str(target), "") if target else ""
    state, tone = _state(rule, target == keep or target in active)
    return RuleLine(
        id=rule.pk,
        name=rule.name,
        priority=rule.priority,
        weight=rule.weight,
        destination=destination or gettext("No destination"),
        conditions=conditions_in_words(rule.conditions),
        state=state,
        tone=tone,
    )


def _state(rule: RoutingRule, is_agreed: bool) -> tuple[str, str]:
    now = timezone.now()
    if not (can_read_conditions(rule.conditions) and can_read_schedule(rule.schedule)):
        return gettext(UNREADABLE), "bad"
    if not rule.is_active:
        return gettext("Off"), ""
    if rule.destination_workspace_id is None:
        return gettext("No destination"), "bad"
    if not is_agreed:
        return gettext("Destination takes no leads"), "bad"
    if rule.starts_at and rule.starts_at > now:
        return gettext("Not started"), ""
    return (gettext("Over"), "") if rule.ends_at and rule.ends_at <= now else (gettext("On"), "good")

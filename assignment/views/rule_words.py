"""A routing rule in words, for lists."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext

from assignment.forms.conditions import FIELDS, MATCHES, OPS, Row, rows_of
from assignment.forms.limits import LABELS, WEEK
from assignment.models import RoutingRule, RoutingRuleRevision

SHOWN_VALUES = 3


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
    shown = dict(names) | {str(keep): "Kept here"}
    first = [*revisions[-1:]] if revisions and revisions[-1].version == 1 else []
    return [
        *(_version(one, _changes(before.snapshot, one.snapshot, shown)) for one, before in pairwise(revisions)),
        *(_version(one, []) for one in first),
    ]


def conditions_in_words(conditions: Mapping[str, Any]) -> str:
    """What a lead must be like."""
    match, rows, raw = rows_of(conditions)
    if raw:
        return "Nested conditions"
    if not rows:
        return "Every lead"
    words = "; ".join(_words(row) for row in rows)
    return (
        words
        if match == "all" or (match == "any" and len(rows) == 1)
        else f"{gettext(MATCHES[match]).capitalize()}: {words}"
    )


def hours_in_words(schedule: Mapping[str, Any] | None) -> str:
    """When leads are taken."""
    if not schedule:
        return "Always"
    days = ", ".join(name for number, name in WEEK if number in schedule["days"])
    return f"{days} {schedule['from']} to {schedule['to']} ({schedule['timezone']})"


NAMES = LABELS | {
    "name": "Name",
    "is_active": "Switched on",
    "conditions": "Conditions",
    "destination_workspace_id": "Leads go to",
    "actions": "Tags and notices",
    "schedule": "Hours",
    "starts_at": "In force from",
    "ends_at": "In force until",
    "archived_at": "Archived",
}


def _version(one: RoutingRuleRevision, changes: list[tuple[str, str, str]]) -> Version:
    who = one.changed_by.get_full_name() if one.changed_by else "Somebody who left"
    return Version(number=one.version, who=who, at=one.created_at, changes=changes)


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], workspaces: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    return [
        (NAMES.get(name, name), _shown(name, before.get(name), workspaces), _shown(name, value, workspaces))
        for name, value in after.items()
        if before.get(name) != value
    ]


def _shown(name: str, value: Any, workspaces: Mapping[str, str]) -> str:
    if name == "conditions":
        return conditions_in_words(value or {})
    if name == "schedule":
        return hours_in_words(value)
    if name == "actions":
        given = value or {}
        return ", ".join([*given.get("tag_with", ()), *given.get("notify_via", ())]) or "None"
    if name == "destination_workspace_id":
        return workspaces.get(str(value), "A workspace") if value else "No destination"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else str(value)


def _words(row: Row) -> str:
    field = row.key if row.key else gettext(FIELDS.get(row.field, row.field))
    if row.kind == "choice":
        return f"{field}: {row.values}"
    if row.kind == "nothing":
        return f"{field} {gettext(OPS[row.op])}"
    if row.kind == "pair":
        return f"{field} {gettext(OPS[row.op])} {row.values} and {row.high}"
    values = row.values.splitlines()
    more = f" and {len(values) - SHOWN_VALUES} more" if len(values) > SHOWN_VALUES else ""
    return f"{field} {gettext(OPS[row.op])} {', '.join(values[:SHOWN_VALUES])}{more}"


def _line(rule: RoutingRule, names: Mapping[str, str], keep: UUID, active: Collection[UUID]) -> RuleLine:
    target = rule.destination_workspace_id
    destination = "Kept here" if target == keep else names.get(str(target), "No destination") if target else ""
    state, tone = _state(rule, target == keep or target in active)
    return RuleLine(
        id=rule.pk,
        name=rule.name,
        priority=rule.priority,
        weight=rule.weight,
        destination=destination or "No destination",
        conditions=conditions_in_words(rule.conditions),
        state=state,
        tone=tone,
    )


def _state(rule: RoutingRule, is_agreed: bool) -> tuple[str, str]:
    now = timezone.now()
    if not rule.is_active:
        return "Off", ""
    if rule.destination_workspace_id is None:
        return "No destination", "bad"
    if not is_agreed:
        return "No agreement in force", "warn"
    if rule.starts_at and rule.starts_at > now:
        return "Not started", ""
    return ("Over", "") if rule.ends_at and rule.ends_at <= now else ("On", "good")

"""A routing rule in words, for lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from assignment.forms.routing import FIELDS, MATCHES, OPS, Row, rows_of
from assignment.models import RoutingRule

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


def rule_lines(rules: Iterable[RoutingRule], names: Mapping[str, str], *, keep: UUID) -> list[RuleLine]:
    """The rules in their order; `keep` is the workspace whose rules they are."""
    return [_line(rule, names, keep) for rule in rules]


def conditions_in_words(conditions: Mapping[str, Any]) -> str:
    """What a lead must be like."""
    match, rows, raw = rows_of(conditions)
    if raw:
        return "Nested conditions"
    if not rows:
        return "Every lead"
    words = "; ".join(_words(row) for row in rows)
    return words if match == "all" or (match == "any" and len(rows) == 1) else f"{MATCHES[match].capitalize()}: {words}"


def _words(row: Row) -> str:
    field = row.key if row.key else FIELDS.get(row.field, row.field)
    if row.kind == "choice":
        return f"{field}: {row.values}"
    if row.kind == "nothing":
        return f"{field} {OPS[row.op]}"
    if row.kind == "pair":
        return f"{field} {OPS[row.op]} {row.values} and {row.high}"
    values = row.values.splitlines()
    more = f" and {len(values) - SHOWN_VALUES} more" if len(values) > SHOWN_VALUES else ""
    return f"{field} {OPS[row.op]} {', '.join(values[:SHOWN_VALUES])}{more}"


def _line(rule: RoutingRule, names: Mapping[str, str], keep: UUID) -> RuleLine:
    target = rule.destination_workspace_id
    destination = "Kept here" if target == keep else names.get(str(target), "No destination") if target else ""
    state, tone = _state(rule)
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


def _state(rule: RoutingRule) -> tuple[str, str]:
    now = timezone.now()
    if not rule.is_active:
        return "Off", ""
    if rule.destination_workspace_id is None:
        return "No destination", "bad"
    if rule.starts_at and rule.starts_at > now:
        return "Not started", ""
    return ("Over", "") if rule.ends_at and rule.ends_at <= now else ("On", "good")

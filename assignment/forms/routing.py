"""A routing rule as a person edits it: rows of field, operator and value instead of nested conditions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import QueryDict

from assignment.models import RoutingRule
from assignment.rules.routing.conditions import GROUPS, LIST_OPS, TEXT_OPS, BadCondition, canonical_conditions
from assignment.rules.routing.facts import ATTRIBUTE_PREFIX, BOOLEAN_FIELDS, NUMBER_FIELDS
from assignment.rules.routing.input import CAP_FIELDS
from zrg.lib.errors import BadInput

MAX_ROWS = 100
ATTRIBUTE = "attributes"
FIELDS = {
    "industry": "Industry",
    "city": "City",
    "state": "State",
    "region": "US region",
    "country": "Country",
    "postal_code": "Postal code",
    "company_size": "Company size",
    "employee_count": "Number of employees",
    "company_revenue": "Revenue",
    "job_title": "Job title",
    "seniority": "Seniority",
    "source": "Source",
    "tags": "Tags",
    "email_domain": "E-mail domain",
    "company_domain": "Website domain",
    "timezone": "Time zone",
    "overall_score": "Overall score",
    "fit_score": "Fit score",
    "intent_score": "Intent score",
    "has_email": "Has an e-mail address",
    "has_phone": "Has a phone number",
    "has_linkedin": "Has a LinkedIn profile",
    "has_company": "Has a company",
    ATTRIBUTE: "Another attribute",
}
OPS = {
    "in": "is one of",
    "not_in": "is none of",
    "eq": "equals",
    "contains": "contains one of",
    "starts_with": "starts with one of",
    "gte": "is at least",
    "lte": "is at most",
    "between": "is between",
    "is_set": "is known",
    "not_set": "is not known",
}
TEXTUAL = ("in", "not_in", "contains", "starts_with", "is_set", "not_set")
NUMERIC = ("gte", "lte", "between", "eq", "is_set", "not_set")
MATCHES = {"all": "all of these", "any": "at least one of these", "none": "none of these"}
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One condition. `values` stand on lines of their own; `high` is the upper end of a range, `values`
    then the lower; `problem` is what the server says about it."""

    field: str
    op: str
    values: str = ""
    high: str = ""
    key: str = ""
    problem: str = ""

    @property
    def ops(self) -> list[tuple[str, str]]:
        """Operators this field has."""
        return [(name, OPS[name]) for name in ops_of(self.field)]

    @property
    def kind(self) -> str:
        """How the value is entered: list, number, pair, choice or nothing."""
        if self.field in BOOLEAN_FIELDS:
            return "choice"
        if self.op in ("is_set", "not_set"):
            return "nothing"
        if self.op == "between":
            return "pair"
        return "list" if self.op in (*LIST_OPS, *TEXT_OPS) else "one"

    def as_condition(self) -> dict[str, Any]:
        """The condition as the language writes it; the language refuses what is wrong in it."""
        field = f"{ATTRIBUTE_PREFIX}{self.key.strip()}" if self.field == ATTRIBUTE else self.field
        found: dict[str, Any] = {"field": field, "op": self.op}
        lines = [line.strip() for line in self.values.splitlines() if line.strip()]
        if self.kind == "choice":
            found["value"] = self.values.strip() == YES
        elif self.kind == "list":
            found["value"] = lines
        elif self.kind == "pair":
            found["value"] = [self.values.strip(), self.high.strip()]
        elif self.kind == "one":
            found["value"] = lines[0] if lines else ""
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """What stands in the form. `raw` holds conditions that are nested deeper than rows can show."""

    version: int = 0
    name: str = ""
    is_active: bool = True
    destination: str = ""
    priority: str = "0"
    weight: str = "1"
    match: str = "all"
    rows: tuple[Row, ...] = ()
    raw: str = ""
    caps: Mapping[str, str]
    tags: str = ""
    notify: frozenset[str] = frozenset()
    touched: int | None = None

    def edited(self, act: str) -> "RuleDraft":
        """The draft after `add` or `remove:2`; anything else leaves it as it is."""
        if act == "add" and len(self.rows) < MAX_ROWS:
            return replace(self, rows=(*self.rows, Row(field="industry", op="in")), touched=len(self.rows))
        name, _, place = act.partition(":")
        if name == "remove" and place.isdigit() and int(place) < len(self.rows):
            rest = (*self.rows[: int(place)], *self.rows[int(place) + 1 :])
            return replace(self, rows=rest, touched=max(min(int(place), len(rest) - 1), 0))
        return self

    def conditions(self) -> dict[str, Any]:
        """In stored form. Raises `BadCondition` with the pointer of the row at fault."""
        if self.raw:
            try:
                given = json.loads(self.raw)
            except ValueError as error:
                raise BadInput("The conditions are no valid JSON.", field="conditions") from error
            return canonical_conditions(given)
        for place, row in enumerate(self.rows):
            if row.kind == "list" and not row.values.strip():
                raise BadCondition("At least one value is needed.", f"/{self.match}/{place}/value")
        return canonical_conditions({self.match: [row.as_condition() for row in self.rows]} if self.rows else {})

    def columns(self) -> dict[str, Any]:
        """What is saved. Raises `BadInput` for what is no number, condition or tag."""
        return {
            "name": self.name.strip(),
            "is_active": self.is_active,
            "destination_workspace_id": _uuid(self.destination),
            "priority": _whole(self.priority, "priority"),
            "weight": _whole(self.weight, "weight"),
            "conditions": self.conditions(),
            "actions": {
                "tag_with": [tag.strip() for tag in self.tags.split(",") if tag.strip()],
                "notify_via": sorted(self.notify),
            },
            **{cap: _whole(self.caps[cap], cap) if self.caps[cap].strip() else None for cap in CAP_FIELDS},
        }

    def at_fault(self, pointer: str, message: str) -> "RuleDraft":
        """The draft with the server's words at the row the pointer names."""
        parts = pointer.split("/")
        if self.raw or len(parts) < 3 or not parts[2].isdigit() or int(parts[2]) >= len(self.rows):
            return self
        place = int(parts[2])
        rows = (*self.rows[:place], replace(self.rows[place], problem=message), *self.rows[place + 1 :])
        return replace(self, rows=rows, touched=place)


def read_rule_draft(data: QueryDict) -> RuleDraft:
    """The form as it was posted."""
    columns = [data.getlist(name) for name in ("field", "op", "key", "values", "high")]
    rows = tuple(_row(*values) for values in zip(*columns, strict=False))
    match = data.get("match", "all")
    version = data.get("version", "")
    return RuleDraft(
        version=int(version) if version.isdigit() else 0,
        name=data.get("name", ""),
        is_active="is_active" in data,
        destination=data.get("destination", ""),
        priority=data.get("priority", ""),
        weight=data.get("weight", ""),
        match=match if match in GROUPS else "all",
        rows=rows[:MAX_ROWS],
        raw=data.get("raw", "").strip(),
        caps={cap: data.get(cap, "") for cap in CAP_FIELDS},
        tags=data.get("tags", ""),
        notify=frozenset(data.getlist("notify")),
    )


def draft_of_rule(rule: RoutingRule) -> RuleDraft:
    """A stored rule as the form shows it."""
    match, rows, raw = rows_of(rule.conditions)
    return RuleDraft(
        version=rule.version,
        name=rule.name,
        is_active=rule.is_active,
        destination=str(rule.destination_workspace_id or ""),
        priority=str(rule.priority),
        weight=str(rule.weight),
        match=match,
        rows=rows,
        raw=raw,
        caps={cap: _shown(getattr(rule, cap)) for cap in CAP_FIELDS},
        tags=", ".join(rule.actions.get("tag_with", ())),
        notify=frozenset(rule.actions.get("notify_via", ())),
    )


def new_draft() -> RuleDraft:
    """An empty rule with one condition to fill in."""
    return RuleDraft(rows=(Row(field="industry", op="in"),), caps=dict.fromkeys(CAP_FIELDS, ""))


def rows_of(conditions: Mapping[str, Any]) -> tuple[str, tuple[Row, ...], str]:
    """Group, rows and rest: stored conditions as rows, or as text where they are nested."""
    if not conditions:
        return "all", (), ""
    match = next((group for group in GROUPS if group in conditions), None)
    leaves = conditions[match] if match else [conditions]
    if all("field" in leaf for leaf in leaves):
        rows = tuple(_row_of(leaf) for leaf in leaves)
        if all(row.field in FIELDS and row.op in ops_of(row.field) for row in rows):
            return match or "all", rows, ""
    return "all", (), json.dumps(conditions, indent=1, ensure_ascii=False)


def ops_of(field: str) -> tuple[str, ...]:
    """Operators a field is offered with."""
    if field in BOOLEAN_FIELDS:
        return ("eq",)
    if field in NUMBER_FIELDS:
        return NUMERIC
    return tuple(OPS) if field == ATTRIBUTE else TEXTUAL


def _row(field: str, op: str, key: str, values: str, high: str) -> Row:
    field = field if field in FIELDS else "industry"
    ops = ops_of(field)
    values = values.replace("\r\n", "\n")
    if field in BOOLEAN_FIELDS and values not in (YES, NO):
        values = YES
    return Row(field=field, op=op if op in ops else ops[0], key=key, values=values, high=high)


def _row_of(leaf: Mapping[str, Any]) -> Row:
    name, value = leaf["field"], leaf.get("value")
    is_attribute = name.startswith(ATTRIBUTE_PREFIX)
    field = ATTRIBUTE if is_attribute else name
    op = leaf["op"]
    values = value if isinstance(value, list) else [] if value is None else [value]
    # "equals" and "is one of" one value are the same.
    op = "in" if op == "eq" and "eq" not in ops_of(field) else op
    shown = [_shown(one) for one in values]
    is_range = op == "between" and len(shown) == 2
    return Row(
        field=field,
        op=op,
        key=name.removeprefix(ATTRIBUTE_PREFIX) if is_attribute else "",
        values=shown[0] if is_range else "\n".join(shown),
        high=shown[1] if is_range else "",
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return "" if value is None else str(value)


def _whole(text: str, field: str) -> int:
    try:
        return int(text.strip())
    except ValueError as error:
        raise BadInput(f"{LABELS[field]} is a whole number.", field=field) from error


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise BadInput("Choose where the leads go.", field="destination") from error


LABELS = {
    "priority": "Priority",
    "weight": "Weight",
    "cap_daily": "Cap per day",
    "cap_weekly": "Cap per week",
    "cap_monthly": "Cap per month",
    "cap_total": "Cap in total",
}

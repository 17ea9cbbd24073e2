"""Conditions as a person edits them: rows of field, operator and value instead of nested groups."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext, gettext_noop

from assignment.rules.routing.conditions import GROUPS, LIST_OPS, TEXT_OPS, BadCondition, canonical_conditions
from assignment.rules.routing.facts import ATTRIBUTE_PREFIX, BOOLEAN_FIELDS, NUMBER_FIELDS
from assignment.rules.routing.input import can_read_conditions
from zrg.lib.errors import BadInput
from zrg.lib.text import read_number

MAX_ROWS = 100
ATTRIBUTE = "attributes"
FIELDS = {
    "industry": gettext_noop("Industry"),
    "city": gettext_noop("City"),
    "state": gettext_noop("State"),
    "region": gettext_noop("US region"),
    "country": gettext_noop("Country"),
    "postal_code": gettext_noop("Postal code"),
    "company_size": gettext_noop("Company size"),
    "employee_count": gettext_noop("Number of employees"),
    "company_revenue": gettext_noop("Revenue"),
    "job_title": gettext_noop("Job title"),
    "seniority": gettext_noop("Seniority"),
    "source": gettext_noop("Source"),
    "tags": gettext_noop("Tags"),
    "email_domain": gettext_noop("E-mail domain"),
    "company_domain": gettext_noop("Website domain"),
    "timezone": gettext_noop("Time zone"),
    "overall_score": gettext_noop("Overall score"),
    "fit_score": gettext_noop("Fit score"),
    "intent_score": gettext_noop("Intent score"),
    "has_email": gettext_noop("Has an e-mail address"),
    "has_phone": gettext_noop("Has a phone number"),
    "has_linkedin": gettext_noop("Has a LinkedIn profile"),
    "has_company": gettext_noop("Has a company"),
    ATTRIBUTE: gettext_noop("Another attribute"),
}
OPS = {
    "in": gettext_noop("is one of"),
    "not_in": gettext_noop("is none of"),
    "eq": gettext_noop("equals"),
    "contains": gettext_noop("contains one of"),
    "starts_with": gettext_noop("starts with one of"),
    "gte": gettext_noop("is at least"),
    "lte": gettext_noop("is at most"),
    "between": gettext_noop("is between"),
    "is_set": gettext_noop("is known"),
    "not_set": gettext_noop("is not known"),
}
TEXTUAL = ("in", "not_in", "contains", "starts_with", "is_set", "not_set")
NUMERIC = ("gte", "lte", "between", "eq", "is_set", "not_set")
MATCHES = {
    "all": gettext_noop("all of these"),
    "any": gettext_noop("at least one of these"),
    "none": gettext_noop("none of these"),
}
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
        return [(name, gettext(OPS[name])) for name in ops_of(self.field)]

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
class Conditions:
    """What stands in the form. `raw` holds conditions that are nested deeper than rows can show."""

    match: str = "all"
    rows: tuple[Row, ...] = ()
    raw: str = ""
    touched: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether no row can be added."""
        return len(self.rows) >= MAX_ROWS

    def edited(self, act: str) -> "Conditions":
        """After `add` or `remove:2`; anything else leaves them as they are."""
        if act == "add" and not self.is_full:
            return replace(self, rows=(*self.rows, FIRST_ROW), touched=len(self.rows))
        name, _, place = act.partition(":")
        number = read_number(place)
        if name == "remove" and number is not None and number < len(self.rows):
            rest = (*self.rows[:number], *self.rows[number + 1 :])
            return replace(self, rows=rest, touched=max(min(number, len(rest) - 1), 0))
        return self

    def stored(self) -> dict[str, Any]:
        """In stored form. Raises `BadCondition` with the pointer of the row at fault."""
        if self.raw:
            try:
                given = json.loads(self.raw)
            except ValueError as error:
                raise BadInput(gettext("The conditions are no valid JSON."), field="conditions") from error
            return canonical_conditions(given)
        for place, row in enumerate(self.rows):
            if row.kind == "list" and not row.values.strip():
                raise BadCondition(gettext("At least one value is needed."), f"/{self.match}/{place}/value")
        return canonical_conditions({self.match: [row.as_condition() for row in self.rows]} if self.rows else {})

    def at_fault(self, pointer: str, message: str) -> "Conditions":
        """With the server's words at the row the pointer names."""
        parts = pointer.split("/")
        if self.raw or len(parts) < 3 or not parts[2].isdecimal() or int(parts[2]) >= len(self.rows):
            return self
        place = int(parts[2])
        rows = (*self.rows[:place], replace(self.rows[place], problem=message), *self.rows[place + 1 :])
        return replace(self, rows=rows, touched=place)


FIRST_ROW = Row(field="industry", op="in")


def read_conditions(data: QueryDict) -> Conditions:
    """As they were posted."""
    columns = [data.getlist(name) for name in ("field", "op", "key", "values", "high")]
    rows = tuple(_row(*values) for values in zip(*columns, strict=False))
    match = data.get("match", "all")
    return Conditions(match=match if match in GROUPS else "all", rows=rows[:MAX_ROWS], raw=data.get("raw", "").strip())


def conditions_of(stored: Mapping[str, Any]) -> Conditions:
    """Stored conditions as the form shows them."""
    match, rows, raw = rows_of(stored)
    return Conditions(match=match, rows=rows, raw=raw)


def rows_of(conditions: Mapping[str, Any]) -> tuple[str, tuple[Row, ...], str]:
    """Group, rows and rest: stored conditions as rows, or as text where they are nested or cannot be read."""
    if not conditions:
        return "all", (), ""
    if not can_read_conditions(conditions):
        return "all", (), json.dumps(conditions, indent=1, ensure_ascii=False)
    match = next((group for group in GROUPS if group in conditions), None)
    leaves = conditions[match] if match else [conditions]
    if all("field" in leaf for leaf in leaves):
        rows = tuple(row_of(leaf) for leaf in leaves)
        if all(row.field in FIELDS and row.op in ops_of(row.field) for row in rows):
            return match or "all", rows, ""
    return "all", (), json.dumps(_readable(conditions), indent=1, ensure_ascii=False)


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


def row_of(leaf: Mapping[str, Any]) -> Row:
    """A stored condition as the form shows it."""
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


def _readable(node: Any) -> Any:
    """With field, operator and value of a condition in this order; the database keeps keys in another."""
    if not isinstance(node, dict):
        return node
    if "field" in node:
        return {name: node[name] for name in ("field", "op", "value") if name in node}
    return {name: [_readable(one) for one in members] for name, members in node.items()}


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return "" if value is None else str(value)

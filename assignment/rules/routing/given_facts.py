"""Facts as a person writes them for a trial: by the names conditions use, in any of the usual forms."""

from collections.abc import Mapping
from typing import Any

from assignment.rules.routing.conditions import as_number
from assignment.rules.routing.facts import ATTRIBUTE_PREFIX, BOOLEAN_FIELDS, NORMALISERS, NUMBER_FIELDS

# Facts of which others are worked out (a state says country and region), by the column they are read from.
_FROM_COLUMN = {
    "state": "company_state",
    "country": "company_country",
    "postal_code": "company_postal_code",
    "company_size": "employee_headcount",
}
_STORED = frozenset({"industry", "company_revenue", "job_title", "seniority", "source", "timezone", "tags", "city"})


def is_fact(name: str) -> bool:
    """Whether conditions know this name."""
    if name.startswith(ATTRIBUTE_PREFIX):
        return name != ATTRIBUTE_PREFIX
    return name in NORMALISERS or name in NUMBER_FIELDS or name in BOOLEAN_FIELDS


def columns_from_facts(given: Mapping[str, Any]) -> dict[str, Any]:
    """The same with columns in the place of the facts that are read from one."""
    attributes = {
        name.removeprefix(ATTRIBUTE_PREFIX): value for name, value in given.items() if name.startswith(ATTRIBUTE_PREFIX)
    }
    columns = {name: value for name, value in given.items() if not name.startswith(ATTRIBUTE_PREFIX)}
    columns |= {column: given[fact] for fact, column in _FROM_COLUMN.items() if fact in given}
    if attributes:
        columns["attributes"] = dict(columns.get("attributes") or {}) | attributes
    return columns


def values_of_facts(given: Mapping[str, Any]) -> dict[str, Any]:
    """Facts that stand for themselves, normalised; one without a value is left out. Raises ValueError."""
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name in BOOLEAN_FIELDS:
            if not isinstance(value, bool):
                raise ValueError(name)
            values[name] = value
        elif name in NUMBER_FIELDS:
            values[name] = as_number(value)
            if values[name] is None and value is not None:
                raise ValueError(name)
        elif name in NORMALISERS and name not in _FROM_COLUMN and name not in _STORED:
            values[name] = NORMALISERS[name](value)
    return {name: value for name, value in values.items() if value is not None}

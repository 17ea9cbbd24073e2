"""Conditions of rules: read from what people and programs write, stored in one form, compiled to a test.

    node := {} | {"all": [node…]} | {"any": [node…]} | {"none": [node…]} | {"field": f, "op": o, "value": v}

A missing fact satisfies only `not_in` and `not_set`. Values are normalised like the field they are compared to.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from assignment.rules.routing.contracts import Facts, Matcher, Need
from assignment.rules.routing.facts import (
    ATTRIBUTE_PREFIX,
    BOOLEAN_FIELDS,
    LIST_FIELDS,
    NORMALISERS,
    NUMBER_FIELDS,
    text,
)
from zrg.lib.errors import BadInput

MAX_DEPTH = 4
MAX_LEAVES = 100
MAX_VALUES = 5_000
MAX_TEXT = 200

GROUPS = ("all", "any", "none")
LIST_OPS = ("in", "not_in")
TEXT_OPS = ("contains", "starts_with")
NUMBER_OPS = ("gte", "lte")
PRESENCE_OPS = ("is_set", "not_set")
OPS = (*LIST_OPS, "eq", *TEXT_OPS, *NUMBER_OPS, "between", *PRESENCE_OPS)
SHORTHAND = {
    "industries": "industry",
    "company_sizes": "company_size",
    "revenue_ranges": "company_revenue",
    "countries": "country",
    "us_states": "state",
    "regions": "region",
}


class BadCondition(BadInput):
    """Conditions that cannot be read; `pointer` (RFC 6901) names the place."""

    code = "bad_condition"
    http_status = 400

    def __init__(self, message: str, pointer: str):
        super().__init__(message, pointer=pointer)


def canonical_conditions(given: Any) -> dict[str, Any]:
    """The stored form of conditions or of their shorthand. Raises `BadCondition`; changes nothing."""
    if not isinstance(given, Mapping):
        raise BadCondition(gettext("Conditions are an object."), "")
    if set(given) & {*SHORTHAND, "match_type"}:
        return _from_shorthand(given)
    leaves = [0]
    return _canonical(given, "", 1, leaves)


def compile_conditions(conditions: Mapping[str, Any]) -> Matcher:
    """A test of facts from canonical conditions."""
    if not conditions:
        return matches_everything
    for group in GROUPS:
        if group in conditions:
            return _group(group, [compile_conditions(node) for node in conditions[group]])
    return _leaf(conditions["field"], conditions["op"], conditions.get("value"))


def asked_fields(conditions: Mapping[str, Any]) -> frozenset[str]:
    """The fields canonical conditions look at."""
    if "field" in conditions:
        return frozenset({conditions["field"]})
    nodes: list[Mapping[str, Any]] = next((conditions[group] for group in GROUPS if group in conditions), [])
    return frozenset().union(*map(asked_fields, nodes))


def needed_value(conditions: Mapping[str, Any]) -> Need | None:
    """The field and the values one of which canonical conditions cannot do without; None: there is no such field."""
    if conditions.get("field") not in LIST_FIELDS and conditions.get("op") in ("in", "eq"):
        value = conditions["value"]
        return conditions["field"], frozenset(value if conditions["op"] == "in" else [value])
    needs = [need for node in conditions.get("all", ()) if (need := needed_value(node)) is not None]
    return min(needs, key=lambda need: len(need[1]), default=None)


def matches_everything(facts: Facts) -> bool:
    """No condition at all."""
    return True


def matches_nothing(facts: Facts) -> bool:
    """Conditions that cannot be read."""
    return False


def _from_shorthand(given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(given) - {*SHORTHAND, "match_type"})
    if unknown:
        raise BadCondition(gettext("Unknown key."), f"/{_escape(unknown[0])}")
    match_type = given.get("match_type", "all")
    if match_type not in ("all", "any"):
        raise BadCondition(gettext("match_type is all or any."), "/match_type")
    nodes = []
    for key, field in SHORTHAND.items():
        values = given.get(key)
        if values is None or values == []:
            continue
        nodes.append({"field": field, "op": "in", "value": _values(field, values, f"/{key}")})
    return {match_type: nodes} if nodes else {}


def _canonical(node: Any, pointer: str, depth: int, leaves: list[int]) -> dict[str, Any]:
    if not isinstance(node, Mapping):
        raise BadCondition(gettext("A condition is an object."), pointer)
    if not node:
        return {}
    if depth > MAX_DEPTH:
        raise BadCondition(gettext("Nested deeper than {max_depth}.").format(max_depth=MAX_DEPTH), pointer)
    groups = [key for key in node if key in GROUPS]
    if groups:
        return _canonical_group(node, groups[0], pointer, depth, leaves)
    leaves[0] += 1
    if leaves[0] > MAX_LEAVES:
        raise BadCondition(gettext("More than {max_leaves} conditions.").format(max_leaves=MAX_LEAVES), pointer)
    return _canonical_leaf(node, pointer)


def _canonical_group(
    node: Mapping[str, Any], group: str, pointer: str, depth: int, leaves: list[int]
) -> dict[str, Any]:
    others = [key for key in node if key != group]
    if others:
        raise BadCondition(gettext("Unknown key."), f"{pointer}/{_escape(others[0])}")
    nodes = node[group]
    if not isinstance(nodes, list):
        raise BadCondition(gettext("A list of conditions is needed."), f"{pointer}/{group}")
    return {
        group: [_canonical(child, f"{pointer}/{group}/{index}", depth + 1, leaves) for index, child in enumerate(nodes)]
    }


def _canonical_leaf(node: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    unknown = [key for key in node if key not in ("field", "op", "value")]
    if unknown:
        raise BadCondition(gettext("Unknown key."), f"{pointer}/{_escape(unknown[0])}")
    field, op = node.get("field"), node.get("op")
    if not isinstance(field, str) or not _is_field(field):
        raise BadCondition(gettext("Unknown field."), f"{pointer}/field")
    if op not in OPS:
        raise BadCondition(gettext("Unknown op."), f"{pointer}/op")
    at = f"{pointer}/value"
    if op in PRESENCE_OPS:
        if "value" in node:
            raise BadCondition(gettext("This op takes no value."), at)
        return {"field": field, "op": op}
    if "value" not in node:
        raise BadCondition(gettext("A value is needed."), at)
    return {"field": field, "op": op, "value": _value_of(field, op, node["value"], at)}


def _value_of(field: str, op: str, value: Any, at: str) -> Any:
    if op in LIST_OPS:
        return _values(field, value, at)
    if op == "eq":
        return _scalar(field, value, at)
    if op in TEXT_OPS:
        if field in NUMBER_FIELDS or field in BOOLEAN_FIELDS:
            raise BadCondition(gettext("This op is for text."), f"{at.removesuffix('/value')}/op")
        given = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in given):
            raise BadCondition(gettext("Text is needed."), at)
        return _values(field, given, at)
    if op in NUMBER_OPS:
        return _number(value, at)
    if not isinstance(value, list) or len(value) != 2:
        raise BadCondition(gettext("Two numbers are needed."), at)
    return [_number(one, f"{at}/{index}") for index, one in enumerate(value)]


def _values(field: str, values: Any, at: str) -> list[Any]:
    if not isinstance(values, list):
        raise BadCondition(gettext("A list is needed."), at)
    if len(values) > MAX_VALUES:
        raise BadCondition(gettext("More than {max_values} values.").format(max_values=MAX_VALUES), at)
    return [_scalar(field, value, f"{at}/{index}") for index, value in enumerate(values)]


def _scalar(field: str, value: Any, at: str) -> Any:
    if not isinstance(value, str | bool | int | float):
        raise BadCondition(gettext("Text, a number or true or false is needed."), at)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise BadCondition(gettext("Longer than {max_text} characters.").format(max_text=MAX_TEXT), at)
    if field in BOOLEAN_FIELDS:
        if not isinstance(value, bool):
            raise BadCondition(gettext("true or false is needed."), at)
        return value
    if field in NUMBER_FIELDS:
        return _number(value, at)
    if field.startswith(ATTRIBUTE_PREFIX):
        normal = text(value) if isinstance(value, str) else value
    else:
        normal = NORMALISERS[field](value)
    if normal is None:
        raise BadCondition(gettext("The value is empty."), at)
    # One sign may become several; what is stored is read again by the same rules.
    if isinstance(normal, str) and len(normal) > MAX_TEXT:
        raise BadCondition(gettext("Longer than {max_text} characters.").format(max_text=MAX_TEXT), at)
    return normal


def _number(value: Any, at: str) -> int | float:
    number = as_number(value)
    if number is None:
        raise BadCondition(gettext("A number is needed."), at)
    return number


def as_number(value: Any) -> int | float | None:
    """Numbers and numeric strings; None for anything else (booleans, `nan`)."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value if value == value else None
    written = str(value).replace(",", "")
    # Python reads 1_000, nobody writes it.
    if "_" in written:
        return None
    try:
        number = float(written)
    except ValueError:
        return None
    if number != number or number in (float("inf"), float("-inf")):
        return None
    return int(number) if number.is_integer() else number


def _is_field(field: str) -> bool:
    if field.startswith(ATTRIBUTE_PREFIX):
        return field != ATTRIBUTE_PREFIX and len(field) <= MAX_TEXT
    return field in NORMALISERS or field in NUMBER_FIELDS or field in BOOLEAN_FIELDS


def _escape(key: Any) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")


def _group(group: str, tests: list[Matcher]) -> Matcher:
    if group == "all":
        return lambda facts: all(test(facts) for test in tests)
    if group == "any":
        return lambda facts: any(test(facts) for test in tests)
    return lambda facts: not any(test(facts) for test in tests)


def _leaf(field: str, op: str, value: Any) -> Matcher:
    if op == "is_set":
        return lambda facts: field in facts
    if op == "not_set":
        return lambda facts: field not in facts
    if op in (*LIST_OPS, "eq"):
        wanted = frozenset(value if op in LIST_OPS else [value])
        return _membership(field, op, wanted)
    if op in TEXT_OPS:
        return _text_test(field, op, tuple(str(one) for one in value))
    low, high = _bounds(op, value)
    return _number_test(field, low, high)


def _membership(field: str, op: str, wanted: frozenset[Any]) -> Matcher:
    is_list = field in LIST_FIELDS
    kinds = frozenset((isinstance(one, bool), one) for one in wanted)

    def found(facts: Facts) -> bool:
        value = facts.get(field)
        if value is None:
            return False
        if is_list:
            return not wanted.isdisjoint(value)
        # True == 1 in Python; a yes is no number here.
        return (isinstance(value, bool), value) in kinds

    return (lambda facts: not found(facts)) if op == "not_in" else found


def _text_test(field: str, op: str, parts: tuple[str, ...]) -> Matcher:
    def holds(value: str) -> bool:
        return value.startswith(parts) if op == "starts_with" else any(part in value for part in parts)

    def test(facts: Facts) -> bool:
        value = facts.get(field)
        if value is None or isinstance(value, bool):
            return False
        return any(holds(one) for one in value) if field in LIST_FIELDS else holds(str(value))

    return test


def _bounds(op: str, value: Any) -> tuple[float, float]:
    if op == "between":
        return value[0], value[1]
    return (value, float("inf")) if op == "gte" else (float("-inf"), value)


def _number_test(field: str, low: float, high: float) -> Matcher:
    def test(facts: Facts) -> bool:
        number = as_number(facts.get(field)) if field not in LIST_FIELDS else None
        return number is not None and low <= number <= high

    return test

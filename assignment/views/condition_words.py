"""Conditions in words: one sentence for lists, line by line where groups stand inside groups."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from assignment.forms.conditions import FIELDS, MATCHES, OPS, Row, row_of, rows_of
from assignment.rules.routing.conditions import GROUPS
from assignment.rules.routing.input import can_read_conditions

SHOWN_VALUES = 3
UNREADABLE = _("Cannot be read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A condition, or the head of a group; its members follow one step deeper."""

    depth: int
    words: str


def conditions_in_words(conditions: Mapping[str, Any]) -> str:
    """What a lead must be like; groups inside groups stand in brackets."""
    if not can_read_conditions(conditions):
        return gettext(UNREADABLE)
    return _sentence(conditions, is_top=True) if conditions else gettext("Every lead")


def outline_of(conditions: Mapping[str, Any]) -> list[Line]:
    """One line per condition and group, as deep as it stands; nothing for what cannot be read."""
    return list(_lines(conditions, 0)) if can_read_conditions(conditions) else []


def outline_of_text(raw: str) -> list[Line]:
    """The same for conditions as somebody is writing them."""
    try:
        given = json.loads(raw)
    except ValueError:
        return []
    return outline_of(given) if isinstance(given, dict) else []


def is_nested(conditions: Mapping[str, Any]) -> bool:
    """Whether rows cannot show them."""
    return bool(rows_of(conditions)[2]) and can_read_conditions(conditions)


def difference_in_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    """What went and what came: line by line between two nested ones, else the whole of both."""
    if not (is_nested(before) and is_nested(after)):
        return conditions_in_words(before), conditions_in_words(after)
    old, new = outline_of(before), outline_of(after)
    went: list[str] = []
    came: list[str] = []
    for kind, first, last, start, end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind != "equal":
            went += [line.words for line in old[first:last]]
            came += [line.words for line in new[start:end]]
    added = gettext("added: {what}") if came and not went else "{what}"
    return _joined(went), added.format(what=_joined(came)) if came else ""


def _joined(lines: list[str]) -> str:
    return "; ".join(lines).replace(":; ", ": ")


def _sentence(node: Mapping[str, Any], *, is_top: bool) -> str:
    group = _group_of(node)
    if group is None:
        return row_in_words(row_of(node)) if node else gettext("every lead")
    members = node[group]
    words = "; ".join(_sentence(one, is_top=False) for one in members)
    if is_top:
        plain = group == "all" or (group == "any" and len(members) == 1)
        return words if plain else f"{gettext(MATCHES[group]).capitalize()}: {words}"
    return f"{gettext(MATCHES[group])} ({words})"


def _lines(node: Mapping[str, Any], depth: int) -> Iterator[Line]:
    group = _group_of(node)
    if group is None:
        yield Line(depth=depth, words=row_in_words(row_of(node)) if node else gettext("every lead"))
        return
    yield Line(depth=depth, words=f"{gettext(MATCHES[group]).capitalize()}:")
    for one in node[group]:
        yield from _lines(one, depth + 1)


def _group_of(node: Mapping[str, Any]) -> str | None:
    return next((group for group in GROUPS if group in node), None)


def row_in_words(row: Row) -> str:
    """One condition."""
    field = row.key if row.key else gettext(FIELDS.get(row.field, row.field))
    op = gettext(OPS.get(row.op, row.op))
    if row.kind == "choice":
        return f"{field}: {gettext(row.values)}"
    if row.kind == "nothing":
        return f"{field} {op}"
    if row.kind == "pair":
        return gettext("{field} {op} {low} and {high}").format(field=field, op=op, low=row.values, high=row.high)
    values = row.values.splitlines()
    left = len(values) - SHOWN_VALUES
    more = " " + gettext("and {n} more").format(n=left) if left > 0 else ""
    return f"{field} {op} {', '.join(values[:SHOWN_VALUES])}{more}"

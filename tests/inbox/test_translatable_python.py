"""Sentences that Python gives to people go through gettext, wherever they are given."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What only operators, other programs and simulators read is English.
ENGLISH = {"management", "migrations", "models", "admin", "simulator", "stack", "prompts", "replay"}
MODULES = sorted(
    module
    for app in ("inbox", "leads", "booking", "assignment", "followups", "notifications", "integrations", "zrg")
    for module in (ROOT / app).rglob("*.py")
    if not ENGLISH & {*module.relative_to(ROOT).parts, module.stem}
)
# The call, and which of its arguments a person reads.
REFUSALS = {
    "BadInput",
    "Conflict",
    "Forbidden",
    "ValidationError",
    "EnrichmentRefused",
    "MergeRefused",
    "NotConfigured",
}
SECOND = {"add_error", "success", "info", "warning", "error"}
DECLARED = {"SettingsSection", "ColumnsPage", "ColumnGroup", "Column", "SetupItem", "SectionState", "Refusal"}
NAMED = {"label", "help_text", "empty_label", "title", "purpose", "hint", "note", "group", "confirm", "waits", "detail"}
NAMED_ANYWHERE = {"problem", "conflict"}


def words(node):
    """A sentence, or the words of one with values in it; None for anything else."""
    if isinstance(node, ast.IfExp):
        return words(node.body) or words(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    else:
        return None
    return text if re.search(r"[A-Za-z].*\s|\s.*[A-Za-z]|^[A-Z][a-z]", text) else None


def shown(call):
    """The arguments of a call that somebody reads."""
    name = getattr(call.func, "id", None) or getattr(call.func, "attr", "")
    owner = getattr(getattr(call.func, "value", None), "id", "")
    if name in SECOND and (name == "add_error" or owner == "messages"):
        yield from call.args[1:2]
    elif name in REFUSALS:
        yield from call.args[:1]
    is_field = name.endswith("Field")
    for keyword in call.keywords:
        is_named = keyword.arg in NAMED or keyword.arg == "text"
        if keyword.arg in NAMED_ANYWHERE or (is_named and (name in DECLARED or is_field)):
            yield keyword.value


def unspoken(source):
    """Lines of a module that give a person a sentence of their own."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [f"{given.lineno}: {words(given)}" for call in calls for given in shown(call) if words(given)]


@pytest.mark.unit
def test_every_sentence_given_to_a_person_is_marked():
    found = [f"{module.relative_to(ROOT)}:{line}" for module in MODULES for line in unspoken(module.read_text())]

    assert len(MODULES) > 500
    assert found == []


@pytest.mark.unit
@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise BadInput("Say why.")', ["1: Say why."]),
        ('raise BadInput(gettext("Say why."), code="why")', []),
        ('raise BadInput(f"At most {limit} rows.")', ["1: At most {} rows."]),
        ('messages.success(request, "Saved.")', ["1: Saved."]),
        ('logger.info(request, "Saved.")', []),
        ('form.add_error("name", "Needed." if new else gettext("Gone."))', ["1: Needed."]),
        ('forms.CharField(label="Your name", help_text=_("Shown."))', ["1: Your name"]),
        ('Column(name="hours", label=_("Hours"), hint="From nine.")', ["1: From nine."]),
        ('show(request, problem="Not now.")', ["1: Not now."]),
        ('SetupItem(key="slack", title=_("Slack"), url="/a b")', []),
    ],
)
def test_what_is_not_marked_is_found(source, found):
    assert unspoken(source) == found

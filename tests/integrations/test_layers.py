"""This app knows credentials, wire formats and contracts; nothing of leads, messages or bookings."""

import ast
from pathlib import Path

import pytest

import integrations
from integrations.models import Connection

pytestmark = pytest.mark.unit

ROOT = Path(integrations.__file__).parent
ABOVE = {"leads", "inbox", "booking", "followups", "assignment", "notifications"}


def test_hard_02_integrations_know_no_leads() -> None:
    """No import of an app above, no foreign key to its tables, no SQL that names them."""
    for path in ROOT.rglob("*.py"):
        source = path.read_text()
        assert not imported(source) & ABOVE, path
        assert not any(f"{app}_{table}" in source for app, table in (("leads", "lead"), ("inbox", "message"))), path
        assert '"zrg.ai' not in source, path

    related = {
        field.related_model._meta.app_label
        for model in Connection._meta.app_config.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete
    }
    assert related == {"workspaces", "integrations"}


def imported(source: str) -> set[str]:
    """First parts of everything a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names

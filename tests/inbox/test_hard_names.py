"""Every safety rule of the AI pipeline (05) and of auto-send (06) has a test that carries its name."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
RULES = {
    "05": """
        stop-stops-automation one-draft-per-trigger one-pending-reply-draft statistics-never-text safety-first
        lead-text-is-data person-clears-optout deterministic-beats-model booked-needs-evidence
        failure-is-not-neutral no-draft-for-opted-out signature-urls-from-list assistant-signature-ignored
        fallback-never-unattended every-call-has-a-timeout broken-text-refused facts-only variables-never-rescanned
        params-for-the-model-sent effort-supported regenerate-keeps-old regenerated-never-auto-sent
        knowledge-url-guard no-booking-from-machines
    """,
    "06": """
        revision-super-admin-only switches-stop-scheduled manual-drafts-not-evaluated hard-blocks
        invariants-not-skippable no-fallback-to-now custom-without-schedule revalidate-under-lock
        revision-claimed-once revision-never-overwrites-a-person slack-text-inert slack-signature
        slack-approver-checks exactly-one-message no-send-without-decision no-text-in-events
    """,
}
NAMES = [f"{part}_{name.replace('-', '_')}" for part, names in RULES.items() for name in names.split()]


def _tests() -> set[str]:
    found = set()
    for path in TESTS.rglob("test_*.py"):
        text = path.read_text()
        if "def test_hard_0" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_hard_"):
                found.add(node.name)
    return found


@pytest.fixture(scope="module")
def tests() -> set[str]:
    return _tests()


@pytest.mark.parametrize("name", NAMES)
def test_the_rule_has_a_test_of_its_name(tests, name):
    wanted = f"test_hard_{name}"

    assert any(found == wanted or found.startswith(f"{wanted}_") for found in tests)

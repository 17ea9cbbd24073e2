"""Whether the safety rules of the parts have tests that carry their names."""

import ast
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def wanted(part: str, rules: str) -> list[str]:
    """Names of tests for the rules of a part, given as words between blanks."""
    return [f"test_hard_{part}_{rule.replace('-', '_')}" for rule in rules.split()]


def has_test(name: str) -> bool:
    """Whether there is a test of this name, or one whose name goes on behind it."""
    return any(found == name or found.startswith(f"{name}_") for found in _hard_tests())


@cache
def _hard_tests() -> frozenset[str]:
    texts = (path.read_text() for path in TESTS.rglob("test_*.py"))
    trees = [ast.parse(text) for text in texts if "def test_hard_" in text]
    functions = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_hard_"))

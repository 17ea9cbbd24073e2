"""Runs the cases of a folder against the adapters; shared by `make vectors` and the test suite."""

import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from django.db import connections, transaction

from tests.support import database
from zrg.workspaces.context import platform

ADAPTERS = "tests.vectors.adapters"


def run_directory(folder: Path, *, only: set[str], out: TextIO) -> int:
    """Run every file with an adapter; returns the exit status."""
    passed = failed = 0
    database.create_database()
    try:
        for path in sorted(folder.glob("*.json")):
            if only and path.stem not in only:
                continue
            document = json.loads(path.read_text())
            name = document["name"]
            if not has_adapter(name):
                out.write(f"skipped: {name} (no adapter)\n")
                continue
            cases = [case for case in document["cases"] if applies(name, case)]
            failures = [line for case in cases if (line := failure_of(name, document, case))]
            out.write(f"{name}: {len(cases) - len(failures)} passed, {len(failures)} failed\n")
            out.writelines(f"  {line}\n" for line in failures)
            if later := len(document["cases"]) - len(cases):
                out.write(f"not yet: {name} ({later} cases of parts that do not exist yet)\n")
            passed += len(cases) - len(failures)
            failed += len(failures)
    finally:
        connections.close_all()
        database.drop_database()
    out.write(f"{passed} passed, {failed} failed\n")
    return 1 if failed else 0


def has_adapter(name: str) -> bool:
    """Whether tests/vectors/adapters holds a module of this name."""
    return importlib.util.find_spec(f"{ADAPTERS}.{name}") is not None


def applies(name: str, case: dict[str, Any]) -> bool:
    """Whether the product has the part the case is about; an adapter without `applies` takes all cases."""
    decide = getattr(import_module(f"{ADAPTERS}.{name}"), "applies", None)
    return decide is None or bool(decide(case))


def failure_of(name: str, document: dict[str, Any], case: dict[str, Any]) -> str | None:
    """One line with expected and actual, or None when the case holds."""
    adapter = import_module(f"{ADAPTERS}.{name}")
    context = committed() if getattr(adapter, "COMMITS", False) else rolled_back()
    try:
        with context:
            actual = adapter.run(case["input"], document)
    except Exception as error:  # a crash is a failing case, the others still run
        return f"{case['id']}: expected {_short(case['expect'])} actual raised {type(error).__name__}: {error}"
    if matches(case["expect"], actual, getattr(adapter, "equal", None)):
        return None
    return f"{case['id']}: expected {_short(case['expect'])} actual {_short(actual)}"


def matches(expected: Any, actual: Any, equal: Any = None) -> bool:
    """Subset comparison: only the keys present in `expected` count."""
    if equal is not None:
        return bool(equal(expected, actual))
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(
            key in actual and matches(expected[key], actual[key]) for key in expected
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list)
            and len(expected) == len(actual)
            and all(matches(one, other) for one, other in zip(expected, actual, strict=True))
        )
    return bool(expected == actual) and isinstance(expected, bool) == isinstance(actual, bool)


@contextmanager
def rolled_back() -> Iterator[None]:
    """One transaction under the platform context, undone at the end."""
    with transaction.atomic():
        with platform(timeout_ms=30_000):
            yield
        transaction.set_rollback(True)


@contextmanager
def committed() -> Iterator[None]:
    """The adapter commits; the tables are emptied afterwards."""
    try:
        yield
    finally:
        connections.close_all()
        database.empty_tables()


def _short(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 2000 else text[:2000] + "…"

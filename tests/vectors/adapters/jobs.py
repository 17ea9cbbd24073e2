"""The pure functions of the job engine, and its scenarios (see job_scenarios.py)."""

from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from tests.support.job_scenarios import play
from zrg.jobs.env import job_settings, positive_int
from zrg.jobs.rules.backoff import backoff_seconds
from zrg.jobs.rules.fairness import fair_order, select_partitioned
from zrg.jobs.rules.keys import build_dispatch_key, build_job_dedupe_key


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    arguments = {name: value for name, value in case_input.items() if name != "fn"}
    return FUNCTIONS[case_input["fn"]](**arguments)


def equal(expected: Any, actual: Any) -> bool:
    """As the runner compares, with the three forms of this file: ranges, parts of texts, log lines."""
    return all(_holds(key, value, actual) for key, value in expected.items())


def _holds(key: str, expected: Any, actual: dict[str, Any]) -> bool:
    if key.endswith("_between"):
        low, high = expected
        measured = actual.get(key.removesuffix("_between"))
        return measured is not None and low <= measured <= high
    if key.endswith("_contains"):
        return str(expected) in str(actual.get(key.removesuffix("_contains"), ""))
    if key in ("log", "logs"):
        wanted = expected if isinstance(expected, list) else [expected]
        return all(name in actual["logs"] for name in wanted)
    if isinstance(expected, dict) and isinstance(actual.get(key), dict):
        return equal(expected, actual[key])
    return key in actual and bool(actual[key] == expected)


def _keys(**arguments: Any) -> dict[str, Any]:
    requested_at = datetime.fromisoformat(arguments.pop("requested_at").replace("Z", "+00:00"))
    key = build_dispatch_key(requested_at=requested_at, **arguments)
    return {"dispatch_key": key.dispatch_key, "correlation_id": str(key.correlation_id)}


def _settings(env: dict[str, str]) -> dict[str, Any]:
    settings = job_settings(env)
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}


def _objects(jobs: list[dict[str, Any]]) -> list[Any]:
    return [SimpleNamespace(**job) for job in jobs]


FUNCTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    "backoff_seconds": lambda **values: {"seconds": backoff_seconds(**values)},
    "job_settings": _settings,
    "positive_int": lambda **values: {"value": positive_int(**values)},
    "fair_order": lambda jobs: {"order": fair_order(_objects(jobs))},
    "select_partitioned": lambda jobs, **values: {"selected": select_partitioned(_objects(jobs), **values)},
    "build_dispatch_key": _keys,
    "build_job_dedupe_key": lambda **values: {name: build_job_dedupe_key(**values) for name in ("key", "dedupe_key")},
    "scenario": lambda **values: play(**values),
}

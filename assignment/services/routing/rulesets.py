"""Compiled rules, kept per process and version; each transaction reads the version under the shared lock."""

from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Any
from uuid import UUID

from assignment import metrics
from assignment.enums import RoutingCode
from assignment.rules.routing.compiling import compile_rule_set
from assignment.rules.routing.contracts import RuleSet
from assignment.services.routing.database import read_config

MAX_KEPT = 500

_kept: dict[UUID, RuleSet] = {}
_lock = Lock()


def load_rule_set(source: UUID) -> tuple[RuleSet | None, datetime]:
    """The rules of a workspace in force now, and the time of this transaction.

    None for a workspace the caller's context does not see. The shared lock taken here is held to the end
    of the transaction: nobody changes the rules before it is over.
    """
    kept = kept_rule_set(source)
    now, stored = read_config(source, kept.version if kept else None)
    return resolve_rule_set(source, stored, kept), now


def kept_rule_set(source: UUID) -> RuleSet | None:
    """What this process has compiled; the database is asked whether it still holds."""
    return _kept.get(source)


def resolve_rule_set(source: UUID, stored: Mapping[str, Any] | None, kept: RuleSet | None) -> RuleSet | None:
    """The rules the database answered with: the kept ones where it sent their version alone."""
    if stored is None:
        return None
    if kept is not None and "rules" not in stored:
        return kept
    compiled = compile_rule_set(stored)
    if unreadable := compiled.unreadable:
        metrics.ERRORS.labels(code=RoutingCode.EVALUATION_ERROR).inc(unreadable)
    with _lock:
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[source] = compiled
    return compiled


def forget_rule_sets() -> None:
    """Read everything anew; versions start over where a database was made anew."""
    with _lock:
        _kept.clear()

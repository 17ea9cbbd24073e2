"""Rules and partnerships as stored, made ready for evaluation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import structlog

from assignment.enums import PartnershipStatus
from assignment.rules.routing.conditions import asked_fields, canonical_conditions, compile_conditions, needed_value
from assignment.rules.routing.contracts import NO_CAPS, Caps, Matcher, Need, Partner, Rule, RuleSet
from assignment.rules.routing.limits import read_schedule
from zrg.lib import log_events
from zrg.lib.errors import BadInput
from zrg.workspaces.hours import Window

logger = structlog.get_logger(__name__)


def compile_rule_set(stored: Mapping[str, Any]) -> RuleSet:
    """From the answer of the database's `routing_config`; rules in the order in which they are tried."""
    rules = sorted((compile_rule(rule) for rule in stored["rules"]), key=lambda rule: (-rule.priority, rule.id))
    return RuleSet(
        source=str(stored["workspace"]),
        version=stored["version"],
        is_enabled=stored["enabled"],
        is_workspace_active=stored["active"],
        timezone=stored["timezone"] or "UTC",
        rules=tuple(rules),
        partners={partner["destination"]: compile_partner(partner) for partner in stored["partners"]},
        fallback=stored["fallback"],
        fallback_workspace=stored["fallback_workspace"],
        max_attempts=stored["max_attempts"],
        explain=stored["explain"],
    )


def compile_rule(stored: Mapping[str, Any]) -> Rule:
    """One rule. What cannot be read takes no lead and is logged; the others go on."""
    read = _read(stored, "conditions", f"rule {stored['id']}")
    destination = stored.get("destination")
    return Rule(
        id=str(stored["id"]),
        name=stored.get("name", ""),
        destination=str(destination) if destination else None,
        destination_active=bool(stored.get("destination_active", True)),
        priority=stored.get("priority", 0),
        weight=stored.get("weight", 1),
        is_active=stored.get("is_active", True),
        matches=read.matches,
        needs=read.needs,
        asks=read.asks,
        caps=_caps(stored.get("caps")),
        window=read.window,
        starts_at=read.starts_at,
        ends_at=read.ends_at,
        version=stored.get("version", 1),
        notify_via=tuple((stored.get("actions") or {}).get("notify_via", ())),
    )


def compile_partner(stored: Mapping[str, Any]) -> Partner:
    """One partnership."""
    read = _read(stored, "accept_conditions", f"partnership {stored['id']}")
    return Partner(
        id=str(stored["id"]),
        destination=str(stored["destination"]),
        name=stored.get("name") or "",
        is_active=stored["status"] == PartnershipStatus.ACTIVE and bool(stored.get("destination_active", True)),
        timezone=stored.get("timezone") or "UTC",
        accepts=read.matches,
        needs=read.needs,
        asks=read.asks,
        caps=_caps(stored.get("caps")),
        window=read.window,
    )


class _Read(NamedTuple):
    matches: Matcher | None = None
    needs: Need | None = None
    asks: frozenset[str] = frozenset()
    window: Window | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def _read(stored: Mapping[str, Any], key: str, what: str) -> _Read:
    try:
        window = read_schedule(stored.get("schedule"))
        starts_at, ends_at = _moment(stored.get("starts_at")), _moment(stored.get("ends_at"))
        conditions = canonical_conditions(stored.get(key) or {})
    except (BadInput, ValueError) as error:
        logger.error(log_events.ROUTING_RULE_UNREADABLE, what=what, code=getattr(error, "code", "bad_moment"))
        return _Read()
    asks = asked_fields(conditions)
    return _Read(compile_conditions(conditions), needed_value(conditions), asks, window, starts_at, ends_at)


def _caps(values: Sequence[int | None] | None) -> Caps:
    daily, weekly, monthly, total = values or (None, None, None, None)
    caps = Caps(daily=daily, weekly=weekly, monthly=monthly, total=total)
    return caps if caps.exist else NO_CAPS


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value

"""What the evaluation of routing rules takes and gives: plain values, compiled once per version of the rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from assignment.enums import RoutingCode, Why
from zrg.workspaces.hours import Window

# A fact is missing when its key is missing.
Facts = Mapping[str, Any]
Matcher = Callable[[Facts], bool]
# A field, and the values one of which a lead must have there.
Need = tuple[str, frozenset[Any]]
Outcome = Literal["route", "keep", "defer", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Most deliveries per day, week, month and life; None is unlimited, 0 closed for good."""

    daily: int | None = None
    weekly: int | None = None
    monthly: int | None = None
    total: int | None = None

    @property
    def exist(self) -> bool:
        return any(cap is not None for cap in (self.daily, self.weekly, self.monthly, self.total))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Deliveries of the running day, week, month and of the whole life."""

    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    total: int = 0

    def plus_one(self) -> "Counts":
        return Counts(daily=self.daily + 1, weekly=self.weekly + 1, monthly=self.monthly + 1, total=self.total + 1)


NO_CAPS = Caps()
NOTHING_COUNTED = Counts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """The agreement with one destination; `timezone` is the destination's and says when its days begin."""

    id: str
    destination: str
    name: str = ""
    is_active: bool
    timezone: str = "UTC"
    accepts: Matcher | None = None
    caps: Caps = NO_CAPS
    window: Window | None = None
    needs: Need | None = None
    asks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, compiled. `matches` is None when its conditions cannot be read: it takes no lead."""

    id: str
    name: str = ""
    destination: str | None
    destination_active: bool = True
    priority: int = 0
    weight: int = 1
    is_active: bool = True
    matches: Matcher | None
    caps: Caps = NO_CAPS
    window: Window | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    version: int = 1
    notify_via: tuple[str, ...] = ()
    needs: Need | None = None
    asks: frozenset[str] = frozenset()
    # The end of what is hashed to draw lots.
    lot: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lot", self.id.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Everything that decides for one source workspace, at one version. Rules are in no order."""

    source: str
    version: int = 0
    is_enabled: bool = True
    is_workspace_active: bool = True
    timezone: str = "UTC"
    rules: tuple[Rule, ...] = ()
    partners: Mapping[str, Partner] = field(default_factory=dict)
    fallback: str = "retry"
    fallback_workspace: str | None = None
    max_attempts: int = 3
    explain: bool = False
    # Whether any delivery is counted, and whether anything can be full or closed; asked for every lead.
    is_capped: bool = field(init=False)
    is_limited: bool = field(init=False)
    # Whether a rule begins or ends at some moment.
    is_timed: bool = field(init=False)
    # The facts any condition looks at.
    asks: frozenset[str] = field(init=False)
    # Places of rules by field and value they, or their destinations, cannot do without; places of the others.
    by_value: Mapping[str, Mapping[Any, Sequence[int]]] = field(init=False, repr=False, compare=False)
    for_any_value: Sequence[int] = field(init=False, repr=False, compare=False)
    # What is worked out once for this version and holds at any moment.
    kept: dict[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        limited: list[Rule | Partner] = [*self.rules, *self.partners.values()]
        capped = any(one.caps.exist for one in limited)
        object.__setattr__(self, "asks", frozenset().union(*(one.asks for one in limited)))
        object.__setattr__(self, "is_capped", capped)
        object.__setattr__(self, "is_timed", any(rule.starts_at or rule.ends_at for rule in self.rules))
        object.__setattr__(self, "kept", {})
        by_value: dict[str, dict[Any, list[int]]] = {}
        for_any_value = []
        for place, rule in enumerate(self.rules):
            partner = self.partners.get(rule.destination or "") if rule.destination != self.source else None
            need = rule.needs or (partner.needs if partner else None)
            if need is None:
                for_any_value.append(place)
                continue
            places = by_value.setdefault(need[0], {})
            for value in need[1]:
                places.setdefault(value, []).append(place)
        object.__setattr__(self, "by_value", by_value)
        object.__setattr__(self, "for_any_value", for_any_value)
        object.__setattr__(self, "is_limited", capped or any(one.window is not None for one in limited))

    @property
    def unreadable(self) -> int:
        """How many rules and partnerships take no lead because their conditions cannot be read."""
        return sum(rule.matches is None for rule in self.rules) + sum(
            partner.accepts is None for partner in self.partners.values()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFacts:
    """One lead as rules see it."""

    id: str
    values: Facts
    has_activity: bool = False
    suppressed: bool = False
    expires_at: datetime | None = None
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A rule that did not get the lead, and why."""

    rule: str
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where a lead goes. `code` is the reason of anything but a plain match; `defer_until` is UTC."""

    outcome: Outcome
    destination: str | None = None
    rule: Rule | None = None
    code: RoutingCode | None = None
    defer_until: datetime | None = None
    considered: tuple[Considered, ...] = ()


# Deliveries counted so far, by ("rule" | "partner", id).
CountsByScope = Mapping[tuple[str, str], Counts]

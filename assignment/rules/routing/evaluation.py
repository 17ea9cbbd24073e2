"""Where a lead goes: the one evaluator of all paths, simulation and tests. Pure: no database, no clock.

Safety first, then the rules that match, then the highest tier that takes leads now, inside it by weight.
The same lead gets the same answer anywhere: the draw is a hash of lead and rule, not a counter.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from assignment.enums import RoutingCode, Why
from assignment.rules.routing.conditions import matches_everything, matches_nothing
from assignment.rules.routing.contracts import (
    NO_CAPS,
    NOTHING_COUNTED,
    Caps,
    Considered,
    Counts,
    CountsByScope,
    Decision,
    LeadFacts,
    Matcher,
    Partner,
    Rule,
    RuleSet,
)
from assignment.rules.routing.limits import is_full, next_reopening
from zrg.workspaces.hours import Window, is_open, valid_zone

MAX_CONSIDERED = 20
_DRAW_BITS = 52


def evaluate(rule_set: RuleSet, lead: LeadFacts, now: datetime, counts: CountsByScope | None = None) -> Decision:
    """Decide for one lead. `counts` are the deliveries so far of capped rules and partnerships."""
    kept = safety_decision(rule_set, lead)
    if kept is not None:
        return kept
    candidates, considered = find_candidates(standing_of(rule_set, now), lead)
    return choose(rule_set, lead, now, candidates, considered, counts or {})


def safety_decision(rule_set: RuleSet, lead: LeadFacts) -> Decision | None:
    """A lead with a conversation, or a person not to be contacted, stays; before any rule."""
    if lead.has_activity:
        return Decision(outcome="keep", destination=rule_set.source, code=RoutingCode.HAS_ACTIVITY)
    if lead.suppressed:
        return Decision(outcome="keep", destination=rule_set.source, code=RoutingCode.SUPPRESSED)
    return None


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule at one moment: why it takes nobody, else what each lead is asked."""

    rule: Rule
    why_not: Why | None
    # Leads this destination returned are not sent to it again; None where the lead stays.
    destination: str | None
    # Conditions that can fail, the rule's and the destination's; None: no agreement in force.
    tests: tuple[Matcher, ...] | None


def standing_of(rule_set: RuleSet, now: datetime) -> list[Standing]:
    """What holds for all leads of a batch, worked out once."""
    return [_standing(rule_set, rule, now) for rule in rule_set.rules]


def find_candidates(standings: Iterable[Standing], lead: LeadFacts) -> tuple[list[Rule], list[Considered]]:
    """Rules that want the lead, highest first, and why the others do not."""
    candidates, considered = [], []
    for standing in standings:
        why = _why_not(standing, lead)
        if why is None:
            candidates.append(standing.rule)
        else:
            considered.append(Considered(rule=standing.rule.id, why=why))
    return candidates, considered


def choose(
    rule_set: RuleSet,
    lead: LeadFacts,
    now: datetime,
    candidates: Sequence[Rule],
    considered: Sequence[Considered],
    counts: CountsByScope,
    *,
    explain: bool = True,
) -> Decision:
    """Pick among candidates by what is open and has places; nothing chosen falls back.

    Without `explain` the rules that lost only by weight are not named.
    """
    reasons = list(considered)
    free, blocked = [], []
    for rule in candidates:
        why = _blocked_by(rule_set, rule, now, counts) if rule_set.is_limited else None
        if why is None:
            free.append(rule)
        else:
            blocked.append(rule)
            reasons.append(Considered(rule=rule.id, why=why))
    if not free:
        return _nothing_chosen(rule_set, lead, now, blocked, tuple(reasons[:MAX_CONSIDERED]), counts)
    top = max(rule.priority for rule in free)
    winner = pick(lead.id, [rule for rule in free if rule.priority == top])
    losers = [rule for rule in free if rule is not winner][: MAX_CONSIDERED - len(reasons)] if explain else []
    reasons += [Considered(rule=rule.id, why=Why.LOST_WEIGHT) for rule in losers]
    shown = tuple(reasons[:MAX_CONSIDERED])
    if winner.destination == rule_set.source:
        return Decision(
            outcome="keep", destination=rule_set.source, rule=winner, code=RoutingCode.RULE_KEEP, considered=shown
        )
    return Decision(outcome="route", destination=winner.destination, rule=winner, considered=shown)


def pick(lead_id: str, rules: Sequence[Rule]) -> Rule:
    """Weighted rendezvous: the smallest −ln(u)/weight wins, u a hash of lead and rule in (0, 1)."""
    if len(rules) == 1:
        return rules[0]
    start = f"{lead_id}:".encode()
    draws = [_draw(start, rule) for rule in rules]
    if len({rule.weight for rule in rules}) == 1:
        # With equal weights the smallest score is the largest draw.
        scores: list[float] = [-draw for draw in draws]
    else:
        scores = [
            -math.log((draw + 0.5) / 2**_DRAW_BITS) / rule.weight for draw, rule in zip(draws, rules, strict=True)
        ]
    best = min(scores)
    return min((rule for score, rule in zip(scores, rules, strict=True) if score == best), key=lambda rule: rule.id)


def _draw(start: bytes, rule: Rule) -> int:
    """The first thirteen hexadecimal digits of the hash."""
    return int.from_bytes(hashlib.sha256(start + rule.id.encode()).digest()[:7], "big") >> 4


def _standing(rule_set: RuleSet, rule: Rule, now: datetime) -> Standing:
    why = None
    if not rule.is_active:
        why = Why.INACTIVE
    elif rule.starts_at is not None and now < rule.starts_at:
        why = Why.NOT_STARTED
    elif rule.ends_at is not None and now >= rule.ends_at:
        why = Why.ENDED
    elif rule.destination is None or not rule.destination_active:
        why = Why.NO_DESTINATION
    if rule.destination == rule_set.source:
        return Standing(rule, why, None, _tests(rule.matches))
    partner = rule_set.partners.get(rule.destination or "")
    is_partner = partner is not None and partner.is_active
    return Standing(
        rule, why, rule.destination, _tests(rule.matches, partner.accepts) if partner and is_partner else None
    )


def _tests(*matchers: Matcher | None) -> tuple[Matcher, ...]:
    """What is left to ask; conditions that cannot be read take nobody."""
    return tuple(matcher or matches_nothing for matcher in matchers if matcher is not matches_everything)


def _why_not(standing: Standing, lead: LeadFacts) -> Why | None:
    if standing.why_not is not None:
        return standing.why_not
    if lead.excluded and standing.destination in lead.excluded:
        return Why.EXCLUDED
    if standing.tests is None:
        return Why.PARTNER_INACTIVE
    for test in standing.tests:
        if not test(lead.values):
            return Why.NO_MATCH
    return None


def _blocked_by(rule_set: RuleSet, rule: Rule, now: datetime, counts: CountsByScope) -> Why | None:
    partner = _partner_of(rule_set, rule)
    if _is_unlimited(rule) and (partner is None or _is_unlimited(partner)):
        return None
    limits, windows = _limits(rule_set, rule, counts)
    if any(is_full(caps, used) for caps, used in limits):
        return Why.FULL
    if any(window is not None and not is_open(window, now) for window in windows):
        return Why.CLOSED
    return None


def _is_unlimited(one: Rule | Partner) -> bool:
    return one.caps is NO_CAPS and one.window is None


def _limits(
    rule_set: RuleSet, rule: Rule, counts: CountsByScope
) -> tuple[list[tuple[Caps, Counts]], list[Window | None]]:
    limits = [(rule.caps, counts.get(("rule", rule.id), NOTHING_COUNTED))] if rule.caps is not NO_CAPS else []
    windows = [rule.window]
    partner = _partner_of(rule_set, rule)
    if partner is not None:
        if partner.caps is not NO_CAPS:
            limits.append((partner.caps, counts.get(("partner", partner.id), NOTHING_COUNTED)))
        windows.append(partner.window)
    return limits, windows


def _partner_of(rule_set: RuleSet, rule: Rule) -> Partner | None:
    return rule_set.partners.get(rule.destination or "") if rule.destination != rule_set.source else None


def _nothing_chosen(
    rule_set: RuleSet,
    lead: LeadFacts,
    now: datetime,
    blocked: Sequence[Rule],
    considered: tuple[Considered, ...],
    counts: CountsByScope,
) -> Decision:
    reopens = _earliest(_reopening(rule_set, rule, now, counts) for rule in blocked)
    if reopens is not None and (lead.expires_at is None or reopens < lead.expires_at):
        return Decision(outcome="defer", code=RoutingCode.ALL_BLOCKED, defer_until=reopens, considered=considered)
    code = RoutingCode.ALL_BLOCKED if blocked else RoutingCode.NO_MATCHING_RULE
    return replace(_fallback(rule_set, lead, now, code, counts), considered=considered)


def _fallback(rule_set: RuleSet, lead: LeadFacts, now: datetime, code: RoutingCode, counts: CountsByScope) -> Decision:
    if rule_set.fallback == "keep":
        return Decision(outcome="keep", destination=rule_set.source, code=code)
    target = rule_set.fallback_workspace
    if rule_set.fallback == "forward" and target and target not in lead.excluded:
        stand_in = Rule(id="", destination=target, matches=matches_everything)
        wanted = _why_not(_standing(rule_set, stand_in, now), lead) is None
        if target != rule_set.source and wanted and _blocked_by(rule_set, stand_in, now, counts) is None:
            return Decision(outcome="route", destination=target, code=RoutingCode.FALLBACK)
    return Decision(outcome="fail", code=code)


def _reopening(rule_set: RuleSet, rule: Rule, now: datetime, counts: CountsByScope) -> datetime | None:
    limits, windows = _limits(rule_set, rule, counts)
    partner = _partner_of(rule_set, rule)
    zone = valid_zone(partner.timezone if partner else rule_set.timezone) or ZoneInfo("UTC")
    return next_reopening(now, zone, limits, windows)


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)

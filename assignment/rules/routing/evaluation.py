"""Where a lead goes: the one evaluator of all paths, simulation and tests. Pure: no database, no clock.

Safety first, then the rules that match, then the highest tier that takes leads now, inside it by weight.
The same lead gets the same answer anywhere: the draw is a hash of lead and rule, not a counter.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import cast
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
    Facts,
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
    standings = standings_at(rule_set, now)
    return choose(rule_set, lead, now, standings, standings.candidates(lead), counts or {})


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

    @property
    def is_open(self) -> bool:
        return self.why_not is None and self.tests is not None

    def takes(self, facts: Facts) -> bool:
        """Whether all conditions hold; asked of those that are open."""
        return all(test(facts) for test in self.tests or ())


class Standings:
    """All rules at one moment: worked out once for all leads of a batch.

    A lead is asked by those rules alone that can take it: one that needs some value is found by the lead's own.
    """

    def __init__(self, rule_set: RuleSet, now: datetime):
        self._all = [_standing(rule_set, rule, now) for rule in rule_set.rules]
        self._by_value = rule_set.by_value
        self._always: list[int] = []
        self._asking: list[int] = []
        for place in rule_set.for_any_value:
            if self._all[place].is_open:
                (self._asking if self._all[place].tests else self._always).append(place)
        self._everybody = Candidates([self._all[place].rule for place in self._always])

    def candidates(self, lead: LeadFacts) -> "Candidates":
        """Rules that want the lead, in their order."""
        asking = self._asking
        for name, places in self._by_value.items():
            asking = asking + [place for place in places.get(lead.values.get(name), ()) if self._all[place].is_open]
        wanted = [place for place in asking if self._all[place].takes(lead.values)]
        if not wanted and not lead.excluded:
            return self._everybody
        found = [self._all[place] for place in sorted(self._always + wanted)]
        return Candidates([one.rule for one in found if one.destination not in lead.excluded])

    def rejections(self, lead: LeadFacts) -> list[Considered]:
        """Why the others do not, as many as are ever shown."""
        reasons = ((standing.rule.id, _why_not(standing, lead)) for standing in self._all)
        return list(
            islice((Considered(rule=rule, why=why) for rule, why in reasons if why is not None), MAX_CONSIDERED)
        )


def standings_at(rule_set: RuleSet, now: datetime) -> Standings:
    """How the rules stand; the same at any moment unless one begins or ends at some."""
    if rule_set.is_timed:
        return Standings(rule_set, now)
    if "standings" not in rule_set.kept:
        rule_set.kept["standings"] = Standings(rule_set, now)
    return cast(Standings, rule_set.kept["standings"])


class Candidates:
    """Rules that want a lead, and the highest tier of them."""

    __slots__ = ("is_even", "rules", "tier")

    def __init__(self, rules: list[Rule]):
        self.rules = rules
        top = max([rule.priority for rule in rules], default=0)
        self.tier = [rule for rule in rules if rule.priority == top]
        self.is_even = len({rule.weight for rule in self.tier}) <= 1


def choose(
    rule_set: RuleSet,
    lead: LeadFacts,
    now: datetime,
    standings: Standings,
    candidates: Candidates,
    counts: CountsByScope,
    *,
    explain: bool = True,
) -> Decision:
    """Pick among candidates by what is open and has places; nothing chosen falls back.

    Without `explain` the reasons of a move are not worked out, and the rules that lost only by weight are not named.
    """
    free = candidates
    blocked: list[tuple[Rule, Why]] = []
    if rule_set.is_limited:
        asked = [(rule, _blocked_by(rule_set, rule, now, counts)) for rule in candidates.rules]
        blocked = [(rule, why) for rule, why in asked if why is not None]
        if blocked:
            free = Candidates([rule for rule, why in asked if why is None])
    winner = pick(lead.id, free) if free.rules else None
    if winner is not None and winner.destination != rule_set.source and not explain:
        return Decision(outcome="route", destination=winner.destination, rule=winner)
    reasons = standings.rejections(lead) + [Considered(rule=rule.id, why=why) for rule, why in blocked]
    if winner is None:
        rules = [rule for rule, _ in blocked]
        return _nothing_chosen(rule_set, lead, now, rules, tuple(reasons[:MAX_CONSIDERED]), counts)
    if explain:
        reasons += [Considered(rule=rule.id, why=Why.LOST_WEIGHT) for rule in free.rules if rule is not winner]
    shown = tuple(reasons[:MAX_CONSIDERED])
    if winner.destination == rule_set.source:
        return Decision(
            outcome="keep", destination=rule_set.source, rule=winner, code=RoutingCode.RULE_KEEP, considered=shown
        )
    return Decision(outcome="route", destination=winner.destination, rule=winner, considered=shown)


def pick(lead_id: str, candidates: Candidates) -> Rule:
    """Weighted rendezvous in the highest tier: the smallest −ln(u)/weight wins, u a hash of lead and rule in (0, 1).

    The draw is the first 52 bits of the hash; of equal scores the smaller rule id wins.
    """
    rules = candidates.tier
    if len(rules) == 1:
        return rules[0]
    start = f"{lead_id}:".encode()
    draws = [sha256(start + rule.lot).digest() for rule in rules]
    if candidates.is_even:
        # With equal weights the smallest score is the largest draw.
        least = _first_bits(max(draws))
        best = [rule for rule, draw in zip(rules, draws, strict=True) if draw >= least]
    else:
        scores = [_score(draw, rule.weight) for rule, draw in zip(rules, draws, strict=True)]
        lowest = min(scores)
        best = [rule for rule, score in zip(rules, scores, strict=True) if score == lowest]
    return best[0] if len(best) == 1 else min(best, key=lambda rule: rule.id)


def _first_bits(draw: bytes) -> bytes:
    """The smallest hash with the same first 52 bits."""
    return draw[:6] + bytes([draw[6] & 0xF0])


def _score(draw: bytes, weight: int) -> float:
    return -math.log(((int.from_bytes(draw[:7], "big") >> 4) + 0.5) / 2**_DRAW_BITS) / weight


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
    if partner is None or not partner.is_active:
        return Standing(rule, why, rule.destination, None)
    return Standing(rule, why, rule.destination, _tests(rule.matches, partner.accepts))


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

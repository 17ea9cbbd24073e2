"""Decisions for leads under our lock, counting places down as they are given away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from assignment.enums import PERMANENT_CODES, RoutingCode
from assignment.rules.routing.contracts import (
    NO_CAPS,
    NOTHING_COUNTED,
    Counts,
    CountsByScope,
    Decision,
    Rule,
    RuleSet,
)
from assignment.rules.routing.evaluation import Candidates, Standings, choose, safety_decision, standings_at
from assignment.services.routing.database import Completion, Failure, TakenLead, considered_json, lock_counters
from assignment.services.routing.faults import EvaluationFault


@dataclass(slots=True)
class Verdicts:
    """How leads are to be settled, and which are not."""

    completions: list[Completion]
    failures: list[Failure]


def decide(
    rule_set: RuleSet, leads: Sequence[TakenLead], now: datetime, *, full: CountsByScope | None = None
) -> Verdicts:
    """Decide for all leads in their order. `full` are counts to use instead of the stored ones."""
    verdicts = Verdicts([], [])
    standings = standings_at(rule_set, now)
    open_questions: list[tuple[TakenLead, Candidates]] = []
    for lead in leads:
        if not rule_set.is_enabled:
            verdicts.completions.append(Completion(lead_id=lead.id, code=RoutingCode.NOT_ENROLLED))
        elif (kept := safety_decision(rule_set, lead.facts)) is not None:
            verdicts.completions.append(Completion(lead_id=lead.id, code=kept.code))
        elif lead.duplicate_of is not None:
            verdicts.completions.append(Completion(lead_id=lead.id, forced="duplicate", duplicate_of=lead.duplicate_of))
        else:
            open_questions.append((lead, _candidates(standings, lead)))
    counts = _counts(rule_set, (candidates.rules for _, candidates in open_questions), full)
    for lead, candidates in open_questions:
        decision = choose(rule_set, lead.facts, now, standings, candidates, counts, explain=rule_set.explain)
        _count_down(rule_set, decision, counts)
        _note(rule_set, verdicts, lead, decision)
    return verdicts


def _candidates(standings: Standings, lead: TakenLead) -> Candidates:
    """Here the facts of the lead are read, each when a rule asks for it: what a lead holds can be anything."""
    try:
        return standings.candidates(lead.facts)
    except Exception as error:
        raise EvaluationFault(str(lead.id)) from error


def _counts(
    rule_set: RuleSet, candidates: Iterable[Sequence[Rule]], full: CountsByScope | None
) -> dict[tuple[str, str], Counts]:
    if not rule_set.is_capped:
        return {}
    scopes = set()
    for rule in {rule.id: rule for rules in candidates for rule in rules}.values():
        if rule.caps is not NO_CAPS:
            scopes.add(("rule", rule.id))
        _add_partner(rule_set, rule.destination, scopes)
    if rule_set.fallback == "forward":
        _add_partner(rule_set, rule_set.fallback_workspace, scopes)
    return {**lock_counters(sorted(scopes)), **(full or {})}


def _add_partner(rule_set: RuleSet, destination: str | None, scopes: set[tuple[str, str]]) -> None:
    partner = rule_set.partners.get(destination or "")
    if partner is not None and partner.caps is not NO_CAPS:
        scopes.add(("partner", partner.id))


def _count_down(rule_set: RuleSet, decision: Decision, counts: dict[tuple[str, str], Counts]) -> None:
    if decision.outcome not in ("route", "keep") or not rule_set.is_capped:
        return
    # A rule that keeps leads counts them too; no agreement is about those.
    partner = rule_set.partners.get(decision.destination or "")
    keys = [("partner", partner.id)] if partner else []
    if decision.rule is not None:
        keys.append(("rule", decision.rule.id))
    for key in keys:
        counts[key] = counts.get(key, NOTHING_COUNTED).plus_one()


def _note(rule_set: RuleSet, verdicts: Verdicts, lead: TakenLead, decision: Decision) -> None:
    considered = considered_json(decision) if decision.outcome != "route" or rule_set.explain else None
    if decision.outcome in ("route", "keep"):
        verdicts.completions.append(
            Completion(
                lead_id=lead.id,
                destination=decision.destination,
                rule_id=decision.rule.id if decision.rule else None,
                code=decision.code,
                considered=considered,
            )
        )
        return
    code = decision.code or RoutingCode.ERROR
    verdicts.failures.append(
        Failure(
            lead_id=lead.id,
            code=code,
            message=code.label,
            retryable=code not in PERMANENT_CODES,
            defer_until=decision.defer_until,
            considered=considered,
        )
    )

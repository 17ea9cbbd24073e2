"""A rule that is being written, tried on the newest leads: the same evaluator, nothing written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from assignment.enums import Stay, Why
from assignment.rules.routing.compiling import compile_rule
from assignment.rules.routing.contracts import CountsByScope, Decision, Rule, RuleSet
from assignment.rules.routing.evaluation import evaluate
from assignment.services.routing.database import TakenLead, read_many_facts
from assignment.services.routing.explaining import recent_leads, stored_counts, why_it_stays
from assignment.services.routing.rulesets import load_rule_set
from leads.models import Lead
from zrg.lib.errors import NotVisible

LEADS = 200
EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One lead and where it would go."""

    name: str
    place: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A destination, or what else happens to leads; how many now, and by the rule that is tried."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrial:
    """`matches`: leads the conditions describe; `wins`: those the rule would get; `stays`: no rule is asked."""

    leads: int
    matches: int
    wins: int
    stays: int
    places: tuple[Place, ...]
    examples: tuple[Example, ...]
    chosen: Example | None


def try_rule(workspace_id: UUID, values: Mapping[str, Any], *, rule_id: UUID | None, lead: str = "") -> RuleTrial:
    """What a rule with these values (columns, conditions in stored form) would do, were it switched on and open.

    `lead`: an e-mail address or id to look at too.
    """
    before, now = _rule_set(workspace_id)
    # A rule that is not stored yet draws the same lots each time it is tried.
    rule = _compile(values, rule_id or UUID(int=workspace_id.int ^ 1))
    others = tuple(one for one in before.rules if one.id != rule.id)
    after = replace(before, rules=(*others, rule))
    leads = recent_leads(workspace_id, LEADS)
    counts = stored_counts(after, now)
    then = [(lead, _verdict(after, lead, now, counts)) for lead in leads]
    return RuleTrial(
        leads=len(leads),
        matches=sum(1 for lead in leads if rule.matches is not None and rule.matches(lead.facts.values)),
        wins=sum(1 for _, verdict in then if isinstance(verdict, Decision) and verdict.rule is rule),
        stays=sum(1 for _, verdict in then if isinstance(verdict, Stay)),
        places=_places(
            [_place(before, _verdict(before, lead, now, counts)) for lead in leads],
            [_place(after, verdict) for _, verdict in then],
        ),
        examples=_examples(workspace_id, after, rule, then[:EXAMPLES]),
        chosen=_chosen(workspace_id, lead, after, rule, now),
    )


def shares_now(workspace_id: UUID) -> tuple[int, tuple[Place, ...]]:
    """How many leads were looked at, and where they would go by the rules in force."""
    rule_set, now = _rule_set(workspace_id)
    counts: CountsByScope = stored_counts(rule_set, now)
    leads = recent_leads(workspace_id, LEADS)
    places = [_place(rule_set, _verdict(rule_set, lead, now, counts)) for lead in leads]
    return len(leads), _places(places, places)


def partner_names(workspace_id: UUID) -> dict[str, str]:
    """Names of the workspaces this one has an agreement with, by id."""
    rule_set, _ = _rule_set(workspace_id)
    return {partner.destination: partner.name for partner in rule_set.partners.values()}


def _rule_set(workspace_id: UUID) -> tuple[RuleSet, Any]:
    rule_set, now = load_rule_set(workspace_id)
    if rule_set is None:
        raise NotVisible
    return rule_set, now


def _compile(values: Mapping[str, Any], rule_id: UUID) -> Rule:
    destination = values.get("destination_workspace_id")
    return compile_rule(
        {
            "id": str(rule_id),
            "name": values.get("name", ""),
            "destination": str(destination) if destination else None,
            "priority": values.get("priority", 0),
            "weight": values.get("weight", 1),
            "conditions": values.get("conditions"),
            "caps": [values.get(f"cap_{period}") for period in ("daily", "weekly", "monthly", "total")],
        }
    )


def _verdict(rule_set: RuleSet, lead: TakenLead, now: datetime, counts: CountsByScope) -> Decision | Stay:
    """What routing would do with the lead now: it stays, or the rules decide."""
    return why_it_stays(lead) or evaluate(rule_set, lead.facts, now, counts)


def _place(rule_set: RuleSet, decision: Decision | Stay) -> str:
    if isinstance(decision, Stay):
        return gettext(decision.label)
    if decision.outcome == "route":
        partner = rule_set.partners.get(decision.destination or "")
        return partner.name if partner and partner.name else str(decision.destination)
    words = {
        "keep": gettext("Kept here"),
        "defer": gettext("Waits until a destination opens"),
        "fail": gettext("Found no place"),
    }
    return words[decision.outcome]


def _places(before: list[str], after: list[str]) -> tuple[Place, ...]:
    now, then = Counter(before), Counter(after)
    names = sorted({*now, *then}, key=lambda name: (-then[name], name))
    return tuple(Place(name=name, before=now[name], after=then[name]) for name in names)


def _examples(
    workspace_id: UUID, rule_set: RuleSet, rule: Rule, verdicts: list[tuple[TakenLead, Decision | Stay]]
) -> tuple[Example, ...]:
    ids = [lead.id for lead, _ in verdicts]
    people = Lead.objects.in_workspace(workspace_id).defer("search_vector").in_bulk(ids)
    return tuple(
        Example(name=people[lead.id].shown_name, place=_place(rule_set, verdict), why=_why(rule, verdict))
        for lead, verdict in verdicts
        if lead.id in people
    )


def _chosen(workspace_id: UUID, wanted: str, rule_set: RuleSet, rule: Rule, now: datetime) -> Example | None:
    leads = Lead.objects.in_workspace(workspace_id)
    try:
        found = leads.filter(pk=UUID(wanted)) if wanted else leads.none()
    except ValueError:
        found = leads.filter(email=wanted.lower())
    lead_id = found.values_list("pk", flat=True).first()
    if lead_id is None:
        return None
    taken = read_many_facts(workspace_id, [lead_id])[0]
    verdict = _verdict(rule_set, taken, now, stored_counts(rule_set, now))
    return next(iter(_examples(workspace_id, rule_set, rule, [(taken, verdict)])), None)


def _why(rule: Rule, decision: Decision | Stay) -> str:
    """Why this rule did or did not get the lead; of one that stays the place says it."""
    if isinstance(decision, Stay):
        return ""
    if decision.rule is rule:
        return gettext("by this rule")
    reason = next((one.why for one in decision.considered if one.rule == rule.id), None)
    if reason is not None and reason is not Why.LOST_WEIGHT:
        return gettext(reason.label)
    if decision.rule is not None:
        return gettext("by the rule {name}").format(name=decision.rule.name)
    return gettext(decision.code.label) if decision.code else ""

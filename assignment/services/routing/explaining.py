"""Where a lead would go: the same evaluator, nothing written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Sum
from django.utils.translation import gettext

from assignment.enums import Stay
from assignment.models import RoutingCounter
from assignment.rules.routing.compiling import compile_rule
from assignment.rules.routing.contracts import Counts, CountsByScope, Decision, LeadFacts, RuleSet
from assignment.rules.routing.evaluation import evaluate
from assignment.rules.routing.facts import ALL_COLUMNS, facts_from_lead
from assignment.rules.routing.given_facts import columns_from_facts, is_fact, values_of_facts
from assignment.rules.routing.input import CAP_FIELDS, clean_cap, clean_conditions, clean_moment, clean_schedule
from assignment.services.routing.database import TakenLead, read_facts, read_many_facts
from assignment.services.routing.rulesets import load_rule_set
from leads.models import Lead
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.hours import local_date, valid_zone

MAX_RECENT = 200
MAX_DRAFTS = 500
# What may be said of a lead that is not stored; `city` is read where the company has none.
COLUMNS = frozenset({"id", "city", "has_activity", "suppressed", "lead_expires_at", "excluded", *ALL_COLUMNS})


def simulate(
    workspace_id: UUID,
    *,
    lead_id: UUID | None = None,
    facts: Mapping[str, Any] | None = None,
    drafts: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The decision for one lead, or for columns of one, by the rules in force or by drafts."""
    rule_set, now = _rule_set(workspace_id, drafts)
    lead = _facts_of(workspace_id, lead_id) if lead_id else _given({} if facts is None else facts)
    return decision_json(rule_set, evaluate(rule_set, lead, now, stored_counts(rule_set, now)))


def simulate_recent(
    workspace_id: UUID, *, count: int = MAX_RECENT, drafts: Sequence[Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """Where the newest leads of this workspace would go, now and by the drafts; `stay`: about whom no rule is asked."""
    before, now = _rule_set(workspace_id, None)
    after = _rule_set(workspace_id, drafts)[0] if drafts is not None else before
    newest = recent_leads(workspace_id, count)
    stay = Counter(reason.value for lead in newest if (reason := why_it_stays(lead)))
    return {
        "leads": len(newest),
        "before": shares_of(before, newest, now),
        "after": shares_of(after, newest, now),
        "stay": dict(stay),
    }


def recent_leads(workspace_id: UUID, count: int) -> list[TakenLead]:
    """The newest leads as routing would find them now, newest first."""
    newest = Lead.objects.in_workspace(workspace_id).order_by("-created_at", "-id").values_list("pk", flat=True)
    ids = list(newest[: min(max(count, 1), MAX_RECENT)])
    found = {taken.id: taken for taken in read_many_facts(workspace_id, ids)}
    return [found[pk] for pk in ids if pk in found]


def why_it_stays(lead: TakenLead) -> Stay | None:
    """Before any rule: a conversation, a person not to be contacted, somebody a partner has (R7.4, R9.1)."""
    if lead.facts.has_activity:
        return Stay.HAS_ACTIVITY
    if lead.facts.suppressed:
        return Stay.SUPPRESSED
    return Stay.DUPLICATE if lead.duplicate_of is not None else None


def stored_counts(rule_set: RuleSet, now: Any) -> CountsByScope:
    """Deliveries so far of what is capped, read without a lock."""
    found: dict[tuple[str, str], Counts] = {}
    partners = list(rule_set.partners.values())
    zones = {("partner", one.id): one.timezone for one in partners if one.caps.exist}
    by_destination = {one.destination: one.timezone for one in partners}
    for rule in rule_set.rules:
        if rule.caps.exist:
            zones[("rule", rule.id)] = by_destination.get(rule.destination or "", rule_set.timezone)
    for (scope, scope_id), zone in zones.items():
        today = local_date(now, valid_zone(zone) or now.tzinfo)
        rows = RoutingCounter.objects.in_workspace(rule_set.source).filter(scope=scope, scope_id=scope_id)

        def since(first: Any, rows: Any = rows, today: Any = today) -> int:
            return rows.filter(day__gte=first, day__lte=today).aggregate(n=Sum("count"))["n"] or 0

        found[(scope, scope_id)] = Counts(
            daily=since(today),
            weekly=since(today - timedelta(days=today.weekday())),
            monthly=since(today.replace(day=1)),
            total=rows.filter(day="0001-01-01").aggregate(n=Sum("count"))["n"] or 0,
        )
    return found


def decision_json(rule_set: RuleSet, decision: Decision) -> dict[str, Any]:
    """A decision as the API and the pages show it."""
    return {
        "outcome": decision.outcome,
        "destinationWorkspaceId": decision.destination,
        "ruleId": decision.rule.id if decision.rule else None,
        "ruleName": decision.rule.name if decision.rule else None,
        "code": decision.code.value if decision.code else None,
        "deferUntil": decision.defer_until.isoformat() if decision.defer_until else None,
        "considered": [
            {"rule": one.rule, "name": _name(rule_set, one.rule), "why": one.why.value} for one in decision.considered
        ],
    }


def _rule_set(workspace_id: UUID, drafts: Sequence[Mapping[str, Any]] | None) -> tuple[RuleSet, Any]:
    rule_set, now = load_rule_set(workspace_id)
    if rule_set is None:
        raise NotVisible
    if drafts is None:
        return rule_set, now
    if not isinstance(drafts, list) or len(drafts) > MAX_DRAFTS:
        raise BadInput(gettext("A list of rules is needed."), http_status=400, field="rules")
    rules = tuple(compile_rule(_draft(one, number)) for number, one in enumerate(drafts))
    return replace(rule_set, rules=rules), now


def _draft(given: Any, number: int) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise BadInput(gettext("A rule is an object."), http_status=400, field=f"rules.{number}")
    caps = given.get("caps") or {}
    try:
        destination = given.get("destinationWorkspaceId")
        return {
            "id": str(given.get("id") or uuid4()),
            "name": str(given.get("name") or ""),
            "destination": str(UUID(str(destination))) if destination is not None else None,
            "priority": int(given.get("priority", 0)),
            "weight": max(1, int(given.get("weight", 1))),
            "is_active": bool(given.get("isActive", True)),
            "conditions": clean_conditions(given.get("conditions")),
            "schedule": clean_schedule(given.get("schedule")),
            "caps": [clean_cap(caps.get(name.removeprefix("cap_")), name) for name in CAP_FIELDS],
            "starts_at": clean_moment(given.get("startsAt"), "startsAt"),
            "ends_at": clean_moment(given.get("endsAt"), "endsAt"),
        }
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadInput(gettext("A value has the wrong form."), http_status=400, field=f"rules.{number}") from error


def _facts_of(workspace_id: UUID, lead_id: UUID) -> LeadFacts:
    if not Lead.objects.in_workspace(workspace_id).filter(pk=lead_id).exists():
        raise NotVisible
    taken = read_facts(lead_id)
    if taken is None:
        raise NotVisible
    return taken.facts


def _given(facts: Mapping[str, Any]) -> LeadFacts:
    """A lead that is not stored, by columns and by facts as conditions name them; a fact wins over its column."""
    if not isinstance(facts, Mapping):
        raise BadInput(gettext("Facts are an object."), http_status=400, field="facts")
    unknown = next((name for name in facts if name not in COLUMNS and not is_fact(name)), None)
    if unknown is not None:
        raise BadInput(gettext("Unknown field."), http_status=400, field=f"facts.{unknown}")
    if not isinstance(facts.get("tags") or [], list):
        raise BadInput(gettext("A list is needed."), http_status=400, field="facts.tags")
    expires = clean_moment(facts.get("lead_expires_at"), "facts.lead_expires_at")
    try:
        lead = facts_from_lead({"id": str(uuid4())} | columns_from_facts(facts) | {"lead_expires_at": expires})
        # Facts are read when they are asked for; all of them now, so that a bad one is refused.
        return replace(lead, values=dict(lead.values) | values_of_facts(facts))
    except (TypeError, ValueError, AttributeError) as error:
        raise BadInput(gettext("A fact has the wrong form."), http_status=400, field="facts") from error


def shares_of(rule_set: RuleSet, leads: Sequence[TakenLead], now: Any) -> dict[str, int]:
    """Leads per destination or outcome; who stays whatever the rules say is kept."""
    counts = stored_counts(rule_set, now)
    places: Counter[str] = Counter()
    for lead in leads:
        if why_it_stays(lead):
            places["keep"] += 1
            continue
        decision = evaluate(rule_set, lead.facts, now, counts)
        places[decision.destination if decision.outcome == "route" else decision.outcome] += 1  # type: ignore[index]
    return dict(places)


def _name(rule_set: RuleSet, rule_id: str) -> str:
    return next((rule.name for rule in rule_set.rules if rule.id == rule_id), "")

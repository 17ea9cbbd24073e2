"""The evaluator of routing rules."""

import uuid
from collections import Counter
from datetime import datetime
from typing import Any

from assignment.rules.routing.compiling import compile_partner, compile_rule
from assignment.rules.routing.contracts import Counts, Decision, RuleSet
from assignment.rules.routing.evaluation import evaluate
from assignment.rules.routing.facts import facts_from_lead

CAPS = ("daily", "weekly", "monthly", "total")


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    rule_set, counts = _rule_set(case_input)
    now = datetime.fromisoformat(case_input["now"])
    if "generate" in case_input:
        return _distribution(rule_set, counts, now, case_input["generate"]["count"])
    return _answer(evaluate(rule_set, facts_from_lead(_lead(case_input["lead"])), now, counts))


def equal(expected: Any, actual: Any) -> bool:
    """Exact, except for the share that has to lie inside a range."""
    wanted = dict(expected)
    between = wanted.pop("share_south_between", None)
    if between is not None and not between[0] <= actual["share_south"] <= between[1]:
        return False
    return all(actual.get(key) == value for key, value in wanted.items())


def _lead(lead: dict[str, Any]) -> dict[str, Any]:
    renamed = {"excluded_workspace_ids": "excluded", "routing_excluded_workspace_ids": "excluded"}
    suppressed = bool(lead.get("opted_out") or lead.get("blacklisted") or lead.get("suppressed"))
    suppressed = suppressed or lead.get("status") in ("blacklisted", "unqualified")
    suppressed = suppressed or lead.get("sentiment_tag") == "Blacklist"
    return {renamed.get(key, key): value for key, value in lead.items()} | {"suppressed": suppressed}


def _rule_set(given: dict[str, Any]) -> tuple[RuleSet, dict[tuple[str, str], Counts]]:
    partners = [
        {
            "id": partner["workspace"],
            "destination": partner["workspace"],
            "status": partner.get("status", "active"),
            "timezone": partner.get("timezone"),
            "accept_conditions": partner.get("accept_conditions", {}),
            "caps": [partner.get("caps", {}).get(name) for name in CAPS],
            "schedule": partner.get("schedule"),
            "destination_active": partner.get("workspace_status", "active") == "active"
            and partner.get("workspace_active", True),
        }
        for partner in given["partners"]
    ]
    gone = {p["destination"] for p in partners if not p["destination_active"]}
    rules = [
        {"destination_active": rule.get("destination") not in gone, "name": "", "version": 1}
        | rule
        | {"caps": [rule.get("caps", {}).get(name) for name in CAPS]}
        for rule in given["rules"]
    ]
    counts = {
        (scope, row["workspace" if scope == "partner" else "id"]): Counts(**row.get("counts", {}))
        for scope, rows in (("partner", given["partners"]), ("rule", given["rules"]))
        for row in rows
    }
    rule_set = RuleSet(
        source=given["source_workspace"],
        timezone=given.get("source_timezone", "UTC"),
        rules=tuple(compile_rule(rule) for rule in rules),
        partners={partner["destination"]: compile_partner(partner) for partner in partners},
        fallback=given.get("settings", {}).get("fallback", "retry"),
        fallback_workspace=given.get("settings", {}).get("fallback_workspace"),
    )
    return rule_set, counts


def _answer(decision: Decision) -> dict[str, Any]:
    until = decision.defer_until
    return {
        "outcome": decision.outcome,
        "destination": decision.destination,
        "rule": decision.rule.id if decision.rule else None,
        "code": decision.code.value if decision.code else None,
        "defer_until": until.strftime("%Y-%m-%dT%H:%M:%SZ") if until else None,
        "considered": [{"rule": one.rule, "why": one.why.value} for one in decision.considered],
    }


def _distribution(rule_set: RuleSet, counts: Any, now: datetime, count: int) -> dict[str, Any]:
    ids = (str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://zrg.example/lead/{i}")) for i in range(count))
    shares = Counter(evaluate(rule_set, facts_from_lead({"id": lead_id}), now, counts).destination for lead_id in ids)
    return {"counts": dict(shares), "share_south": shares["south"] / count}

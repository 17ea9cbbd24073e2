"""The evaluator against a second, plain reading of R7.4–R7.8, over drawn rules, partners, caps, hours and leads."""

import math
import random
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from assignment.rules.routing.compiling import compile_partner, compile_rule
from assignment.rules.routing.contracts import Counts, RuleSet
from assignment.rules.routing.evaluation import evaluate
from assignment.rules.routing.facts import facts_from_lead

pytestmark = pytest.mark.unit

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe")
# Clocks change on some of these days, weeks and months end on others.
DAYS = ("2026-03-07", "2026-03-08", "2026-03-28", "2026-04-30", "2026-10-31", "2026-11-01", "2026-12-31", "2026-06-15")
PLACES = ("north", "south", "east")
PERIODS = ("daily", "weekly", "monthly", "total")
STEP = timedelta(minutes=15)
HORIZON = timedelta(days=45)


def drawn_caps(draw):
    caps = {name: draw.choice([None, None, None, 0, 3]) for name in PERIODS}
    return caps if draw.random() < 0.5 else dict.fromkeys(PERIODS)


def drawn_hours(draw):
    if draw.random() < 0.6:
        return None
    clocks = ("00:00", "02:30", "09:00", "17:15", "22:00")
    days = sorted(draw.sample(range(1, 8), draw.randint(1, 5)))
    return {"days": days, "from": draw.choice(clocks), "to": draw.choice(clocks), "timezone": draw.choice(ZONES)}


def drawn_condition(draw):
    return draw.choice([{}, {}, {"industries": ["law"]}, {"none": [{"field": "industry", "op": "eq", "value": "law"}]}])


def drawn_scene(draw):
    now = datetime.fromisoformat(draw.choice(DAYS)).replace(tzinfo=UTC) + draw.randint(0, 95) * STEP
    partners = [
        {
            "id": place, "destination": place, "status": draw.choice(["active", "active", "active", "paused"]),
            "destination_active": draw.random() < 0.9, "timezone": draw.choice(ZONES), "caps": drawn_caps(draw),
            "schedule": drawn_hours(draw), "accept_conditions": drawn_condition(draw),
        }
        for place in PLACES
        if draw.random() < 0.9
    ]  # fmt: skip
    rules = [
        {
            "id": f"rule-{number}", "destination": draw.choice([*PLACES, *PLACES, "hub", None]),
            "destination_active": draw.random() < 0.9, "priority": draw.randint(0, 2), "weight": draw.randint(1, 3),
            "is_active": draw.random() < 0.9, "caps": drawn_caps(draw), "schedule": drawn_hours(draw),
            "conditions": drawn_condition(draw),
            "starts_at": draw.choice([None, None, None, now, now + STEP]),
            "ends_at": draw.choice([None, None, None, now, now + STEP]),
        }
        for number in range(draw.randint(0, 5))
    ]  # fmt: skip
    counts = {
        (scope, one["id"]): {name: draw.choice([0, 2, 3, 4]) for name in PERIODS}
        for scope, several in (("partner", partners), ("rule", rules))
        for one in several
    }
    fallback = draw.choice([("retry", None), ("keep", None), *(("forward", place) for place in PLACES)])
    return now, draw.choice(ZONES), partners, rules, counts, fallback


def drawn_lead(draw, now):
    return {
        "id": str(UUID(int=draw.getrandbits(128))),
        "industry": draw.choice(["Law", "Dental", None]),
        "has_activity": draw.random() < 0.05,
        "suppressed": draw.random() < 0.05,
        "excluded": draw.choice([[], [], ["south"]]),
        "lead_expires_at": draw.choice([None, now + timedelta(hours=5), now + timedelta(days=60)]),
    }


def fits(condition, lead):
    if not condition:
        return True
    is_law = lead["industry"] == "Law"
    return is_law if "industries" in condition else not is_law


def wall(day, clock, zone):
    hour, minute = map(int, clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def opened(hours, at):
    if hours is None:
        return True
    today = at.astimezone(ZoneInfo(hours["timezone"])).date()
    for day in (today, today - timedelta(days=1), today - timedelta(days=2)):
        last = day if hours["to"] > hours["from"] else day + timedelta(days=1)
        start, end = wall(day, hours["from"], hours["timezone"]), wall(last, hours["to"], hours["timezone"])
        if day.isoweekday() in hours["days"] and start <= at < end:
            return True
    return False


def first_opening(hours, at):
    """The quarter of an hour is no guess: all clocks and changes drawn lie on one."""
    moment = at
    while moment < at + HORIZON:
        if all(opened(one, moment) for one in hours):
            return moment
        moment += STEP
    return None


def used_up(caps, counts):
    return [name for name in PERIODS if caps[name] is not None and counts[name] >= caps[name]]


def reopening(now, zone, limits, hours):
    at, today = now, now.astimezone(ZoneInfo(zone)).date()
    monday = today + timedelta(days=7 - today.weekday())
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    begins = {"daily": today + timedelta(days=1), "weekly": monday, "monthly": first}
    for caps, counts in limits:
        if 0 in caps.values() or "total" in used_up(caps, counts):
            return None
        at = max([at, *(wall(begins[name], "00:00", zone) for name in used_up(caps, counts))])
    return first_opening(hours, at)


def lot(lead, rule):
    first = int(sha256(f"{lead['id']}:{rule['id']}".encode()).hexdigest()[:13], 16)
    return -math.log((first + 0.5) / 2**52) / rule["weight"]


def expected(scene, lead):
    now, home_zone, partners, rules, counts, (fallback, target) = scene
    by_place = {one["destination"]: one for one in partners}
    if lead["has_activity"] or lead["suppressed"]:
        return "keep", "hub", None, "has_activity" if lead["has_activity"] else "suppressed", None

    def is_partner(place):
        found = by_place.get(place)
        return (
            found is not None and found["status"] == "active" and found["destination_active"]
            and place not in lead["excluded"] and fits(found["accept_conditions"], lead)
        )  # fmt: skip

    def bounds(rule, place):
        both = [("rule", rule)] if rule else []
        both += [("partner", by_place[place])] if place != "hub" else []
        return [(one["caps"], counts[scope, one["id"]]) for scope, one in both], [one["schedule"] for _, one in both]

    def is_blocked(rule, place):
        limits, hours = bounds(rule, place)
        return any(used_up(*one) for one in limits) or not all(opened(one, now) for one in hours)

    candidates = [
        rule for rule in rules
        if rule["is_active"] and (rule["starts_at"] is None or rule["starts_at"] <= now)
        and (rule["ends_at"] is None or now < rule["ends_at"])
        and rule["destination"] and rule["destination_active"] and fits(rule["conditions"], lead)
        and (rule["destination"] == "hub" or is_partner(rule["destination"]))
    ]  # fmt: skip
    free = [rule for rule in candidates if not is_blocked(rule, rule["destination"])]
    if free:
        top = max(rule["priority"] for rule in free)
        won = min((rule for rule in free if rule["priority"] == top), key=lambda rule: (lot(lead, rule), rule["id"]))
        is_kept = won["destination"] == "hub"
        return "keep" if is_kept else "route", won["destination"], won["id"], "rule_keep" if is_kept else None, None
    again = [
        moment for rule in candidates
        if (moment := reopening(
            now, by_place[rule["destination"]]["timezone"] if rule["destination"] != "hub" else home_zone,
            *bounds(rule, rule["destination"])))
    ]  # fmt: skip
    if again and (lead["lead_expires_at"] is None or min(again) < lead["lead_expires_at"]):
        return "defer", None, None, "all_blocked", min(again)
    code = "all_blocked" if candidates else "no_matching_rule"
    if fallback == "keep":
        return "keep", "hub", None, code, None
    if fallback == "forward" and is_partner(target) and not is_blocked(None, target):
        return "route", target, None, "fallback", None
    return "fail", None, None, code, None


def decided(scene, lead):
    now, home_zone, partners, rules, counts, (fallback, target) = scene
    listed = [one | {"caps": [one["caps"][name] for name in PERIODS]} for one in (*partners, *rules)]
    rule_set = RuleSet(
        source="hub",
        timezone=home_zone,
        partners={one["destination"]: compile_partner(one) for one in listed[: len(partners)]},
        rules=tuple(compile_rule(one) for one in listed[len(partners) :]),
        fallback=fallback,
        fallback_workspace=target,
    )
    given = {key: Counts(**values) for key, values in counts.items()}
    found = evaluate(rule_set, facts_from_lead(lead), now, given)
    rule, code = found.rule.id if found.rule else None, found.code.value if found.code else None
    return found.outcome, found.destination, rule, code, found.defer_until


@pytest.mark.parametrize("seed", range(150))
def test_decision_is_that_of_a_plain_reading(seed):
    draw = random.Random(seed)
    scene = drawn_scene(draw)

    for lead in [drawn_lead(draw, scene[0]) for _ in range(8)]:
        assert decided(scene, lead) == expected(scene, lead)

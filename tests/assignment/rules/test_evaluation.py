"""Leads find their rules by value: the same rules, in the same order, as when every rule is asked."""

import random
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import pytest

from assignment.rules.routing.compiling import compile_partner, compile_rule
from assignment.rules.routing.conditions import asked_fields, canonical_conditions, needed_value
from assignment.rules.routing.contracts import RuleSet
from assignment.rules.routing.evaluation import Candidates, Standings, _why_not, choose, evaluate, pick
from assignment.rules.routing.facts import ALL_COLUMNS, READERS, columns_of, facts_from_lead

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
INDUSTRIES, STATES = ("dental", "law", "roofing"), ("TX", "CA", "NY")


def drawn_conditions(draw: random.Random) -> dict:
    leaves = [
        {"field": "industry", "op": "in", "value": draw.sample(INDUSTRIES, 2)},
        {"field": "state", "op": "eq", "value": draw.choice(STATES)},
        {"field": "has_phone", "op": "eq", "value": draw.random() < 0.5},
        {"field": "tags", "op": "in", "value": ["vip"]},
        {"field": "industry", "op": "not_in", "value": ["law"]},
        {"field": "overall_score", "op": "gte", "value": 50},
    ]
    chosen = draw.sample(leaves, draw.randint(0, 3))
    return {draw.choice(["all", "any", "none"]): chosen} if chosen else {}


def drawn_rule_set(draw: random.Random) -> RuleSet:
    places = [f"place-{number}" for number in range(4)]
    partners = {
        place: compile_partner(
            {
                "id": place,
                "destination": place,
                "status": draw.choice(["active", "active", "paused"]),
                "accept_conditions": drawn_conditions(draw),
            }
        )
        for place in places
    }
    rules = tuple(
        compile_rule(
            {
                "id": f"rule-{number:02}",
                "destination": draw.choice([*places, "home"]),
                "priority": draw.randint(0, 1),
                "weight": draw.randint(1, 2),
                "is_active": draw.random() < 0.9,
                "conditions": drawn_conditions(draw),
            }
        )
        for number in range(15)
    )
    return RuleSet(source="home", rules=rules, partners=partners)


def drawn_lead(draw: random.Random) -> dict:
    return {
        "id": str(UUID(int=draw.getrandbits(128))),
        "industry": draw.choice([*INDUSTRIES, None]),
        "company_state": draw.choice([*STATES, None]),
        "phone": draw.choice(["+15125550100", None]),
        "tags": draw.choice([["vip"], []]),
        "overall_score": draw.choice([10, 90, None]),
        "excluded": draw.choice([[], [], ["place-1"]]),
    }


@pytest.mark.parametrize("seed", range(40))
def test_candidates_are_those_of_asking_every_rule(seed):
    draw = random.Random(seed)
    rule_set = drawn_rule_set(draw)
    standings = Standings(rule_set, NOW)

    for lead in [facts_from_lead(drawn_lead(draw)) for _ in range(10)]:
        asked = [one.rule.id for one in standings._all if _why_not(one, lead) is None]
        assert [rule.id for rule in standings.candidates(lead).rules] == asked


@pytest.mark.parametrize("seed", range(10))
def test_a_move_is_the_same_with_and_without_its_reasons(seed):
    draw = random.Random(seed)
    rule_set = drawn_rule_set(draw)
    standings = Standings(rule_set, NOW)

    for lead in [facts_from_lead(drawn_lead(draw)) for _ in range(10)]:
        told = evaluate(rule_set, lead, NOW)
        quiet = choose(rule_set, lead, NOW, standings, standings.candidates(lead), {}, explain=False)
        assert (quiet.outcome, quiet.destination, quiet.rule) == (told.outcome, told.destination, told.rule)
        assert quiet.outcome != "route" or quiet.considered == ()


@pytest.mark.parametrize("seed", range(10))
def test_the_columns_the_rules_ask_for_decide_as_all_columns_do(seed):
    draw = random.Random(seed)
    rule_set = drawn_rule_set(draw)
    read = {"id", "excluded", *columns_of(rule_set.asks)}

    for lead in [drawn_lead(draw) for _ in range(10)]:
        fewer = {column: value for column, value in lead.items() if column in read}
        assert evaluate(rule_set, facts_from_lead(fewer), NOW) == evaluate(rule_set, facts_from_lead(lead), NOW)


def test_every_fact_knows_the_columns_it_is_read_from():
    class Noticing(dict):
        def get(self, name, default=None):
            if name in ALL_COLUMNS:
                asked.add(name)
            return super().get(name, default)

    values = dict.fromkeys(ALL_COLUMNS, "US") | {"tags": ["vip"], "company_state": "TX", "attributes": {"a": 1}}
    for fact in (*READERS, "attributes.a"):
        asked: set[str] = set()
        facts_from_lead(Noticing(values | {"id": "1"})).values.get(fact)
        assert asked <= set(columns_of([fact])), fact


def test_largest_draw_wins_and_of_equal_first_bits_the_smaller_id():
    rules = [compile_rule({"id": f"rule-{number}", "destination": "place"}) for number in range(50)]
    lead = "5d1f0c66-0d0f-4a52-9a1e-6d7a0b0a7c11"

    expected = max(rules, key=lambda rule: int(sha256(f"{lead}:{rule.id}".encode()).hexdigest()[:13], 16))

    assert pick(lead, Candidates(rules)) is expected


@pytest.mark.parametrize(
    ("conditions", "need"),
    [
        ({}, None),
        ({"field": "industry", "op": "in", "value": ["law", "dental"]}, ("industry", frozenset({"law", "dental"}))),
        ({"field": "industry", "op": "not_in", "value": ["law"]}, None),
        ({"field": "tags", "op": "in", "value": ["vip"]}, None),
        (
            {
                "all": [
                    {"field": "industry", "op": "in", "value": ["law", "dental"]},
                    {"field": "state", "op": "eq", "value": "TX"},
                ]
            },
            ("state", frozenset({"TX"})),
        ),
        ({"any": [{"field": "state", "op": "eq", "value": "TX"}, {"field": "industry", "op": "is_set"}]}, None),
        ({"none": [{"field": "state", "op": "eq", "value": "TX"}]}, None),
    ],
)
def test_needed_value_is_what_conditions_cannot_do_without(conditions, need):
    assert needed_value(canonical_conditions(conditions)) == need


def test_asked_fields_are_found_at_any_depth():
    conditions = {"any": [{"none": [{"field": "city", "op": "is_set"}]}, {"field": "state", "op": "eq", "value": "TX"}]}

    assert asked_fields(canonical_conditions(conditions)) == {"city", "state"}

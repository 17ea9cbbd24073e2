"""Conditions as rows of a form and back."""

import pytest

from assignment.forms.conditions import Conditions, rows_of
from assignment.rules.routing.conditions import canonical_conditions

pytestmark = pytest.mark.unit

LEAVES = (
    {"field": "industry", "op": "in", "value": ["dental", "law"]},
    {"field": "tags", "op": "not_in", "value": ["vip"]},
    {"field": "job_title", "op": "contains", "value": ["owner"]},
    {"field": "postal_code", "op": "starts_with", "value": ["75", "77"]},
    {"field": "employee_count", "op": "gte", "value": 50},
    {"field": "fit_score", "op": "lte", "value": 7.5},
    {"field": "overall_score", "op": "between", "value": [10, 90]},
    {"field": "intent_score", "op": "eq", "value": 3},
    {"field": "has_email", "op": "eq", "value": True},
    {"field": "has_phone", "op": "eq", "value": False},
    {"field": "country", "op": "is_set"},
    {"field": "attributes.sic_code", "op": "starts_with", "value": ["80"]},
    {"field": "attributes.tier", "op": "eq", "value": "gold"},
    {"field": "timezone", "op": "not_set"},
)


@pytest.mark.parametrize("match", ["all", "any", "none"])
def test_rows_come_back_as_the_conditions_they_were(match):
    stored = canonical_conditions({match: list(LEAVES)})

    shown, rows, raw = rows_of(stored)

    assert raw == ""
    assert Conditions(match=shown, rows=rows).stored() == stored


@pytest.mark.parametrize(
    "conditions",
    [
        {"all": [{"any": []}]},
        {"field": "has_email", "op": "is_set"},
        {"field": "industry", "op": "gte", "value": 3},
    ],
)
def test_what_rows_cannot_show_stays_text(conditions):
    match, rows, raw = rows_of(conditions)

    assert (rows, Conditions(match=match, rows=rows, raw=raw).stored()) == ((), conditions)

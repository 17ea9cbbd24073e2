"""Conditions in words, nested ones too."""

import pytest

from assignment.views.condition_words import conditions_in_words, difference_in_words, outline_of, outline_of_text

pytestmark = pytest.mark.unit

DENTAL = {"op": "in", "field": "industry", "value": ["dental", "orthodontics"]}
STATE = {"field": "state", "op": "in", "value": ["TX", "CA"]}
MAIL = {"field": "email_domain", "op": "in", "value": ["gmail.com"]}
SIZE = {"field": "employee_count", "op": "gte", "value": 50}
PHONE = {"field": "has_phone", "op": "eq", "value": True}
SCORE = {"field": "fit_score", "op": "between", "value": [20, 90]}
NESTED = {"all": [DENTAL, {"any": [STATE, {"none": [MAIL]}, {"all": [SIZE, PHONE]}]}]}


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({}, "Every lead"),
        ({"all": [DENTAL]}, "Industry is one of dental, orthodontics"),
        (
            {"none": [DENTAL, SIZE]},
            "None of these: Industry is one of dental, orthodontics; Number of employees is at least 50",
        ),
        ({"any": [PHONE]}, "Has a phone number: yes"),
        (
            NESTED,
            "Industry is one of dental, orthodontics; at least one of these (State is one of TX, CA; none of these"
            " (E-mail domain is one of gmail.com); all of these (Number of employees is at least 50;"
            " Has a phone number: yes))",
        ),
        ({"all": [{"field": "no_such", "op": "in", "value": ["x"]}]}, "Cannot be read"),
    ],
)
def test_conditions_in_words(conditions, words):
    assert conditions_in_words(conditions) == words


def test_an_outline_has_a_line_for_each_condition_and_group():
    assert [(line.depth, line.words) for line in outline_of(NESTED)] == [
        (0, "All of these:"),
        (1, "Industry is one of dental, orthodontics"),
        (1, "At least one of these:"),
        (2, "State is one of TX, CA"),
        (2, "None of these:"),
        (3, "E-mail domain is one of gmail.com"),
        (2, "All of these:"),
        (3, "Number of employees is at least 50"),
        (3, "Has a phone number: yes"),
    ]


@pytest.mark.parametrize("raw", ["", "{", "[]", "3", '{"all": 3}', '{"field": "no_such"}'])
def test_what_cannot_be_read_has_no_outline(raw):
    assert outline_of_text(raw) == []


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (NESTED, {"all": [*NESTED["all"], SCORE]}, ("", "added: Fit score is between 20 and 90")),
        ({"all": [*NESTED["all"], SCORE]}, NESTED, ("Fit score is between 20 and 90", "")),
        (
            {"all": [DENTAL, {"none": [MAIL]}]},
            {"all": [DENTAL, {"any": [MAIL]}]},
            ("None of these:", "At least one of these:"),
        ),
        ({"all": [DENTAL]}, {"all": [STATE]}, ("Industry is one of dental, orthodontics", "State is one of TX, CA")),
        ({}, {"all": [STATE]}, ("Every lead", "State is one of TX, CA")),
    ],
)
def test_a_difference_names_what_went_and_what_came(before, after, words):
    assert difference_in_words(before, after) == words

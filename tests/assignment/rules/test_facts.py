"""One normal form for leads and for the values of conditions (11b R7.1, R7.2)."""

import pytest

from assignment.rules.routing.facts import facts_from_lead
from assignment.rules.routing.places import COUNTRY_BY_NAME, country_code, state_code

pytestmark = pytest.mark.unit


def fact(name, **columns):
    return facts_from_lead({"id": "1"} | columns).values.get(name)


@pytest.mark.parametrize(
    ("name", "columns", "expected"),
    [
        ("industry", {"industry": "  Ｍｅｄ   Spa "}, "med spa"),
        ("city", {"company_city": "STRASSE"}, "strasse"),
        ("state", {"company_state": "new york"}, "NY"),
        ("state", {"company_state": "Washington, D.C."}, "DC"),
        ("state", {"company_state": "Bayern, Süd"}, "BAYERN, SÜD"),
        ("country", {"company_country": "Deutschland", "company_state": "CA"}, "DE"),
        ("country", {"company_state": "California"}, "US"),
        ("country", {"company_state": "Ontario"}, None),
        ("region", {"company_state": "DC"}, "southeast"),
        ("region", {"company_state": "WA", "company_country": "AU"}, None),
        ("postal_code", {"company_postal_code": "90210-1234", "company_state": "CA"}, "90210"),
        ("postal_code", {"company_postal_code": "sw1a 1aa", "company_country": "UK"}, "SW1A1AA"),
        ("company_size", {"employee_headcount": "51 – 200 Employees"}, "51-200"),
        ("company_size", {"employee_headcount": "51 to 200"}, "51-200"),
        ("company_size", {"employee_headcount": "51to200"}, "51-200"),
        ("company_size", {"employee_headcount": "10,001+ employees"}, "10001+"),
        ("company_size", {"employee_headcount": "Tooling shop"}, "toolingshop"),
        ("employee_count", {"employee_headcount": "51to200"}, 51),
        ("employee_count", {"employee_headcount": "1.5k-5k"}, 1_500),
        ("employee_count", {"employee_headcount": "500+"}, 500),
        ("employee_count", {"employee_headcount": "many"}, None),
        ("employee_count", {"employee_headcount": "9" * 400}, 999_999_999_999),
        ("email_domain", {"email": "Kim@Sub.Acme.io"}, "sub.acme.io"),
        ("email_domain", {"email": "unknown"}, None),
        ("company_domain", {"company_website": "https://www.Acme.io:8080/about?x=1"}, "acme.io"),
        ("company_domain", {"company_website": "//www.acme.io/about"}, "acme.io"),
        ("company_domain", {"company_website": "https://kim:secret@acme.io/"}, "acme.io"),
        ("company_domain", {"company_website": "acme.io?next=https://other.io"}, "acme.io"),
        ("tags", {"tags": ["VIP ", " ", "Trade  Show"]}, {"vip", "trade show"}),
        ("tags", {"tags": []}, None),
        ("overall_score", {"overall_score": 0}, 0),
        ("has_phone", {"phone": ""}, False),
        ("has_company", {"company_name": " \u00a0"}, False),
        ("attributes.score", {"attributes": {"score": 7.5}}, 7.5),
        ("attributes.vip", {"attributes": {"vip": False}}, False),
        ("attributes.note", {"attributes": {"note": " "}}, None),
        ("attributes.list", {"attributes": {"list": ["a"]}}, None),
        ("timezone", {"timezone": "Europe/Berlin"}, "Europe/Berlin"),
    ],
)
def test_fact_has_its_normal_form(name, columns, expected):
    assert fact(name, **columns) == expected


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("U.S.A.", "US"),
        ("The United States", "US"),
        ("uk", "GB"),
        ("GBR", "GB"),
        ("The Netherlands", "NL"),
        ("Korea, Republic of", "KR"),
        ("Côte d’Ivoire", "CI"),
        ("Trinidad & Tobago", "TT"),
        ("Bermuda", "BM"),
        ("Cabo Verde", "CV"),
        ("gb", "GB"),
        ("Atlantis", "ATLANTIS"),
    ],
)
def test_countries_are_read_by_name_alias_and_code(written, code):
    assert country_code(written) == code


def test_every_country_of_the_standard_has_a_name():
    assert len(set(COUNTRY_BY_NAME.values())) == 249


def test_a_code_is_its_own_normal_form():
    codes = set(COUNTRY_BY_NAME.values())

    assert {country_code(code) for code in codes} == codes
    assert state_code(state_code("new york")) == "NY"

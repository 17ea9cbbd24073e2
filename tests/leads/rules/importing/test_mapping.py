import pytest

from leads.enums import ImportField
from leads.rules.importing.mapping import guess_mapping, read_mapping
from zrg.lib.errors import BadInput

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("First Name", "first_name"),
        ("FIRST-NAME", "first_name"),
        ("e-mail", "email"),
        ("Work Email", "email"),
        ("Mobile (phone)", "phone"),
        ("Person LinkedIn URL", "linkedin_url"),
        ("Organization", "company_name"),
        ("Prénom", "first_name"),
        ("# Employees", "employee_headcount"),
        ("Zip code", "company_postal_code"),
        ("Lead status", "status"),
        ("Favourite colour", None),
        ("", None),
    ],
)
def test_column_is_recognised_by_its_name(column, field):
    assert guess_mapping([column]).get(column) == field


def test_every_field_is_recognised_by_its_own_name():
    assert guess_mapping(list(ImportField.values)) == {field: field for field in ImportField.values}


def test_exact_name_wins_over_an_alias_and_a_field_is_given_once():
    assert guess_mapping(["Name", "full_name", "Mail", "Email", "Email (2)"]) == {
        "full_name": "full_name",
        "Email": "email",
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Nothing": "email"}, "unknown_column"),
        ({"A": "id"}, "unknown_field"),
        ({"A": "email", "B": "email"}, "field_twice"),
        ({"A": "first_name", "B": ""}, "no_identity_column"),
        ({"A": "company_name", "B": "first_name"}, "no_identity_column"),
        ({}, "no_identity_column"),
    ],
)
def test_mapping_that_does_not_fit_is_refused(given, code):
    with pytest.raises(BadInput) as refused:
        read_mapping(given, ("A", "B"))

    assert refused.value.code == code


@pytest.mark.parametrize("fields", [("email",), ("phone",), ("linkedin_url",), ("company_name", "last_name")])
def test_mapping_that_names_people_is_kept_without_blanks(fields):
    given = dict(zip("ABC", fields, strict=False)) | {"D": ""}

    assert read_mapping(given, tuple("ABCD")) == {column: field for column, field in given.items() if field}

import pytest

from leads.enums import ImportField
from leads.rules.importing.rows import read_row, row_keys
from zrg.lib.addresses import OwnSenders
from zrg.lib.csv_files import CsvRecord

pytestmark = pytest.mark.unit

OWN = OwnSenders.of(["@ours.example", "sales@other.example"])


def row(**cells):
    record = CsvRecord(line=7, cells=tuple(cells.values()))
    mapping = {name: name for name in cells if name in ImportField.values}
    read = read_row(0, record, tuple(cells), mapping, OWN)
    assert row_keys(record, tuple(cells), mapping, OWN) == read.keys
    return read


def codes(read):
    return [(problem.field, problem.code) for problem in read.problems]


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        ({"full_name": "Dana Reyes"}, ("Dana", "Reyes")),
        ({"full_name": "Dana  van der Berg"}, ("Dana", "van der Berg")),
        ({"full_name": "Dana"}, ("Dana", None)),
        ({"full_name": "Dana Reyes", "first_name": "D."}, ("D.", "Reyes")),
        ({"first_name": "null", "last_name": "-"}, (None, None)),
        ({"first_name": "{{first_name}}", "last_name": "undefined"}, (None, None)),
        ({"first_name": "dana@x.example"}, (None, None)),
    ],
)
def test_names_are_split_and_placeholders_are_none(cells, names):
    identity = row(**cells).identity

    assert (identity.first_name, identity.last_name) == names


@pytest.mark.parametrize(
    ("cells", "problems", "valid"),
    [
        ({"email": "Dana <DANA@x.example>"}, [], True),
        ({"email": "nonsense"}, [("email", "invalid_email"), ("", "no_identity")], False),
        ({"email": "nonsense", "phone": "+14155552671"}, [("email", "invalid_email")], True),
        ({"email": "no-reply@x.example"}, [("email", "machine_address"), ("", "no_identity")], False),
        ({"email": "me@ours.example"}, [("email", "own_address"), ("", "no_identity")], False),
        ({"phone": "12"}, [("phone", "invalid_phone"), ("", "no_identity")], False),
        ({"phone": "4155552671"}, [], True),
        ({"linkedin_url": "linkedin.com/in/dana"}, [], True),
        ({"linkedin_url": "https://linkedin.com/company/northfork"}, [("", "no_identity")], False),
        (
            {"linkedin_url": "https://elsewhere.example"},
            [("linkedin_url", "invalid_linkedin"), ("", "no_identity")],
            False,
        ),
        ({"company_name": "Northfork", "last_name": "Reyes"}, [], True),
        ({"company_name": "Northfork", "first_name": "Dana"}, [("", "no_identity")], False),
        ({"email": "d@x.example", "timezone": "Mars/Olympus"}, [("timezone", "unknown_timezone")], True),
        ({"email": "d@x.example", "status": "meeting booked"}, [("status", "unknown_status")], True),
        ({"email": "d@x.example", "status": "Not-Interested"}, [], True),
    ],
)
def test_row_needs_somebody_and_what_is_malformed_is_left_out(cells, problems, valid):
    read = row(**cells)

    assert (codes(read), read.is_valid) == (problems, valid)


def test_phone_is_resolved_by_the_hints_of_the_row():
    assert row(phone="4155552671", company_state="California").identity.phone.e164 == "+14155552671"
    assert row(phone="030 901820", timezone="Europe/Berlin").identity.phone.e164 == "+4930901820"
    assert row(phone="4155552671").identity.phone.e164 is None


def test_rows_of_one_person_share_a_key_and_an_office_number_is_none():
    same = row(email="Dana@x.example", phone="1234567").keys & row(email="dana@X.example", phone="7654321").keys
    office = row(email="a@x.example", phone="1234567").keys & row(email="b@x.example", phone="1234567").keys

    assert (len(same), office) == (1, frozenset())
    assert row(phone="+1 415 555 2671").keys == row(phone="1-415-555-2671").keys


def test_long_and_strange_values_are_cut_to_their_columns():
    read = row(email="d@x.example", company_city="x" * 500, tags="a; b |a,," + "c" * 200, extra="y" * 9_000)

    assert len(read.facts["company_city"]) == 120
    assert read.tags == ("a", "b", "c" * 80)
    assert {name: len(value) for name, value in read.attributes.items()} == {"extra": 2_000}

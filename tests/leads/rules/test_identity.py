import pytest

from integrations.contracts import PersonDetails, ProviderIds
from leads.rules.identity import clean_text, read_identity

pytestmark = pytest.mark.unit


def identity(*, own=(), ids=None, **contact):
    return read_identity(PersonDetails(**contact), ProviderIds(**(ids or {})), own_senders=own)


def test_identifiers_are_normalised():
    found = identity(
        email=" Dana Reyes <Dana@Northfork.Example> ",
        phone="+1 (415) 555-2671",
        ids={"linkedin_url": "https://www.linkedin.com/in/Dana-R/?x=1", "email_bison_lead_id": 991},
    )

    assert found.email == "dana@northfork.example"
    assert (found.phone.e164, found.phone.national) == ("+14155552671", "4155552671")
    assert found.linkedin_url == "https://linkedin.com/in/dana-r"
    assert found.email_bison_lead_id == "991"


def test_member_id_in_a_url_fills_the_member_id():
    found = identity(ids={"linkedin_url": "https://linkedin.com/in/ACoAAB1cdEfGhIjKlMnOp"})

    assert (found.linkedin_id, found.linkedin_url) == ("ACoAAB1cdEfGhIjKlMnOp", None)


@pytest.mark.parametrize(
    ("contact", "ids"),
    [
        ({"first_name": "Dana", "last_name": "Reyes"}, {}),
        ({"email": "not an address"}, {}),
        ({"email": "no-reply@shop.example"}, {}),
        ({"phone": "12"}, {}),
        ({}, {"linkedin_url": "https://linkedin.com/company/northfork"}),
        ({}, {"ghl_contact_id": "  "}),
        ({}, {"ghl_contact_id": "x" * 65}),
    ],
)
def test_nothing_usable_names_a_person(contact, ids):
    assert not identity(ids=ids, **contact).is_usable


def test_hard_03_own_senders_never_leads_rule():
    own = ("sales@agency.example", "@mail.agency.example")

    assert identity(own=own, email="Sales@Agency.example").email is None
    assert identity(own=own, email="anybody@mail.agency.example").email is None
    assert identity(own=own, email="anybody@agency.example").email == "anybody@agency.example"


def test_two_spellings_of_a_number_share_a_lock():
    full, local = identity(phone="+447911123456"), identity(phone="07911123456")

    assert set(full.lock_keys()) & set(local.lock_keys()) == {"phone:7911123456"}


@pytest.mark.parametrize(
    "value", ["null", "undefined", "-", "", "  ", "{{first_name}}", "{firstName}", "dana@northfork.example", None, 5]
)
def test_placeholder_names_are_missing(value):
    assert clean_text(value, 120) is None


def test_names_are_trimmed_and_cut():
    assert clean_text("  Dana \n Reyes ", 120) == "Dana Reyes"
    assert clean_text("x" * 300, 120) == "x" * 120

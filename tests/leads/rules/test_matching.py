import uuid

import pytest

from integrations.contracts import PersonDetails, ProviderIds
from leads.rules.identity import read_identity
from leads.rules.matching import Candidate, Claim, Match, choose_match, find_claims

pytestmark = pytest.mark.unit

A, B, C = (uuid.UUID(int=number) for number in (1, 2, 3))


def identity(*, ids=None, **contact):
    return read_identity(PersonDetails(**contact), ProviderIds(**(ids or {})))


def phone_candidate(lead_id, **values):
    return Candidate(
        kind="phone", lead_id=lead_id, **{"phone": "+14155552671", "phone_national": "4155552671", **values}
    )


@pytest.mark.parametrize("weaker", ["email_bison_lead_id", "linkedin_id", "linkedin_url", "email", "alternate_email"])
def test_strongest_identifier_decides(weaker):
    person = identity(email="dana@northfork.example")
    candidates = [Candidate(kind=weaker, lead_id=B), Candidate(kind="ghl_contact_id", lead_id=A)]

    assert choose_match(person, candidates) == Match(lead_id=A, matched_by="ghl_contact_id")


def test_alternate_of_one_lead_matches():
    candidates = [Candidate(kind="alternate_email", lead_id=A)]

    assert choose_match(identity(email="pa@northfork.example"), candidates) == Match(
        lead_id=A, matched_by="alternate_email"
    )


def test_alternate_of_several_matches_the_one_it_answers_for():
    candidates = [
        Candidate(kind="alternate_email", lead_id=A),
        Candidate(kind="alternate_email", lead_id=B, current_replier_email="pa@northfork.example"),
    ]

    assert choose_match(identity(email="pa@northfork.example"), candidates).lead_id == B


def test_alternate_of_several_is_nobody_when_it_answers_for_two():
    candidates = [
        Candidate(kind="alternate_email", lead_id=one, current_replier_email="pa@northfork.example") for one in (A, B)
    ]

    assert choose_match(identity(email="pa@northfork.example"), candidates) is None


def test_phone_matches_one_candidate_and_never_two():
    person = identity(phone="+14155552671")

    assert choose_match(person, [phone_candidate(A)]) == Match(lead_id=A, matched_by="phone")
    assert choose_match(person, [phone_candidate(A), phone_candidate(B)]) is None


@pytest.mark.parametrize(
    "better",
    [
        {"email": "kim@northfork.example"},
        {"linkedin_id": "ACoAAXXXXXXXXXXXXX"},
        {"linkedin_url": "https://linkedin.com/in/kim-lee"},
    ],
)
def test_better_knowledge_vetoes_a_shared_phone(better):
    person = identity(
        phone="+14155552671",
        email="dana@northfork.example",
        ids={"linkedin_id": "ACoAAYYYYYYYYYYYYY", "linkedin_url": "https://linkedin.com/in/dana-reyes"},
    )

    assert choose_match(person, [phone_candidate(A, **better)]) is None
    assert choose_match(person, [phone_candidate(A, **better), phone_candidate(B)]).lead_id == B


def test_known_alternate_is_no_veto():
    person = identity(phone="+14155552671", email="dana.r@northfork.example")
    candidate = phone_candidate(A, email="dana@northfork.example", alternate_emails=("dana.r@northfork.example",))

    assert choose_match(person, [candidate]).lead_id == A


@pytest.mark.parametrize(
    ("incoming", "stored"),
    [
        ("+6581234567", {"phone": "+6681234567", "phone_national": "81234567"}),
        ("1234567", {"phone": None, "phone_national": "1234567"}),
        ("555267100", {"phone": None, "phone_national": "4155552671"}),
    ],
)
def test_phone_never_matches_other_countries_short_numbers_or_parts(incoming, stored):
    assert choose_match(identity(phone=incoming), [phone_candidate(A, **stored)]) is None


def test_national_number_matches_the_full_one_both_ways():
    full = phone_candidate(A, phone="+447911123456", phone_national="7911123456")
    local = phone_candidate(A, phone=None, phone_national="7911123456")

    assert choose_match(identity(phone="07911123456"), [full]).lead_id == A
    assert choose_match(identity(phone="+447911123456"), [local]).lead_id == A


def test_identifier_of_another_lead_is_claimed():
    person = identity(email="kim@northfork.example", ids={"ghl_contact_id": "G1"})
    candidates = [Candidate(kind="ghl_contact_id", lead_id=A), Candidate(kind="email", lead_id=B)]

    claims = find_claims(person, A, {"ghl_contact_id": "G1"}, candidates)

    assert claims == [Claim(identifier="email", value="kim@northfork.example", other_id=B)]


def test_alternate_of_another_lead_is_claimed():
    person = identity(email="pa@northfork.example", ids={"ghl_contact_id": "G1"})
    candidates = [Candidate(kind="ghl_contact_id", lead_id=A), Candidate(kind="alternate_email", lead_id=B)]

    claims = find_claims(person, A, {"ghl_contact_id": "G1"}, candidates)

    assert claims == [Claim(identifier="alternate_email", value="pa@northfork.example", other_id=B)]


def test_address_listed_by_several_is_claimed_by_nobody_in_particular():
    person = identity(email="pa@northfork.example", ids={"ghl_contact_id": "G1"})
    listing = [Candidate(kind="alternate_email", lead_id=one) for one in (B, C)]

    claims = find_claims(person, A, {"ghl_contact_id": "G1"}, [Candidate(kind="ghl_contact_id", lead_id=A), *listing])

    assert claims == [Claim(identifier="alternate_email", value="pa@northfork.example")]


def test_own_alternate_is_no_claim():
    person = identity(email="pa@northfork.example")
    own = Candidate(kind="alternate_email", lead_id=A, alternate_emails=("pa@northfork.example",))
    other = Candidate(kind="alternate_email", lead_id=B, alternate_emails=("pa@northfork.example",))

    assert find_claims(person, A, {"email": "dana@northfork.example"}, [own, other]) == []


def test_differing_provider_id_is_claimed_and_a_differing_address_is_not():
    person = identity(email="d.reyes@northfork.example", ids={"email_bison_lead_id": "2"})
    stored = {"email": "dana@northfork.example", "email_bison_lead_id": "1"}

    assert find_claims(person, A, stored, []) == [Claim(identifier="email_bison_lead_id", value="2")]

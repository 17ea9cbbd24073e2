"""Every spelling a table's owner may choose, and what an answer means."""

from typing import Any

import pytest

from integrations.clay.payload import Call, problem_of, read_call, reference
from tests.integrations.clay.payloads import LEAD_ID, LINKEDIN, PHONE

pytestmark = pytest.mark.unit


def read(**fields: Any) -> Call:
    return read_call({"leadId": LEAD_ID, **fields})


def test_the_two_documented_calls() -> None:
    assert read_call(PHONE) == Call(lead_id=LEAD_ID, kind="phone", status="success", phone="+1 (415) 555-2671")
    assert read_call(LINKEDIN) == Call(
        lead_id=LEAD_ID, kind="linkedin", status="success", linkedin_url="https://www.linkedin.com/in/dana-reyes/"
    )


@pytest.mark.parametrize("name", ["leadId", "leadID", "lead_id"])
@pytest.mark.parametrize("kind", ["enrichmentType", "type", "enrichment_type"])
@pytest.mark.parametrize("phone", ["phone", "phoneNumber", "phone_number", "validatedPhone", "validated_phone"])
def test_aliases_of_a_phone(name: str, kind: str, phone: str) -> None:
    call = read_call({name: LEAD_ID, kind: "PHONE", phone: 14155552671})

    assert (call.lead_id, call.kind, call.status, call.phone) == (LEAD_ID, "phone", "success", "14155552671")


@pytest.mark.parametrize(
    "name", ["linkedinUrl", "linkedin_url", "profileUrl", "profile_url", "linkedinProfile", "linkedin_profile"]
)
@pytest.mark.parametrize("member", ["linkedinId", "linkedin_id"])
def test_aliases_of_a_profile(name: str, member: str) -> None:
    call = read(type="LinkedIn", **{name: "linkedin.com/in/dana-reyes", member: "ACoAAA12345678901"})

    assert (call.kind, call.status) == ("linkedin", "success")
    assert (call.linkedin_url, call.linkedin_id) == ("linkedin.com/in/dana-reyes", "ACoAAA12345678901")


@pytest.mark.parametrize("status", ["status", "result", "outcome"])
@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("success", "success"),
        ("OK", "success"),
        (" Succeeded ", "success"),
        ("not_found", "not_found"),
        ("notfound", "not_found"),
        ("MISSING", "not_found"),
        ("error", "error"),
        ("failed", "error"),
        ("failure", "error"),
    ],
)
def test_status_words(status: str, word: str, expected: str) -> None:
    assert read(type="phone", phone="+14155552671", **{status: word}).status == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "phone"}, "not_found"),
        ({"type": "phone", "phone": "n/a"}, "not_found"),
        ({"type": "phone", "phone": "+14155552671", "error": "ignored"}, "success"),
        ({"type": "phone", "error": "no credits"}, "error"),
        ({"type": "phone", "message": "no credits"}, "error"),
        ({"type": "phone", "success": False}, "error"),
        ({"type": "phone", "ok": "false"}, "error"),
        ({"type": "phone", "success": True}, "not_found"),
        ({"type": "phone", "status": "success"}, "not_found"),
        ({"type": "phone", "status": "success", "phone": "  "}, "not_found"),
        ({"type": "phone", "status": "pending", "phone": "+14155552671"}, "success"),
        (
            {"type": "linkedin", "status": "success", "linkedinUrl": "https://linkedin.com/company/northfork"},
            "not_found",
        ),
        ({"type": "linkedin", "linkedinUrl": "https://linkedin.com.example/in/dana"}, "not_found"),
        ({"type": "linkedin", "phone": "+14155552671"}, "not_found"),
    ],
)
def test_status_without_a_word_and_without_a_result(fields: dict[str, Any], expected: str) -> None:
    assert read(**fields).status == expected


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ({}, "Missing required field: leadId"),
        ({"leadId": " ", "type": "phone"}, "Missing required field: leadId"),
        ({"leadId": True, "type": "phone"}, "Missing required field: leadId"),
        ({"leadId": LEAD_ID}, "Missing or invalid required field: enrichmentType"),
        ({"leadId": LEAD_ID, "type": "e-mail"}, "Missing or invalid required field: enrichmentType"),
        (PHONE, None),
    ],
)
def test_what_is_missing(payload: dict[str, Any], problem: str | None) -> None:
    assert problem_of(read_call(payload)) == problem


def test_reference_is_the_same_for_a_redelivery_only() -> None:
    again = dict(reversed(PHONE.items()))

    assert reference(read_call(PHONE), PHONE) == reference(read_call(again), again)
    assert reference(read_call(PHONE), PHONE).startswith(f"{LEAD_ID}:phone:")
    other = {**PHONE, "phone": "+14155550000"}
    assert reference(read_call(other), other) != reference(read_call(PHONE), PHONE)


def test_a_lead_id_that_is_no_uuid_names_nobody() -> None:
    assert read_call({"leadId": 55021, "type": "phone"}).lead is None

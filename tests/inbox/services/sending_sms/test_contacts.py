"""The contact and its number: found anew, set right, kept once it worked."""

import pytest

from integrations.simulator.model import response_body
from leads.models import Lead, LeadIdentityConflict
from tests.factories.leads import LeadFactory
from tests.inbox.services.sending_sms.conftest import PHONE, SEND_PATH, blocked_state, posts, send, texts
from tests.integrations.ghl.payloads import LOCATION

pytestmark = pytest.mark.django_db


def test_deleted_contact_is_found_anew(lead, contact, simulator):
    simulator.state.ghl.delete_contact(contact["id"])
    other = simulator.state.ghl.add_contact(location_id=LOCATION, email="dana@northfork.example", phone=PHONE)

    assert send(lead).status == "sent"

    lead.refresh_from_db()
    assert lead.ghl_contact_id == other["id"]
    assert [post["json"]["contactId"] for post in posts(simulator)] == [other["id"]]


def test_contact_deleted_at_the_last_moment_is_found_anew_once(lead, contact, simulator):
    simulator.script("ghl", SEND_PATH, status=404, body={"statusCode": 404, "message": "Contact not found"})

    assert send(lead).status == "sent"

    assert len(posts(simulator)) == 2
    assert texts(simulator) == ["Tuesday at 3?"]


def test_contact_that_stays_unknown_fails_after_one_more_try(lead, simulator):
    simulator.script("ghl", SEND_PATH, times=9, status=404, body={"statusCode": 404, "message": "Contact not found"})

    result = send(lead)

    assert (result.status, result.code) == ("failed", "not_found")
    assert len(posts(simulator)) == 2


def test_phone_of_the_contact_follows_the_lead(lead, contact, simulator):
    simulator.state.ghl.contacts[contact["id"]]["phone"] = "+14155550100"

    assert send(lead).status == "sent"

    assert simulator.state.ghl.contacts[contact["id"]]["phone"] == PHONE
    (changed,) = simulator.requests("ghl", f"/contacts/{contact['id']}", "PUT")
    assert changed["json"] == {"phone": PHONE}


def test_number_that_cannot_be_set_is_not_texted(lead, contact, simulator):
    simulator.state.ghl.contacts[contact["id"]]["phone"] = "+14155550100"
    simulator.script("ghl", "/contacts/*", method="PUT", status=400, body={"message": "duplicated contacts"})

    result = send(lead)

    assert (result.status, result.code) == ("failed", "bad_request")
    assert posts(simulator) == []


@pytest.mark.parametrize("respond", [{"status": 500, "body": {}}, {"close": "after"}])
@pytest.mark.parametrize(("path", "method"), [("/contacts/search", "POST"), ("/contacts/upsert", "POST")])
def test_trouble_before_the_message_is_a_definite_failure(connected, simulator, path, method, respond):
    """Nothing was sent, so it may be sent again: never `unknown`."""
    lead = LeadFactory(workspace=connected, email="new@northfork.example", phone=PHONE)
    simulator.script("ghl", path, method=method, **respond)

    first, second = send(lead), send(lead)

    assert (first.status, second.status) == ("failed", "sent")
    assert texts(simulator) == ["Tuesday at 3?"]


def test_contact_of_another_lead_is_not_used(connected, contact, simulator):
    owner = LeadFactory(workspace=connected, email="kim@northfork.example", ghl_contact_id=contact["id"])
    lead = LeadFactory(workspace=connected, email="dana@northfork.example", phone=PHONE)

    result = send(lead)

    assert (result.status, result.code) == ("failed", "conflict")
    assert posts(simulator) == []
    conflict = LeadIdentityConflict.objects.get()
    assert (conflict.lead_id, conflict.other_lead_id, conflict.value) == (lead.pk, owner.pk, contact["id"])


# --- the number --------------------------------------------------------------------------------------


def test_number_that_worked_is_the_leads(connected, simulator):
    lead = LeadFactory(
        workspace=connected, email=None, phone=None, phone_national="4155552671", phone_raw="(415) 555-2671"
    )

    assert send(lead).status == "sent"

    lead.refresh_from_db()
    assert (lead.phone, lead.phone_national, lead.phone_country) == (PHONE, "4155552671", "US")
    assert lead.phone_raw == "(415) 555-2671"
    assert next(iter(simulator.state.ghl.contacts.values()))["phone"] == PHONE


def test_number_that_failed_is_not_stored(connected, simulator):
    lead = LeadFactory(workspace=connected, email=None, phone=None, phone_national="4155552671")
    simulator.script("ghl", SEND_PATH, status=400, body={"message": "Cannot send message as DND is active for SMS."})

    assert send(lead).code == "sms_dnd"

    lead.refresh_from_db()
    assert (lead.phone, lead.sms_dnd_active) == (None, True)


def stranded_number(workspace) -> Lead:
    return LeadFactory(workspace=workspace, email=None, phone=None, phone_raw="030 901820")


def name_country(simulator, region: str) -> None:
    text = f'{{"region": "{region}", "confidence": 1}}'
    body = response_body(1, {"model": "gpt-5-mini"}, text, input_tokens=9, output_tokens=9, cut=False)
    simulator.script("openai", "/v1/responses", status=200, body=body)


def test_country_of_a_model_is_kept_once_it_worked(connected, simulator, monkeypatch):
    monkeypatch.setenv("PHONE_E164_AI_ENABLED", "true")
    lead = stranded_number(connected)
    name_country(simulator, "DE")

    assert send(lead).status == "sent"

    lead.refresh_from_db()
    assert (lead.phone, lead.phone_country) == ("+4930901820", "DE")


def test_number_no_model_can_place_fails_and_counts(connected, simulator, monkeypatch):
    monkeypatch.setenv("PHONE_E164_AI_ENABLED", "true")
    lead = stranded_number(connected)
    name_country(simulator, "")

    result = send(lead)

    assert (result.status, result.code) == ("failed", "phone_normalization_failed")
    assert blocked_state(lead) == ("phone_normalization_failed", 1, False)
    assert (lead.phone, simulator.requests("ghl")) == (None, [])

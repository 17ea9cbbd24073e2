"""What messages, the providers' records and signatures fill, over real HTTP to the simulators."""

import json
import time

import pytest

from integrations.emailbison.types import LeadRecord
from integrations.ghl.simulator import DEMO_LOCATION_ID
from integrations.simulator.model import response_body
from leads.models import Lead
from leads.rules.facts import Facts
from leads.services.enrichment_sources import (
    Written,
    enrich_from_emailbison,
    enrich_from_ghl,
    enrich_from_message,
    enrich_from_signature,
    facts_of_record,
)
from tests.factories import ConnectionFactory, LeadFactory
from zrg.ai.contracts import CallScope

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

SIGNED = "Tuesday works.\n\nDana Reyes\nOwner\n+1 (415) 555-2671\nhttps://www.linkedin.com/in/dana-reyes/"


def stored(lead):
    return Lead.objects.values_list("phone", "linkedin_url", "enrichment_source").get(pk=lead.pk)


def signature(lead, text, own_text=""):
    return enrich_from_signature(
        lead.workspace_id,
        lead.pk,
        Written(text=text, own_text=own_text),
        scope=CallScope(workspace_id=lead.workspace_id, source="test", lead_id=lead.pk),
        deadline=time.monotonic() + 10,
    )


# --- messages ------------------------------------------------------------------------------------------


def test_a_message_fills_phone_and_profile():
    lead = LeadFactory(enrichment_status="pending")

    enrich_from_message(lead.workspace_id, lead.pk, Written(text=SIGNED))

    lead.refresh_from_db()
    assert stored(lead) == ("+14155552671", "https://linkedin.com/in/dana-reyes", "message_content")
    assert (lead.enrichment_status, lead.enriched_at is not None) == ("enriched", True)


def test_a_message_fills_only_what_is_empty():
    lead = LeadFactory(phone="+442079460958", phone_national="2079460958")

    filled = enrich_from_message(lead.workspace_id, lead.pk, Written(text=SIGNED))

    assert filled == {"linkedin_url"}
    assert stored(lead)[0] == "+442079460958"


def test_the_first_usable_number_counts():
    lead = LeadFactory()

    enrich_from_message(lead.workspace_id, lead.pk, Written(text="Phone 555-2671, mobile 415 555 2671"))

    lead.refresh_from_db()
    assert (lead.phone, lead.phone_national) == (None, "4155552671")


def test_a_message_without_anything_writes_nothing():
    lead = LeadFactory()
    before = Lead.objects.get(pk=lead.pk).changed_at

    assert enrich_from_message(lead.workspace_id, lead.pk, Written(text="Tuesday works.")) == frozenset()
    assert Lead.objects.get(pk=lead.pk).changed_at == before


# --- EmailBison ----------------------------------------------------------------------------------------


@pytest.fixture
def bison_lead(simulator):
    simulator.state.emailbison.add_lead("dana@northfork.example", lead_id=55021, company="Northfork Dental")
    lead = LeadFactory(email="dana@northfork.example", email_bison_lead_id="55021", company_name=None)
    ConnectionFactory(workspace=lead.workspace, external_account_id="14")
    return lead


def variables(simulator, **values):
    simulator.state.emailbison.leads[55021]["custom_variables"] = [
        {"name": name, "value": value} for name, value in values.items()
    ]


def test_lead_variables_by_their_letters(bison_lead, simulator):
    variables(
        simulator,
        **{
            "Phone Number": "(415) 555-2671",
            "company_state": "CA",
            "WEBSITE": "northfork.example",
            "Industry ": "Dental",
            "Employee-Headcount": "11-50",
            "title": "n/a",
            "Timezone": "America/Los_Angeles",
            "anything": "see https://linkedin.com/in/dana-reyes?x=1",
        },
    )

    enrich_from_emailbison(bison_lead.workspace_id, bison_lead.pk)

    bison_lead.refresh_from_db()
    assert stored(bison_lead) == ("+14155552671", "https://linkedin.com/in/dana-reyes", "emailbison")
    assert (bison_lead.company_state, bison_lead.company_website, bison_lead.industry) == (
        "CA",
        "northfork.example",
        "Dental",
    )
    assert (bison_lead.employee_headcount, bison_lead.job_title) == ("11-50", None)
    assert (bison_lead.timezone, bison_lead.timezone_source) == ("America/Los_Angeles", "provider")
    assert bison_lead.company_name == "Northfork Dental"


def test_the_record_is_read_once_a_day(bison_lead, simulator):
    enrich_from_emailbison(bison_lead.workspace_id, bison_lead.pk)
    enrich_from_emailbison(bison_lead.workspace_id, bison_lead.pk)

    assert len(simulator.requests("emailbison", "/api/leads/*")) == 1


BROKEN = ({"status": 500, "body": {}}, {"status": 429, "body": {}}, {"status": 200, "body": "<html>"})


@pytest.mark.parametrize("respond", BROKEN)
def test_a_provider_that_fails_is_asked_again(bison_lead, simulator, respond, monkeypatch):
    monkeypatch.setenv("EMAILBISON_MAX_RETRIES", "0")
    simulator.script("emailbison", **respond)

    assert enrich_from_emailbison(bison_lead.workspace_id, bison_lead.pk) == frozenset()
    enrich_from_emailbison(bison_lead.workspace_id, bison_lead.pk)

    assert len(simulator.requests("emailbison", "/api/leads/*")) == 2
    bison_lead.refresh_from_db()
    assert bison_lead.company_name == "Northfork Dental"


def test_another_provider_is_not_asked_with_a_foreign_id(simulator):
    lead = LeadFactory(email_bison_lead_id="55021")

    enrich_from_emailbison(lead.workspace_id, lead.pk)

    assert simulator.requests("emailbison") == []


def test_the_first_of_two_spellings_counts():
    record = LeadRecord(id="1", variables={"Mobile": "1", "phone": "2", "Phone Number": "3"}, title="Owner")

    assert facts_of_record(record) == Facts(phone="2", job_title="Owner")


# --- signature -------------------------------------------------------------------------------------------


def test_a_signature_is_read_by_a_model(simulator):
    lead = LeadFactory()

    signature(lead, SIGNED)

    lead.refresh_from_db()
    assert stored(lead) == ("+14155552671", "https://linkedin.com/in/dana-reyes", "signature")


def answers(simulator, **changes):
    """Let the model say something else."""
    said = {
        "isFromLead": True,
        "confidence": "high",
        "phone": "+1 (415) 555-2671",
        "linkedinUrl": None,
        "reasoning": "",
        **changes,
    }
    body = response_body(1, {"model": "m"}, json.dumps(said), input_tokens=1, output_tokens=1, cut=False)
    simulator.script("openai", status=200, body=body)


@pytest.mark.parametrize("changes", [{"isFromLead": False}, {"confidence": "low"}])
def test_a_doubtful_signature_is_not_used(simulator, changes):
    lead = LeadFactory()
    answers(simulator, **changes)

    assert signature(lead, SIGNED) == frozenset()
    assert stored(lead) == (None, None, None)


def test_hard_03_a_model_never_supplies_digits(simulator):
    lead = LeadFactory(job_title=None)
    answers(
        simulator,
        confidence="medium",
        phone="+1 415 555 2672",
        linkedinUrl="https://linkedin.com/in/dana-r",
    )

    assert signature(lead, SIGNED) == frozenset()
    assert stored(lead) == (None, None, None)


def test_our_own_number_is_not_the_leads(simulator):
    lead = LeadFactory()
    answers(simulator)

    assert signature(lead, SIGNED, own_text="call us: 415-555-2671") == frozenset()


@pytest.mark.parametrize("respond", [{"status": 500, "body": {}}, {"status": 200, "body": {"nonsense": 1}}])
def test_a_model_that_fails_fills_nothing(simulator, respond):
    lead = LeadFactory()
    simulator.script("openai", times=5, **respond)

    assert signature(lead, SIGNED) == frozenset()


def test_no_model_is_asked_without_need(simulator):
    complete = LeadFactory(phone="+14155552671", phone_national="4155552671", linkedin_id="ACoAAB1cdEfGhIjKlMnOp")

    signature(complete, SIGNED)
    signature(LeadFactory(), "Tuesday works, thanks.")

    assert simulator.requests("openai") == []


# --- GHL ---------------------------------------------------------------------------------------------------


@pytest.fixture
def crm_lead(simulator):
    lead = LeadFactory(email="dana@northfork.example", company_name=None)
    ConnectionFactory(
        workspace=lead.workspace,
        provider="GHL",
        external_account_id=DEMO_LOCATION_ID,
        secrets={"private_key": "prov-3f9a7c51e2d8b046"},
    )
    return lead


def crm_contact(simulator, **values):
    return simulator.state.ghl.add_contact(
        **{"email": "dana@northfork.example", "phone": "+14155552671", "companyName": "Northfork Dental", **values}
    )


def test_the_crm_contact_fills(crm_lead, simulator):
    contact = crm_contact(simulator, state="CA")
    Lead.objects.filter(pk=crm_lead.pk).update(ghl_contact_id=contact["id"])

    enrich_from_ghl(crm_lead.workspace_id, crm_lead.pk)
    enrich_from_ghl(crm_lead.workspace_id, crm_lead.pk)

    crm_lead.refresh_from_db()
    assert stored(crm_lead) == ("+14155552671", None, "ghl")
    assert (crm_lead.company_name, crm_lead.company_state) == ("Northfork Dental", "CA")
    assert len(simulator.requests("ghl", "/contacts/*", "GET")) == 1


def test_a_contact_with_the_leads_address_fills_and_is_not_taken(crm_lead, simulator):
    crm_contact(simulator)

    enrich_from_ghl(crm_lead.workspace_id, crm_lead.pk)

    crm_lead.refresh_from_db()
    assert (stored(crm_lead)[0], crm_lead.ghl_contact_id) == ("+14155552671", None)


def test_a_crm_that_knows_nobody_or_fails_fills_nothing(crm_lead, simulator):
    simulator.script("ghl", "/contacts/search", status=422, body={"message": "no"})

    assert enrich_from_ghl(crm_lead.workspace_id, crm_lead.pk) == frozenset()
    assert enrich_from_ghl(crm_lead.workspace_id, crm_lead.pk) == frozenset()


def test_without_a_connection_the_crm_is_not_asked(simulator):
    lead = LeadFactory(ghl_contact_id="a1B2c3D4e5F6g7H8i9J0")

    assert enrich_from_ghl(lead.workspace_id, lead.pk) == frozenset()
    assert simulator.requests("ghl") == []

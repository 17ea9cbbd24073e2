"""Stage 7 in the pipeline: sources in their order, then Clay for what is missing."""

import pytest

from inbox.enums import SafetyKind
from inbox.models import InboundStageRun, MessageRaw
from leads.models import EnrichmentRequest, Lead
from tests.factories import ConnectionFactory, LeadFactory
from tests.factories.inbox import MessageFactory
from tests.support.drain import drain
from zrg.jobs.services.enqueue import enqueue_job

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

QUOTE = "\n\nOn Tue, 3 Mar 2026, Priya Nair wrote:\n> Hi Dana,\n> Priya Nair\n> +1 212 555 0199"
SIGNATURE = "\n\nDana Reyes\nOwner\n+1 (415) 555-2671\nhttps://linkedin.com/in/dana-reyes"


@pytest.fixture
def lead(simulator):
    return LeadFactory(email="dana@northfork.example")


def arrives(lead, body="Could you send more details about pricing?", *, below="", **values):
    message = MessageFactory(lead=lead, body=body, **values)
    MessageRaw.objects.create(workspace=lead.workspace, message=message, raw_text=body + below)
    enqueue_job("EMAIL_INBOUND_POST_PROCESS", lead.workspace_id, lead_id=lead.pk, message_id=message.pk)
    drain()
    lead.refresh_from_db()
    return message


def stage(message):
    return InboundStageRun.objects.values_list("state", "error_code", "result").get(message=message, stage="enrich")


def test_what_the_lead_wrote_fills_and_clay_is_not_asked(lead, simulator):
    message = arrives(lead, below=SIGNATURE + QUOTE)

    assert (lead.phone, lead.linkedin_url) == ("+14155552671", "https://linkedin.com/in/dana-reyes")
    assert (lead.enrichment_status, lead.enrichment_source) == ("enriched", "message_content")
    assert simulator.requests("clay") == []
    state, _, result = stage(message)
    assert (state, result["asked"]) == ("done", [])
    assert {"phone", "linkedin_url"} <= set(result["filled"])


def test_hard_03_a_phone_is_never_taken_from_quoted_text(lead):
    arrives(lead, below=QUOTE)

    assert (lead.phone, lead.phone_national) == (None, None)


def test_a_positive_reply_asks_clay_for_both_kinds_once(lead, simulator):
    arrives(lead)
    arrives(lead, "What does it cost?")

    assert {row["leadId"] for row in simulator.state.clay.rows["phone"]} == {str(lead.pk)}
    assert (len(simulator.state.clay.rows["phone"]), len(simulator.state.clay.rows["linkedin"])) == (1, 1)
    assert set(EnrichmentRequest.objects.values_list("kind", "trigger")) == {
        ("phone", "positive_reply"),
        ("linkedin", "positive_reply"),
    }
    assert lead.enrichment_status == "pending"


def test_a_call_is_a_reason_to_look_up_the_phone(lead):
    arrives(lead, "Please call me this afternoon")

    assert set(EnrichmentRequest.objects.values_list("kind", "trigger")) == {
        ("phone", "call_intent"),
        ("linkedin", "positive_reply"),
    }


@pytest.mark.parametrize("body", ["Not interested, thanks.", "I have some doubts about this."])
def test_a_reply_that_is_not_positive_ends_what_was_pending(lead, simulator, body):
    Lead.objects.filter(pk=lead.pk).update(enrichment_status="pending")

    arrives(lead, body)

    assert (lead.enrichment_status, simulator.requests("clay")) == ("not_needed", [])
    assert EnrichmentRequest.objects.count() == 0


def test_a_stopped_lead_is_left_alone(lead, simulator):
    message = arrives(lead, "unsubscribe", below=SIGNATURE, safety_kind=SafetyKind.OPT_OUT)

    assert stage(message)[:2] in (("skipped", "lead_blacklisted"), ("skipped", "safety_opt_out"))
    assert (lead.phone, simulator.requests("clay")) == (None, [])


def test_what_a_machine_wrote_is_nobodys_signature(lead):
    message = arrives(lead, "I am out of the office.", below=SIGNATURE, safety_kind=SafetyKind.OUT_OF_OFFICE)

    assert stage(message)[:2] == ("skipped", "safety_out_of_office")
    assert lead.phone is None


def test_a_colleagues_signature_is_not_the_leads(lead):
    arrives(lead, below=SIGNATURE, from_email="kim@northfork.example")

    assert (lead.phone, lead.linkedin_url) == (None, None)


@pytest.mark.parametrize("line", ["Executive Assistant to Dana Reyes", "on behalf of Dana Reyes", "Dana's assistant"])
def test_hard_05_assistant_signature_ignored(lead, simulator, line):
    simulator.answer(
        "signature.extract",
        {"isFromLead": False, "phone": "+1 (415) 555-2671", "linkedinUrl": None, "confidence": "high", "reasoning": ""},
    )

    arrives(lead, below=f"\n\nKim Park\n{line}\n+1 (415) 555-2671\nhttps://linkedin.com/in/kim-park")

    assert len(simulator.asked("signature.extract.v1")) == 1
    assert (lead.phone, lead.phone_national, lead.linkedin_url) == (None, None, None)


def test_our_own_number_is_not_the_leads(lead):
    MessageFactory(lead=lead, outbound=True, body="Hi Dana, call us: (415) 555-2671")

    arrives(lead, below="\n\nPriya's direct line was +1 415 555 2671")

    assert lead.phone is None


def test_the_campaign_tool_is_asked_before_clay(lead, simulator):
    record = simulator.state.emailbison.add_lead(lead.email)
    record["custom_variables"] = [{"name": "Phone", "value": "+14155552671"}]
    Lead.objects.filter(pk=lead.pk).update(email_bison_lead_id=str(record["id"]))
    ConnectionFactory(workspace=lead.workspace, external_account_id="14")

    arrives(lead)

    assert (lead.phone, lead.enrichment_source) == ("+14155552671", "emailbison")
    assert (len(simulator.state.clay.rows["phone"]), len(simulator.state.clay.rows["linkedin"])) == (0, 1)


def test_a_failing_provider_costs_no_draft(lead, simulator):
    Lead.objects.filter(pk=lead.pk).update(email_bison_lead_id="55021")
    ConnectionFactory(workspace=lead.workspace, external_account_id="14")
    simulator.script("emailbison", "/api/leads/*", times=9, status=500, body={})

    message = arrives(lead)

    assert stage(message)[0] == "done"
    assert lead.has_pending_draft


def test_a_stage_that_breaks_is_recorded_and_the_run_goes_on(lead, monkeypatch):
    def broken(*args):
        raise RuntimeError("no such thing")

    monkeypatch.setattr("inbox.services.stages.enrich.ask_after_reply", broken)

    message = arrives(lead)

    assert stage(message)[:2] == ("failed", "RuntimeError")
    assert lead.has_pending_draft


def test_sms_and_linkedin_texts_are_read_too(lead):
    arrives(lead, "call me: 415-555-2671", channel="sms", email_bison_reply_id=None)

    assert lead.phone_national == "4155552671"

"""Stage 5: what a model may say about a reply, and what it may not."""

import pytest

from inbox.models import Draft, InboundStageRun, MessageRaw
from leads.models import OptOut
from tests.factories import LeadFactory
from tests.factories.inbox import MessageFactory
from tests.integrations.support import announced
from tests.support.drain import drain
from zrg.jobs.contracts import TaskNeeded
from zrg.jobs.services.enqueue import enqueue_job
from zrg.workspaces.models import WorkspaceSettings

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ANALYZE = "sentiment.email_inbox_analyze.v1"
CLASSIFY = "sentiment.classify.v1"
QUESTION = "Could you send pricing\nfor ten seats?"


@pytest.fixture
def lead(simulator):
    return LeadFactory(email="dana@northfork.example")


def arrives(lead, body=QUESTION, *, raw="", **values):
    message = MessageFactory(lead=lead, body=body, **values)
    if raw:
        MessageRaw.objects.create(workspace=lead.workspace, message=message, raw_text=raw)
    job = {"email": "EMAIL", "sms": "SMS", "linkedin": "LINKEDIN"}[message.channel]
    enqueue_job(f"{job}_INBOUND_POST_PROCESS", lead.workspace_id, lead_id=lead.pk, message_id=message.pk)
    drain()
    lead.refresh_from_db()
    message.refresh_from_db()
    return message


def analyzed(simulator, **values):
    answer = {
        "classification": "Information Requested",
        "cleaned_response": QUESTION,
        "mobile_number": None,
        "direct_phone": None,
        "scheduling_link": None,
        "is_newsletter": False,
    }
    simulator.answer(ANALYZE, answer | values)


def classified(simulator, tag):
    simulator.answer(CLASSIFY, {"classification": tag})


def test_analysis_gets_the_text_and_what_stands_below_it(lead, simulator):
    arrives(lead, raw=QUESTION + "\n\n--\nDana Reyes\nOwner")

    asked = simulator.asked(ANALYZE)[0]
    assert asked["max_output_tokens"] in range(1200, 2401)
    assert (asked["model"], asked["reasoning"]) == ("gpt-5-mini", {"effort": "low"})
    assert "Dana Reyes\nOwner\n<<<END E-MAIL TEXT>>>" in asked["input"][1]["content"]


def test_cleaned_text_replaces_the_body_when_only_lines_are_missing(lead, simulator):
    body = QUESTION + "\nSent with the Northfork app"
    analyzed(simulator)

    assert arrives(lead, body, raw=body).body == QUESTION


def test_hard_05_a_model_never_rewrites_what_a_person_said(lead, simulator):
    analyzed(simulator, cleaned_response="Please send pricing for 100 seats!")

    assert arrives(lead).body == QUESTION


def test_phone_from_the_reply_is_stored(lead, simulator):
    text = "Best is 4155552671 by the way.\nWhat does it cost?"
    analyzed(simulator, cleaned_response=text, mobile_number="4155552671")
    lead.timezone = "America/Los_Angeles"
    lead.save(update_fields=["timezone"])

    arrives(lead, text)

    assert lead.phone == "+14155552671"


def test_hard_03_a_number_that_was_not_written_is_not_stored(lead, simulator):
    analyzed(simulator, mobile_number="+14155552671", direct_phone="+14155552672")

    arrives(lead)

    assert (lead.phone, lead.phone_national) == (None, None)


def test_a_colleagues_number_is_not_the_leads(lead, simulator):
    text = "Best is +14155552671 by the way.\nWhat does it cost?"
    analyzed(simulator, cleaned_response=text, mobile_number="+14155552671")

    arrives(lead, text, from_email="kim@northfork.example")

    assert lead.phone is None


def test_newsletter_gets_no_draft(lead, simulator):
    analyzed(simulator, is_newsletter=True)

    message = arrives(lead)

    assert message.draft_skip_reason == "newsletter"
    assert not Draft.objects.exists()


@pytest.mark.parametrize("answer", ["no JSON at all", {"classification": "Delighted"}])
def test_unusable_analysis_falls_back_to_the_plain_prompt(lead, simulator, answer):
    simulator.answer(ANALYZE, answer, times=5)
    classified(simulator, "Objection")

    message = arrives(lead)

    assert (message.sentiment_tag, len(simulator.asked(CLASSIFY))) == ("Objection", 1)


@pytest.mark.parametrize("channel", ["sms", "linkedin"])
def test_other_channels_use_the_plain_prompt(simulator, channel):
    classified(simulator, "Interested")

    message = arrives(LeadFactory(email=None, phone="+14155552671"), channel=channel)

    assert (message.sentiment_tag, simulator.asked(ANALYZE)) == ("Interested", [])


def test_an_engaged_reply_is_no_absence_note(lead, simulator):
    analyzed(simulator, classification="Out Of Office", cleaned_response="x")
    classified(simulator, "Meeting Requested")

    message = arrives(lead, "I travel on Monday. Can we talk on Thursday?")

    assert message.sentiment_tag == "Meeting Requested"
    asked = simulator.asked(CLASSIFY)
    assert "Never answer with: Out of Office, Automated Reply." in asked[0]["input"][0]["content"]


def test_an_engaged_reply_that_stays_a_machines_is_neutral(lead, simulator):
    analyzed(simulator, classification="Automated Reply", cleaned_response="x")
    classified(simulator, "Automated Reply")

    assert arrives(lead, "I travel on Monday. Can we talk on Thursday?").sentiment_tag == "Neutral"


def test_hard_05_a_failed_second_look_is_not_neutral(lead, simulator):
    analyzed(simulator, classification="Automated Reply", cleaned_response="x")
    simulator.script("openai", "*", contains=CLASSIFY, times=9, status=500, body={"error": {"message": "down"}})

    message = arrives(lead, "I travel on Monday. Can we talk on Thursday?")

    assert (message.sentiment_tag, message.classification_state) == (None, "failed")


def test_hard_05_model_booked_needs_evidence(lead, simulator):
    analyzed(simulator, classification="Meeting Booked")

    message = arrives(lead)

    assert (message.sentiment_tag, lead.sentiment_tag, lead.status) == (
        "Meeting Requested",
        "Meeting Requested",
        "meeting_requested",
    )


def test_a_model_s_blacklist_stops_the_lead_as_a_complaint(lead, simulator):
    analyzed(simulator, classification="Blacklist")

    message = arrives(lead)

    assert (message.sentiment_tag, lead.status, lead.blacklist_reason) == ("Blacklist", "blacklisted", "complaint")
    assert lead.opted_out_at is not None
    assert not Draft.objects.exists()
    assert InboundStageRun.objects.get(message=message, stage="classify").result["by_model"] is True


def test_with_auto_blacklist_off_a_person_decides(lead, simulator):
    WorkspaceSettings.objects.update(auto_blacklist=False)
    analyzed(simulator, classification="Blacklist")

    with announced(TaskNeeded) as tasks:
        message = arrives(lead)

    assert [task.kind for task in tasks] == ["model_saw_optout"]
    assert (message.sentiment_tag, lead.status, lead.opted_out_at) == ("Objection", "new", None)
    assert message.draft_skip_reason == "sentiment_not_eligible"
    assert not Draft.objects.exists()


@pytest.mark.parametrize("by_model", [True, False])
def test_a_colleagues_wish_silences_the_colleague_only(lead, simulator, by_model):
    analyzed(simulator, classification="Blacklist")

    with announced(TaskNeeded) as tasks:
        message = arrives(
            lead,
            QUESTION if by_model else "Please stop emailing me.",
            from_email="kim@northfork.example",
            safety_kind=None,
        )

    assert (message.sentiment_tag, lead.status, lead.sentiment_tag) == ("Blacklist", "new", "New")
    assert [task.kind for task in tasks] == ["colleague_opted_out"]
    assert OptOut.objects.count() == 1
    assert not Draft.objects.exists()

"""From a stored reply to a waiting draft: every stage once, through a real model endpoint."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Draft, InboundStageRun, Message
from inbox.pipeline import ANSWERING, READING
from leads.models import Lead
from tests.factories.ai import DefaultPersonaFactory
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.support.drain import drain
from zrg.ai.models import AIInteraction
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.enqueue import enqueue_job
from zrg.workspaces.models import WorkspaceSettings

pytestmark = pytest.mark.django_db

READING_JOB = "EMAIL_INBOUND_POST_PROCESS"


@pytest.fixture
def workspace():
    workspace = WorkspaceFactory()
    DefaultPersonaFactory(workspace=workspace, signature="Priya Nair\nNorthfork")
    return workspace


@pytest.fixture
def lead(workspace):
    return LeadFactory(workspace=workspace, email="dana@northfork.example")


def arrives(lead, body: str, **changes):
    message = MessageFactory(lead=lead, body=body, **changes)
    enqueue_job(READING_JOB, lead.workspace_id, lead_id=lead.pk, message_id=message.pk)
    return message


def model_calls(simulator) -> int:
    return len(simulator.requests("openai", "*", "POST"))


def test_reply_becomes_a_draft_that_waits(lead, simulator):
    message = arrives(lead, "Could you send more details about pricing?")

    drain()

    lead.refresh_from_db()
    message.refresh_from_db()
    draft = Draft.objects.get()
    assert (message.sentiment_tag, message.classification_state) == ("Information Requested", "done")
    assert (lead.sentiment_tag, lead.status) == ("Information Requested", "qualified")
    assert lead.sentiment_message_id == message.pk
    assert (draft.status, draft.trigger_key, draft.generation_path) == (
        "pending",
        f"message:{message.pk}",
        "three_step",
    )
    assert (draft.generation_path, draft.verified, draft.quality_flags) == ("three_step", True, [])
    assert draft.content.startswith("Hi Dana,")
    assert draft.content.endswith("Priya Nair\nNorthfork")
    assert draft.ai_content == draft.content
    assert draft.persona.name == "Priya"
    assert (lead.has_pending_draft, lead.is_attention) == (True, True)
    stages = dict(InboundStageRun.objects.values_list("stage", "state"))
    assert stages == {stage.name: "done" for stage in (*READING, *ANSWERING)} | {"context_sync": "skipped"}


def test_hard_05_one_draft_per_trigger(lead, simulator):
    arrives(lead, "Could you send more details about pricing?")
    drain()
    calls = model_calls(simulator)

    BackgroundJob.objects.update(status="PENDING", attempts=0)
    drain()

    assert Draft.objects.count() == 1
    assert model_calls(simulator) == calls


def test_hard_05_one_pending_reply_draft(lead, simulator):
    arrives(lead, "Could you send more details about pricing?", sent_at=timezone.now() - timedelta(hours=2))
    drain()
    Message.objects.update(created_at=timezone.now() - timedelta(hours=2))

    arrives(lead, "And what does it cost for ten seats?")
    drain()

    states = Draft.objects.order_by("created_at").values_list("status", "closed_reason")
    assert list(states) == [("superseded", "superseded_by_newer_inbound"), ("pending", None)]


def test_reply_in_pieces_gets_one_draft_after_the_last(lead, simulator):
    first = arrives(lead, "Could you send more details?", sent_at=timezone.now() - timedelta(seconds=30))
    second = arrives(lead, "About pricing I mean.", sent_at=timezone.now() - timedelta(seconds=5))

    drain()
    assert not Draft.objects.exists()
    waiting = BackgroundJob.objects.get(type="INBOUND_RESPOND", status="PENDING")
    assert waiting.message_id == second.pk
    Message.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    drain(until=timezone.now() + timedelta(minutes=1))

    first.refresh_from_db()
    assert first.draft_skip_reason == "newer_inbound"
    assert Draft.objects.get().trigger_message_id == second.pk


def test_without_a_key_nothing_positive_is_guessed(lead, settings):
    settings.OPENAI_API_KEY = ""
    message = arrives(lead, "Could you send more details about pricing?")

    drain()

    lead.refresh_from_db()
    message.refresh_from_db()
    assert (message.sentiment_tag, message.classification_state) == ("Neutral", "not_needed")
    assert (lead.sentiment_tag, lead.status) == ("Neutral", "new")
    assert message.draft_skip_reason == "sentiment_not_eligible"
    assert not Draft.objects.exists()
    assert not AIInteraction.objects.exists()


def test_without_a_key_the_deterministic_results_still_apply(lead, settings):
    settings.OPENAI_API_KEY = ""

    message = arrives(lead, "No thanks, not interested.")
    drain()

    lead.refresh_from_db()
    message.refresh_from_db()
    assert (message.sentiment_tag, lead.sentiment_tag, lead.status) == (
        "Not Interested",
        "Not Interested",
        "not_interested",
    )


def test_hard_05_failure_is_not_neutral(lead, simulator):
    simulator.script("openai", "*", times=20, status=500, body={"error": {"message": "down", "type": "server_error"}})
    message = arrives(lead, "Could you send more details?")

    drain()

    lead.refresh_from_db()
    message.refresh_from_db()
    assert (message.sentiment_tag, message.classification_state) == (None, "failed")
    assert lead.sentiment_tag == "New"
    assert not Draft.objects.exists()
    assert not BackgroundJob.objects.filter(type="INBOUND_RESPOND").exists()


def test_generation_failure_leaves_a_flagged_template(lead, simulator):
    message = arrives(lead, "Could you send more details about pricing?")
    simulator.script("openai", "*", times=20, status=500, contains="draft.generate", body={"error": {"message": "x"}})

    drain()

    draft = Draft.objects.get()
    assert draft.generation_path == "template_fallback"
    assert draft.quality_flags == ["fallback_draft"]
    assert draft.trigger_message_id == message.pk


def test_hard_05_deterministic_beats_model(lead, simulator):
    message = arrives(lead, "STOP", safety_kind=None)

    drain()

    lead.refresh_from_db()
    message.refresh_from_db()
    assert (message.safety_kind, message.sentiment_tag) == ("opt_out", "Blacklist")
    assert (lead.status, lead.blacklist_reason) == ("blacklisted", "opt_out")
    assert model_calls(simulator) == 0
    assert not BackgroundJob.objects.filter(type="INBOUND_RESPOND").exists()


def test_hard_05_no_draft_for_opted_out(lead, simulator):
    Lead.objects.update(status="blacklisted", blacklist_reason="opt_out", opted_out_at=timezone.now())
    message = arrives(lead, "Could you send more details about pricing?")

    drain()

    message.refresh_from_db()
    assert message.draft_skip_reason == "lead_opted_out"
    assert not Draft.objects.exists()


def test_absence_note_keeps_the_tag_of_a_human_reply(lead, simulator):
    Lead.objects.update(sentiment_tag="Meeting Requested", status="meeting_requested")
    message = arrives(
        lead, "I am out of the office until Monday.", subject="Automatic reply: quick idea", safety_kind=None
    )

    drain()

    lead.refresh_from_db()
    message.refresh_from_db()
    assert message.sentiment_tag == "Out of Office"
    assert (lead.sentiment_tag, lead.status) == ("Meeting Requested", "meeting_requested")
    assert message.draft_skip_reason == "safety_out_of_office"


def test_answered_meanwhile_gets_no_draft(lead, simulator):
    message = arrives(lead, "Could you send more details about pricing?")
    MessageFactory(lead=lead, outbound=True, sent_at=timezone.now())

    drain()

    message.refresh_from_db()
    assert message.draft_skip_reason == "already_answered"
    assert not Draft.objects.exists()


def test_draft_generation_switched_off(lead, simulator):
    WorkspaceSettings.objects.update(draft_generation_enabled=False)
    message = arrives(lead, "Could you send more details about pricing?")

    drain()

    message.refresh_from_db()
    assert message.draft_skip_reason == "draft_generation_disabled"
    assert not Draft.objects.exists()


def test_suspended_workspace_ends_at_load(lead, simulator):
    lead.workspace.status = "suspended"
    lead.workspace.save(update_fields=["status"])
    arrives(lead, "Could you send more details?")

    drain()

    assert model_calls(simulator) == 0


def test_hard_05_statistics_never_text(lead, simulator, capsys):
    """Markers in every input appear in no statistics row and no log line."""
    lead.company_name = "MARKERCOMPANY"
    lead.save(update_fields=["company_name"])
    arrives(lead, "Could you send MARKERBODY details about pricing?", subject="Re: MARKERSUBJECT")

    drain()

    rows = [str(row) for row in AIInteraction.objects.values()]
    stages = [str(row) for row in InboundStageRun.objects.values()]
    assert len(rows) >= 3
    assert Draft.objects.count() == 1
    assert "MARKER" not in "".join([*rows, *stages, capsys.readouterr().out])


def test_every_call_is_counted_with_its_figures(lead, simulator):
    arrives(lead, "Could you send more details about pricing?")

    drain()

    keys = sorted(AIInteraction.objects.values_list("prompt_key", flat=True))
    assert keys == [
        "action_signal.route_booking_process.v1",
        "draft.generate.email.generation.v1",
        "draft.generate.email.strategy.v1",
        "draft.verify.email.step3.v1",
        "meeting.overseer.extract.v2",
        "sentiment.email_inbox_analyze.v1",
    ]
    row = AIInteraction.objects.get(prompt_key="sentiment.email_inbox_analyze.v1")
    assert (row.status, row.model, row.effort, row.attempt) == ("success", "gpt-5-mini", "low", 1)
    assert row.input_tokens > 0
    assert row.cost_usd > 0
    assert row.prompt_version.startswith("code:")


def test_message_deleted_meanwhile_cancels_the_job(lead, simulator):
    message = arrives(lead, "Could you send more details about pricing?")
    message.delete()

    drain()

    assert BackgroundJob.objects.get(type=READING_JOB).status == "CANCELLED"
    assert not InboundStageRun.objects.exists()
    assert model_calls(simulator) == 0

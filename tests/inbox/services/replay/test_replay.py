"""`ai_replay` from stored rows to artefact, with the model's simulator over HTTP."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from inbox.enums import MemoryStatus
from inbox.models import LeadMemoryEntry
from inbox.prompts.autosend import EVALUATE
from inbox.prompts.drafts import GENERATION
from inbox.prompts.replay import JUDGE
from inbox.prompts.revision import REVISE
from integrations.simulator.model import refusal_body
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.inbox.services.replay.conftest import ASKED, GOOD, SIGNATURE, nothing_kept
from zrg.ai.models import AIInteraction, KnowledgeAsset, KnowledgeAssetRevision
from zrg.ai.prompts import get_prompt
from zrg.workspaces.models import WorkspaceSettings

pytestmark = pytest.mark.django_db

MARKS = {"pricing_cadence": 90, "facts": 90, "safety": 90, "quality": 90, "issues": []}


def at(row, **moments):
    """Set columns that the database or the model fills by itself."""
    type(row).objects.filter(pk=row.pk).update(**moments)


def test_answers_again_and_writes_nothing(archive):
    archive.simulator.answer(GENERATION, GOOD)
    archive.simulator.answer(JUDGE, MARKS)

    with nothing_kept(archive):
        code, out = archive.run()

    assert code == 0
    assert "1 cases: 1 passed, 0 failed (0 critical), 0 not measured; mean 94.0, passes from 62 (balanced)" in out
    case = archive.case
    assert (case["message"], case["grade"]["passed"], case["grade"]["blended"]) == (str(archive.reply.pk), True, 94.0)
    assert (case["path"], case["judgements"], case["objective"], case["codes"]) == ("three_step", 1, 100.0, [])
    assert case["reference"] == {
        "draft": "approved",
        "disposition": "none",
        "answered": False,
        "rejected_with_reason": False,
    }
    rows = AIInteraction.objects.values_list("source", "message_id", "draft_id")
    assert set(rows) == {("ai.replay", None, None)}


def test_the_artefact_holds_texts_only_when_asked(archive):
    archive.simulator.answer(GENERATION, GOOD, times=2)

    archive.run()
    plain = (archive.folder / "run.json").read_text()
    (archive.folder / "run.json").chmod(0o644)
    archive.run("--include-text")

    assert not any(text in plain for text in (ASKED, "Harbor plan", "northfork"))
    assert archive.case["texts"] == {"inbound": ASKED, "reference": "", "draft": GOOD}
    assert (archive.folder / "run.json").stat().st_mode & 0o777 == 0o600


def test_context_is_that_of_the_reply(archive):
    lead, then = archive.reply.lead, archive.reply.sent_at
    MessageFactory(lead=lead, body="LATER REPLY")
    WorkspaceSettings.objects.filter(workspace=lead.workspace).update(lead_context_bundle_enabled=True)
    old = KnowledgeAsset.objects.create(
        workspace=lead.workspace, name="Plans", type="text", text_content="CHANGED NOTES", state="ready"
    )
    at(old, created_at=then - timedelta(days=3))
    KnowledgeAssetRevision.objects.create(
        workspace=lead.workspace, asset=old, text_content="NOTES OF THEN", ai_context_mode="notes"
    )
    KnowledgeAsset.objects.create(
        workspace=lead.workspace, name="News", type="text", text_content="LATER SOURCE", state="ready"
    )
    for content, created in (("FACT OF THEN", then - timedelta(days=1)), ("LATER FACT", timezone.now())):
        entry = LeadMemoryEntry.objects.create(
            workspace=lead.workspace,
            lead=lead,
            category="preference",
            content=content,
            status=MemoryStatus.APPROVED,
            source="manual",
            expires_at=timezone.now() + timedelta(days=9),
        )
        at(entry, created_at=created)
    at(
        lead,
        appointment_booked_at=timezone.now(),
        appointment_start_at=timezone.now() + timedelta(days=2),
        opted_out_at=timezone.now(),
    )

    assert archive.run("--thread-ids", str(listed(archive, archive.reply.pk)))[0] == 0

    told = archive.told(GENERATION)
    assert "NOTES OF THEN" in told
    assert "FACT OF THEN" in told
    assert "appointment: none" in told
    assert not any(text in told for text in ("LATER REPLY", "CHANGED NOTES", "LATER SOURCE", "LATER FACT"))


def listed(archive, *threads):
    path = archive.folder / "threads.txt"
    path.write_text("# chosen by hand\n" + "\n".join(map(str, threads)))
    return path


def test_times_and_link_come_from_the_list(archive):
    path = archive.folder / "threads.json"
    link = "https://calendly.com/harbor/30min"
    path.write_text(
        json.dumps([{"thread": str(archive.reply.pk), "labels": ["2:00 PM EST on Tue, Mar 4"], "booking_link": link}])
    )
    archive.simulator.answer(
        GENERATION, f"Hi Dana,\n\nDoes 2:00 PM EST on Tue, Mar 4 suit you? Or {link}\n\n{SIGNATURE}"
    )

    archive.run("--thread-ids", str(path))

    assert archive.case["codes"] == []
    assert "2:00 PM EST on Tue, Mar 4" in archive.told(GENERATION)


def test_an_unsupported_price_is_critical(archive):
    archive.simulator.answer(GENERATION, f"Hi Dana,\n\nit costs $999 per month.\n\n{SIGNATURE}", times=2)
    archive.simulator.answer(JUDGE, MARKS)

    code, out = archive.run()

    assert code == 1
    assert "CRITICAL" in out
    assert (archive.case["codes"], archive.case["grade"]["failure"]) == (["price_unsupported"], "draft_quality_error")


def test_a_doubtful_result_is_judged_twice(archive):
    archive.simulator.answer(GENERATION, GOOD)
    for mark in (30, 50):
        archive.simulator.answer(JUDGE, dict.fromkeys(MARKS, mark) | {"issues": []})

    code, _ = archive.run("--profile", "strict")

    assert (code, archive.case["judgements"]) == (0, 2)
    assert (archive.case["marks"]["facts"], archive.case["grade"]["blended"]) == (40.0, 64.0)
    assert archive.case["grade"]["failure"] == "draft_quality_error"


def test_another_model_and_another_prompt_are_tried(archive):
    words = get_prompt(GENERATION).messages[0].text
    changed = archive.folder / "generation.txt"
    changed.write_text(words + "\nMention the harbour.")
    archive.run()
    earlier = archive.artefact["prompts"][GENERATION]

    archive.run("--model", "gpt-5.1", "--model", f"{JUDGE}=gpt-5", "--prompt-file", f"{GENERATION}={changed}")

    asked, judged = archive.simulator.asked(GENERATION)[-1], archive.simulator.asked(JUDGE)[-1]
    assert (asked["model"], judged["model"]) == ("gpt-5.1", "gpt-5")
    assert "Mention the harbour." in archive.told(GENERATION)
    assert archive.artefact["prompts"][GENERATION].startswith("trial_")
    assert earlier.startswith("code:")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--prompt-file", "nothing.v1=x"], "Unknown prompt nothing.v1"),
        (["--prompt-file", f"{GENERATION}=SHORT"], "Missing: "),
        (["--model", "two words"], "Not a model"),
        (["--baseline", "SHORT"], "The baseline cannot be read"),
        (["--thread-ids", "SHORT"], "The list of threads cannot be read"),
    ],
)
def test_what_cannot_be_tried_is_refused_before_anything_is_asked(archive, arguments, complaint):
    short = archive.folder / "short.txt"
    short.write_text("Write.")

    code, out = archive.run(*[one.replace("SHORT", str(short)) for one in arguments])

    assert code == 2
    assert complaint in out
    assert archive.simulator.requests("openai") == []


def test_a_baseline_shows_what_became_worse(archive):
    archive.simulator.answer(GENERATION, GOOD, times=2)
    archive.simulator.answer(JUDGE, MARKS)
    archive.run()
    before = archive.folder / "before.json"
    (archive.folder / "run.json").rename(before)
    archive.simulator.answer(JUDGE, dict.fromkeys(MARKS, 10) | {"issues": ["unanswered_question"]}, times=2)

    code, out = archive.run("--baseline", str(before))
    assert (code, archive.case["change"]) == (1, "regressed")
    assert "changes: 1 regressed" in out

    archive.simulator.answer(GENERATION, GOOD)
    archive.simulator.answer(JUDGE, dict.fromkeys(MARKS, 10) | {"issues": []}, times=2)
    assert archive.run("--baseline", str(before), "--max-regressions", "1")[0] == 0


def test_a_dead_model_is_not_bad_quality(archive):
    archive.simulator.script("openai", "*", times=50, status=500, body={})

    code, _ = archive.run("--retries", "1")

    assert code == 2
    assert (archive.case["grade"]["failure"], archive.case["grade"]["passed"]) == ("infra_error", None)
    assert archive.case["attempts"] == 2
    assert archive.artefact["summary"]["failures"] == {"infra_error": 1}


def test_a_silent_judge_is_told_apart(archive):
    archive.simulator.answer(GENERATION, GOOD)
    archive.simulator.script("openai", "*", contains=JUDGE, times=20, status=200, body=refusal_body({"model": "m"}))

    code, _ = archive.run()

    assert (code, archive.case["grade"]["failure"], archive.case["marks"]) == (1, "judge_error", None)


def test_forced_revision_changes_the_text_and_keeps_nothing(archive):
    better = GOOD.replace("one example", "an example")
    archive.simulator.answer(GENERATION, GOOD)
    unsure = {"safe_to_send": False, "requires_human_review": True, "confidence": 0.6, "reason": "Says too little"}
    archive.simulator.answer(EVALUATE, unsure)
    archive.simulator.answer(
        REVISE,
        {
            "revised_draft": better,
            "changes_made": [],
            "issues_addressed": [],
            "unresolved_requirements": [],
            "memory_proposals": [
                {"category": "communication_preference", "content": "Prefers mail", "ttl_days": 30, "confidence": 0.9}
            ],
            "confidence": 0.9,
        },
    )
    archive.simulator.answer(
        EVALUATE, {**unsure, "safe_to_send": True, "requires_human_review": False, "confidence": 0.95}
    )

    with nothing_kept(archive):
        archive.run("--revision", "force", "--include-text")

    case = archive.case
    assert (case["revision"], case["decision"], case["confidence"]) == ("applied", "send_immediate", 0.95)
    assert case["texts"]["draft"] == better


def test_dry_run_lists_the_riskiest_of_this_workspace(archive):
    mild = MessageFactory(
        lead=LeadFactory(workspace=archive.reply.workspace), body="Sounds good", sentiment_tag="Interested"
    )
    MessageFactory(lead=LeadFactory(workspace=WorkspaceFactory()), body=ASKED, sentiment_tag="Information Requested")
    MessageFactory(lead=mild.lead, channel="sms", body="Not interested", sentiment_tag="Not Interested")
    MessageFactory(
        lead=LeadFactory(workspace=archive.reply.workspace),
        body=ASKED,
        sentiment_tag="Information Requested",
        sent_at=timezone.now() - timedelta(days=31),
    )

    code, out = archive.run("--dry-run")

    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [str(archive.reply.pk), str(mild.pk), "2"]
    assert archive.simulator.requests("openai") == []


def test_a_thread_of_another_workspace_is_a_selection_error(archive):
    other = MessageFactory(lead=LeadFactory(workspace=WorkspaceFactory()), body=ASKED)

    _, out = archive.run("--thread-ids", str(listed(archive, archive.reply.lead_id, other.pk)))

    assert f"{other.pk}  selection_error" in out
    assert archive.artefact["summary"]["failures"] == {"selection_error": 1}
    assert [case["message"] for case in archive.artefact["cases"]] == [str(archive.reply.pk)]


def test_an_answer_that_would_not_be_written_today(archive):
    at(archive.reply, sentiment_tag="Not Interested")

    _, out = archive.run("--thread-ids", str(listed(archive, archive.reply.pk)))

    assert archive.case["grade"]["failure"] == "decision_error"
    assert archive.simulator.requests("openai") == []
    assert "decision_error" in out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--workspace", "00000000-0000-4000-8000-000000000000"], "No workspace with this id."),
        (["--workspace", "OWN", "--include-text"], "--include-text needs --output"),
    ],
)
def test_refusals_of_the_command(archive, arguments, complaint):
    own = str(archive.reply.workspace_id)

    with pytest.raises(CommandError, match=complaint):
        call_command("ai_replay", *[one.replace("OWN", own) for one in arguments])

    assert archive.simulator.requests("openai") == []


@override_settings(OPENAI_API_KEY="")
def test_without_a_key_nothing_runs(archive):
    assert archive.run() == (2, "No key for models (OPENAI_API_KEY).")

"""The one revision of a draft: in the flow of stage 11, against the model's simulator over HTTP."""

import pytest
from django.utils import timezone

from inbox.models import Draft, DraftEvent, LeadMemoryEntry, Message
from tests.support.autosend_world import SAFE, TEXT
from zrg.ai.enums import GuidanceKind
from zrg.ai.models import AIInteraction
from zrg.ai.services.guidance import write_guidance
from zrg.workspaces.models import OperatorSwitch
from zrg.workspaces.switches import forget_switches

pytestmark = pytest.mark.django_db

BETTER = "Hi Dana,\n\nthank you for asking. I will send the details about our plans today."
CALLS = ("auto_send.context_select.v1", "auto_send.revise.v1", "auto_send.evaluate.v1")
FACT = {"category": "communication_preference", "content": "Prefers short mails", "ttl_days": 30, "confidence": 0.9}


@pytest.fixture
def unsure(world):
    """The evaluator is not sure of the first text; the workspace lets texts be improved."""
    world.configure(auto_send_revision_enabled=True)
    world.judge(confidence=0.6, reason="Says nothing about the plans")
    return world


def revises(world, text: str = BETTER, **changes) -> None:
    answer = {
        "revised_draft": text,
        "changes_made": ["names the plans"],
        "issues_addressed": [],
        "unresolved_requirements": [],
        "confidence": 0.99,
        "memory_proposals": [],
        **changes,
    }
    world.simulator.answer("auto_send.revise", answer)


def selects(world) -> None:
    write_guidance(world.workspace.pk, GuidanceKind.INSIGHT_PACK, ["Name the plans when details are asked for"])
    world.simulator.answer(
        "auto_send.context_select",
        {
            "selected_chunk_ids": ["g1"],
            "selected_context_markdown": "Name the plans",
            "what_to_apply": ["name the plans"],
            "what_to_avoid": [],
            "missing_info": [],
            "confidence": 0.8,
        },
    )


def calls(world) -> list[int]:
    return [len(world.simulator.asked(key)) for key in CALLS]


def figures(draft: Draft) -> tuple:
    return (
        draft.auto_send_revision_attempted_at is not None,
        draft.auto_send_original_confidence,
        draft.auto_send_revision_confidence,
        draft.auto_send_revision_applied,
        draft.auto_send_revision_selector_used,
    )


def test_a_text_that_got_better_is_sent_in_the_place_of_the_first(unsure):
    selects(unsure)
    revises(unsure)
    unsure.judge(confidence=0.95)

    decision = unsure.evaluate()
    unsure.pass_time()

    draft = unsure.draft
    assert (decision.action, decision.reason) == ("send_delayed", "approved")
    assert figures(draft) == (True, 0.6, 0.95, True, True)
    assert (draft.auto_send_confidence, draft.version, draft.evaluated_version) == (0.95, 2, 2)
    assert draft.content == draft.ai_content == Message.objects.outbound().get().body == BETTER
    assert (draft.response_disposition, calls(unsure)) == ("AUTO_SENT", [1, 1, 2])
    assert [kind for kind, _ in unsure.events][:3] == ["revised", "evaluated", "scheduled"]
    event = DraftEvent.objects.get(kind="revised")
    assert event.reason == "applied"
    assert {name: event.detail[name] for name in ("original", "revised", "threshold", "selectorUsed", "chunks")} == {
        "original": 0.6,
        "revised": 0.95,
        "threshold": 0.9,
        "selectorUsed": True,
        "chunks": 1,
    }


def test_a_better_text_that_is_still_below_helps_the_reviewer(unsure):
    revises(unsure)
    unsure.judge(confidence=0.8)

    decision = unsure.evaluate()

    assert (decision.action, decision.reason) == ("needs_review", "below_threshold")
    assert figures(unsure.draft) == (True, 0.6, 0.8, True, False)
    assert (unsure.draft.content, unsure.draft.auto_send_confidence) == (BETTER, 0.8)
    assert (calls(unsure), unsure.jobs) == ([0, 1, 2], [])


def test_a_text_that_got_no_better_changes_nothing(unsure):
    revises(unsure)
    unsure.judge(confidence=0.6)

    decision = unsure.evaluate()

    assert (decision.action, decision.reason) == ("needs_review", "below_threshold")
    assert figures(unsure.draft) == (True, 0.6, 0.6, False, False)
    assert (unsure.draft.content, unsure.draft.version, unsure.draft.auto_send_confidence) == (TEXT, 1, 0.6)
    assert unsure.events[0] == ("revised", "not_improved")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"text": " "}, "reviser_failed"),
        ({"text": "x" * 5_001}, "reviser_failed"),
        ({"text": TEXT}, "reviser_failed"),
        ({"unresolved_requirements": ["the price list"]}, "unresolved_requirements"),
        ({"text": "Hi [Name], the details follow."}, "constraints_failed"),
        ({"text": f"{BETTER} Book here: https://cal.example/x"}, "constraints_failed"),
        ({"text": f"{BETTER} Does 4 pm work?"}, "constraints_failed"),
    ],
)
def test_a_revision_that_may_not_be_used_pays_for_no_second_evaluation(unsure, changes, reason):
    revises(unsure, **changes)

    decision = unsure.evaluate()

    assert (decision.action, unsure.events[0]) == ("needs_review", ("revised", reason))
    assert figures(unsure.draft) == (True, 0.6, None, False, False)
    assert (unsure.draft.content, unsure.draft.version, calls(unsure)) == (TEXT, 1, [0, 1, 1])


def test_without_an_answer_of_the_reviser_the_first_text_is_decided_upon(unsure):
    unsure.simulator.script("openai", "*", contains="auto_send.revise", times=5, status=500, body={})

    decision = unsure.evaluate()

    assert (decision.reason, unsure.events[0]) == ("below_threshold", ("revised", "reviser_failed"))
    assert (unsure.draft.content, calls(unsure)) == (TEXT, [0, 1, 1])


def test_a_selector_without_an_answer_leaves_the_guidance_out(unsure):
    write_guidance(unsure.workspace.pk, GuidanceKind.INSIGHT_PACK, ["Name the plans"])
    unsure.simulator.script("openai", "*", contains="auto_send.context_select", times=5, status=500, body={})
    revises(unsure)
    unsure.judge(confidence=0.95)

    assert unsure.evaluate().action == "send_delayed"
    assert figures(unsure.draft) == (True, 0.6, 0.95, True, False)
    assert calls(unsure) == [1, 1, 2]


def test_a_second_evaluation_without_an_answer_decides_with_the_first(unsure):
    revises(unsure)
    unsure.simulator.script("openai", "*", contains="auto_send.evaluate", times=5, status=500, body={})

    decision = unsure.evaluate()

    assert (decision.reason, unsure.events[0]) == ("below_threshold", ("revised", "reevaluation_failed"))
    assert figures(unsure.draft) == (True, 0.6, None, False, False)
    assert calls(unsure) == [0, 1, 2]


@pytest.mark.parametrize("source", ["environment", "row"])
def test_the_switch_stops_the_calls_and_leaves_the_evaluator_alone(unsure, source, monkeypatch):
    if source == "environment":
        monkeypatch.setenv("AUTO_SEND_REVISION_DISABLED", "1")
    else:
        OperatorSwitch.objects.create(key="AUTO_SEND_REVISION_DISABLED", value=True, reason="Drill")
        forget_switches()

    decision = unsure.evaluate()

    assert (decision.action, decision.reason) == ("needs_review", "below_threshold")
    assert figures(unsure.draft) == (False, None, None, False, None)
    assert (calls(unsure), next(kind for kind, _ in unsure.events)) == ([0, 0, 1], "evaluated")


def test_the_workspace_has_to_allow_it(unsure):
    unsure.configure(auto_send_revision_enabled=False)

    unsure.evaluate()

    assert (figures(unsure.draft), calls(unsure)) == ((False, None, None, False, None), [0, 0, 1])


@pytest.mark.parametrize("answer", [{"confidence": 0.95}, {"confidence": 0.95, "requires_human_review": True}])
def test_a_text_above_the_threshold_is_not_revised(world, answer):
    world.configure(auto_send_revision_enabled=True)

    world.decide(**answer)

    assert (figures(world.draft), calls(world)) == ((False, None, None, False, None), [0, 0, 1])


def test_a_campaign_that_only_tries_it_out_is_not_revised(unsure):
    unsure.set_campaign(response_mode="SETTER_MANAGED", auto_send_shadow=True)

    unsure.evaluate()

    assert (figures(unsure.draft), calls(unsure)) == ((False, None, None, False, None), [0, 0, 1])


def test_hard_06_revision_claimed_once_a_claim_of_before_is_never_repeated(unsure):
    Draft.objects.filter(pk=unsure.draft.pk).update(
        auto_send_revision_attempted_at=timezone.now(), auto_send_original_confidence=0.4
    )

    decision = unsure.evaluate()

    assert (decision.action, decision.reason) == ("needs_review", "below_threshold")
    assert (unsure.draft.auto_send_original_confidence, unsure.draft.auto_send_confidence) == (0.4, 0.6)
    assert (calls(unsure), next(kind for kind, _ in unsure.events)) == ([0, 0, 1], "evaluated")


def test_facts_the_reviser_proposes_wait_for_a_person(unsure):
    revises(unsure, memory_proposals=[FACT, {**FACT, "content": "Writes late"}, FACT | {"content": " "}])
    unsure.judge(confidence=0.95)

    unsure.evaluate()

    rows = LeadMemoryEntry.objects.order_by("content").values_list("content", "status", "proposed_by_draft_id")
    assert list(rows) == [
        ("Prefers short mails", "PENDING", unsure.draft.pk),
        ("Writes late", "PENDING", unsure.draft.pk),
    ]


def test_hard_06_no_text_in_telemetry_of_a_revision(unsure):
    selects(unsure)
    revises(unsure, text=BETTER.replace("today", "MARKER-7Q"))
    unsure.judge(confidence=0.95, reason="MARKER-8Q")

    unsure.evaluate()

    rows = AIInteraction.objects.exclude(metadata={}).order_by("created_at")
    stages = [row.metadata["autoSendRevision"]["stage"] for row in rows]
    last = rows.last()
    assert stages == ["selector", "reviser", "reevaluate", "done"]
    assert last is not None
    summary = last.metadata["autoSendRevision"]
    assert isinstance(summary.pop("ms"), int)
    assert summary == {
        "stage": "done",
        "attempted": True,
        "applied": True,
        "reason": "applied",
        "original": 0.6,
        "revised": 0.95,
        "threshold": 0.9,
        "selectorUsed": True,
        "chunks": 1,
    }
    stored = [*AIInteraction.objects.values_list("metadata", flat=True), *DraftEvent.objects.values_list("detail")]
    assert not any(word in str(stored) for word in ("MARKER", "Name the plans", "Dana"))


def test_the_second_evaluation_reads_the_revised_text(unsure):
    revises(unsure)
    unsure.simulator.answer("auto_send.evaluate", {**SAFE, "confidence": 0.95})

    unsure.evaluate()

    first, second = unsure.simulator.asked("auto_send.evaluate.v1")
    assert "happy to send the details" in str(first["input"])
    assert "about our plans today" in str(second["input"])

import pytest

from inbox.rules.autosend.revision import (
    cancels,
    follow_plan,
    is_improved,
    rank_by_overlap,
    read_revision,
    read_selection,
    revision_plan,
    revision_refusal,
)
from inbox.rules.autosend.verdicts import Evaluation

pytestmark = pytest.mark.unit

NAMES = ["claim", "selector", "reviser", "constraints", "reevaluate", "write"]


def said(confidence: float, hard_block: str = "") -> Evaluation:
    return Evaluation(confidence=confidence, safe_to_send=True, requires_human_review=False, hard_block=hard_block)


def follow(**codes: str) -> tuple[str, list[str]]:
    done: list[str] = []

    def act(step):
        done.append(step.name)
        return codes.get(step.name, "")

    return follow_plan(dict.fromkeys(NAMES, act)), done


def test_the_plan_claims_before_it_costs_and_makes_three_calls_at_most():
    plan = revision_plan()

    assert [step.name for step in plan] == NAMES
    assert [step.name for step in plan if step.calls_model] == ["selector", "reviser", "reevaluate"]
    assert [step.name for step in plan if step.optional] == ["selector"]
    assert [(step.name, step.seconds) for step in plan if step.seconds] == [
        ("selector", 10.0),
        ("reviser", 12.0),
        ("reevaluate", 15.0),
    ]


def test_all_steps_good_is_applied():
    assert follow() == ("applied", NAMES)


def test_without_guidance_the_text_is_still_revised():
    assert follow(selector="selector_failed") == ("applied", NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "selector"])
def test_every_other_failure_ends_the_attempt(name):
    assert follow(**{name: "code"}) == ("code", NAMES[: NAMES.index(name) + 1])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"evaluation": said(0.5, "evaluation_error"), "mode": "DISABLED"}, "hard_block"),
        ({"mode": "LEGACY_AUTO_REPLY", "evaluation": said(0.95)}, "mode"),
        ({"evaluation": said(0.9), "stopped": True}, "threshold_met"),
        ({"stopped": True, "workspace_enabled": False}, "revision_disabled_via_env"),
        ({"workspace_enabled": False}, "workspace_revision_off"),
    ],
)
def test_refusals_come_in_their_order(changes, reason):
    values = {
        "evaluation": said(0.5),
        "mode": "AI_AUTO_SEND",
        "threshold": 0.9,
        "stopped": False,
        "workspace_enabled": True,
        **changes,
    }
    evaluation = values.pop("evaluation")

    assert revision_refusal(evaluation, **values) == reason


@pytest.mark.parametrize(
    ("original", "revised", "improved"),
    [
        (0.6, said(0.61), True),
        (0.6, said(0.6), False),
        (0.6, said(0.5), False),
        (0.6, said(0.95, "opt_out"), False),
        (0.9, said(0.9), True),
    ],
)
def test_improved_means_surer_and_not_blocked(original, revised, improved):
    assert is_improved(original, revised, 0.9) is improved


@pytest.mark.parametrize("code", ["draft_status_rejected", "draft_changed_meanwhile", "draft_not_found"])
def test_a_draft_that_is_no_longer_ours_cancels(code):
    assert cancels(code)


@pytest.mark.parametrize("code", ["applied", "not_improved", "already_attempted", "claim_failed"])
def test_other_codes_are_decided_upon(code):
    assert not cancels(code)


def revision(**changes):
    return {"revised_draft": "Better.", "unresolved_requirements": [], "memory_proposals": [], **changes}


@pytest.mark.parametrize(("channel", "cap"), [("sms", 480), ("linkedin", 1_800), ("email", 5_000)])
def test_a_text_over_the_cap_of_its_channel_is_no_answer(channel, cap):
    assert read_revision(revision(revised_draft="x" * cap), channel) is not None
    assert read_revision(revision(revised_draft="x" * (cap + 1)), channel) is None


@pytest.mark.parametrize("text", ["", " \n ", "\x00"])
def test_a_blank_text_is_no_answer(text):
    assert read_revision(revision(revised_draft=text), "email") is None


def test_open_requirements_are_seen_and_three_proposals_are_read():
    fact = {"category": "scheduling_preference", "content": "Mornings", "ttl_days": 30, "confidence": 0.8}

    found = read_revision(revision(unresolved_requirements=[" ", "the price"], memory_proposals=[fact] * 4), "email")

    assert found is not None
    assert found.unresolved
    assert len(found.proposals) == 3
    assert not read_revision(revision(unresolved_requirements=[" "]), "email").unresolved


def test_ids_nobody_offered_are_dropped():
    answer = {
        "selected_chunk_ids": ["g2", "gX", "g2", *[f"g{number}" for number in range(3, 20)]],
        "selected_context_markdown": "m" * 3_000,
        "what_to_apply": ["one"] * 12,
        "what_to_avoid": [" "],
        "missing_info": [],
    }

    chosen = read_selection(answer, frozenset(f"g{number}" for number in range(1, 25)))

    assert chosen.chunks == 8
    assert len(chosen.markdown) == 2_500
    assert (len(chosen.apply), chosen.avoid) == (10, ())


def test_pieces_with_shared_words_come_first():
    pieces = {"g1": "Talk about the weather", "g2": "Prices for ten seats convince", "g3": "Ask about seats"}

    assert rank_by_overlap(pieces, "Could you send prices for ten seats?") == ["g2", "g3", "g1"]


def test_at_most_24_pieces_are_candidates():
    assert len(rank_by_overlap({f"g{number}": "seats" for number in range(40)}, "seats")) == 24

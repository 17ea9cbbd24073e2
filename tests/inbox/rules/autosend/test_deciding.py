import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules.autosend.checks import CLOSING_BLOCKS, REVIEW_BLOCKS, SILENT_BLOCKS
from inbox.rules.autosend.deciding import clean_threshold, decide, failed_evaluation, interpret_evaluation
from inbox.rules.autosend.verdicts import Evaluation, Verdict

pytestmark = pytest.mark.unit

SURE = Evaluation(confidence=1.0, safe_to_send=True, requires_human_review=False)
BLOCKS = sorted(CLOSING_BLOCKS | SILENT_BLOCKS | REVIEW_BLOCKS)


@pytest.mark.parametrize(
    ("output", "confidence", "safe"),
    [
        ({"safe_to_send": True, "requires_human_review": False, "confidence": 0.93}, 0.93, True),
        ({"safe_to_send": True, "requires_human_review": True, "confidence": 0.93}, 0.93, False),
        ({"safe_to_send": True, "requires_human_review": False, "confidence": 0.009}, 0.009, False),
        ({"safe_to_send": True, "requires_human_review": False, "confidence": 7}, 1.0, True),
        ({"safe_to_send": True, "requires_human_review": False, "confidence": -1}, 0.0, False),
        ({"safe_to_send": True, "requires_human_review": False, "confidence": math.nan}, 0.0, False),
        ({"safe_to_send": True, "requires_human_review": False, "confidence": math.inf}, 0.0, False),
        ({"safe_to_send": True, "requires_human_review": False, "confidence": "0.95"}, 0.0, False),
        ({"safe_to_send": True, "requires_human_review": False, "confidence": True}, 0.0, False),
        ({"safe_to_send": "yes", "requires_human_review": False, "confidence": 0.95}, 0.95, False),
        ({}, 0.0, False),
        (None, 0.0, False),
    ],
)
def test_an_answer_is_read_strictly(output, confidence, safe):
    read = interpret_evaluation(output)

    assert (read.confidence, read.safe_to_send, read.requires_human_review) == (confidence, safe, not safe)


def test_the_reason_holds_no_address_and_no_phone():
    read = interpret_evaluation({"reason": "Dana (dana@northfork.example,\n +1 415 555 0137) asked " + "x" * 400})

    assert read.reason.startswith("Dana ([email], [phone]) asked x")
    assert len(read.reason) == 320


def test_equality_passes_the_threshold():
    assert decide(SURE, threshold=1.0).reason == "approved"


@pytest.mark.parametrize("value", [None, math.nan, math.inf, "0.5", True])
def test_a_threshold_that_is_no_number_is_the_default(value):
    assert clean_threshold(value) == 0.9


def test_a_failed_evaluation_goes_to_a_person():
    assert decide(failed_evaluation("timeout"), skip_campaign=True) == Verdict(
        action="needs_review", reason="evaluation_error", draft_status="pending", notify=True
    )


@pytest.mark.parametrize("code", BLOCKS)
def test_hard_06_hard_blocks_are_never_overridden(code):
    blocked = Evaluation(confidence=1.0, safe_to_send=True, requires_human_review=False, hard_block=code)

    verdict = decide(blocked, threshold=0.5, skip_workspace=True, skip_campaign=True)

    assert verdict.reason == code
    assert verdict.action == ("needs_review" if code in REVIEW_BLOCKS else "skip")
    assert verdict.draft_status == ("rejected" if code in CLOSING_BLOCKS else "pending")
    assert verdict.notify is (code in REVIEW_BLOCKS)


@given(
    confidence=st.floats(0, 1),
    safe=st.booleans(),
    threshold=st.floats(0.5, 1),
    skip=st.sampled_from([None, True, False]),
    workspace=st.booleans(),
    codes=st.lists(st.sampled_from(["placeholder", "slot_mismatch", "unknown_url"]), min_size=1),
)
def test_hard_06_invariants_not_skippable(confidence, safe, threshold, skip, workspace, codes):
    judged = Evaluation(confidence=confidence, safe_to_send=safe, requires_human_review=not safe)

    verdict = decide(judged, threshold=threshold, skip_workspace=workspace, skip_campaign=skip, invariants=codes)

    assert verdict.action == "needs_review"


@given(confidence=st.floats(0, 1), safe=st.booleans(), threshold=st.floats(0.5, 1), skip=st.sampled_from([None, True]))
def test_the_threshold_is_never_skipped(confidence, safe, threshold, skip):
    judged = Evaluation(confidence=confidence, safe_to_send=safe, requires_human_review=not safe)

    verdict = decide(judged, threshold=threshold, skip_workspace=True, skip_campaign=skip)

    assert (verdict.action == "send_immediate") is (confidence >= threshold)

"""Reading the evaluator's answer, and what follows from it (06 R7)."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from inbox.rules.autosend.checks import CLOSING_BLOCKS, SILENT_BLOCKS
from inbox.rules.autosend.verdicts import Action, Evaluation, Verdict
from zrg.lib.redact import redact_text

DEFAULT_THRESHOLD = 0.9
LEAST_CONFIDENCE = 0.01
REASON_LENGTH = 320
INVARIANT_FAILED = "post_ai_invariant_failed"


def interpret_evaluation(output: Any) -> Evaluation:
    """What an answer means, read strictly: what contradicts itself is unsafe, no number is no confidence."""
    if not isinstance(output, Mapping):
        output = {}
    confidence = _confidence(output.get("confidence"))
    wants_review = output.get("requires_human_review") not in (False, None)
    safe = output.get("safe_to_send") is True and not wants_review and confidence >= LEAST_CONFIDENCE
    return Evaluation(
        confidence=confidence,
        safe_to_send=safe,
        requires_human_review=wants_review or not safe,
        reason=_reason(output.get("reason")),
    )


def failed_evaluation(error_code: str) -> Evaluation:
    """No usable answer came: nothing is safe."""
    return Evaluation(
        confidence=0.0,
        safe_to_send=False,
        requires_human_review=True,
        error_code=error_code,
        hard_block="budget_exhausted" if error_code == "budget_exhausted" else "evaluation_error",
    )


def decide(
    evaluation: Evaluation,
    *,
    threshold: float | None = DEFAULT_THRESHOLD,
    skip_workspace: bool = False,
    skip_campaign: bool | None = None,
    invariants: Iterable[str] = (),
    run_at_in_future: bool = False,
) -> Verdict:
    """What is done with a judged draft.

    `skip` (the campaign's value, else the workspace's) forgives the review flag, never the threshold, a hard
    block or an invariant.
    """
    if evaluation.hard_block:
        return block_verdict(evaluation.hard_block)
    limit = clean_threshold(threshold)
    skip = skip_workspace if skip_campaign is None else skip_campaign
    if not evaluation.confidence >= limit:
        return _review("below_threshold")
    if not (evaluation.safe_to_send or skip):
        return _review("requires_human_review")
    if codes := sorted(set(invariants)):
        return _review(f"{INVARIANT_FAILED}:{','.join(codes)}")
    action: Action = "send_delayed" if run_at_in_future else "send_immediate"
    return Verdict(action=action, reason="approved", draft_status="pending")


def block_verdict(code: str) -> Verdict:
    """What a hard block means for the draft; a code nobody knows goes to a person."""
    if code in CLOSING_BLOCKS:
        return Verdict(action="skip", reason=code, draft_status="rejected")
    if code in SILENT_BLOCKS:
        return Verdict(action="skip", reason=code, draft_status="pending")
    return _review(code)


def clean_threshold(value: float | None) -> float:
    """The stored threshold; 0.9 for none and for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return DEFAULT_THRESHOLD
    return float(value)


def _review(reason: str) -> Verdict:
    return Verdict(action="needs_review", reason=reason, draft_status="pending", notify=True)


def _confidence(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0.0
    return min(max(float(value), 0.0), 1.0)


def _reason(value: Any) -> str:
    return redact_text(" ".join(value.split()))[:REASON_LENGTH] if isinstance(value, str) else ""

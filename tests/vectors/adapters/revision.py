"""The one revision of a draft: the plan is followed with acts that answer as the case says."""

from collections.abc import Callable
from typing import Any

from inbox.rules.autosend.deciding import clean_threshold, decide
from inbox.rules.autosend.modes import says_stop
from inbox.rules.autosend.revision import (
    PlanStep,
    StepName,
    cancels,
    follow_plan,
    is_improved,
    read_revision,
    revision_refusal,
)
from inbox.rules.autosend.verdicts import Evaluation

CALLS = ("selector", "reviser", "reevaluate")
UNUSABLE = {"blank": " ", "empty": "", "too_long": "x" * 20_000, "over_cap": "x" * 20_000}


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    return _Scenario({**document["defaults"], **case_input}).result()


class _Scenario:
    def __init__(self, case: dict[str, Any]):
        self.case = case
        self.threshold = clean_threshold(case["threshold"])
        self.calls = dict.fromkeys(CALLS, 0)
        self.attempted = False
        self.selector_used: bool | None = None
        self.revised: Evaluation | None = None

    def result(self) -> dict[str, Any]:
        case = self.case
        original = _evaluation(case["confidence"], case["safe_to_send"], case["hard_block_code"])
        reason = revision_refusal(
            original,
            mode=case["mode"],
            threshold=self.threshold,
            stopped=says_stop(case["kill_switch"]),
            workspace_enabled=case["workspace_enabled"],
        )
        reason = reason or follow_plan(self._acts())
        applied = reason == "applied"
        deciding = self.revised if applied and self.revised else original
        action = decide(deciding, threshold=self.threshold, skip_workspace=case["skip_review"]).action
        if cancels(reason):
            action = "canceled"
        return {
            "attempted": self.attempted,
            "llm_calls": self.calls,
            "applied": applied,
            "original_confidence": case["confidence"] if self.attempted else None,
            "revision_confidence": self.revised.confidence if self.revised else None,
            "selector_used": self.selector_used,
            "content": "revised" if applied else "original",
            "decision_confidence": deciding.confidence,
            "action": "send" if action.startswith("send") else action,
            "reason": reason,
        }

    def _acts(self) -> dict[StepName, Callable[[PlanStep], str]]:
        return {
            "claim": self._claim,
            "selector": self._select,
            "reviser": self._revise,
            "constraints": lambda step: "" if self.case["constraints_ok"] else "constraints_failed",
            "reevaluate": self._reevaluate,
            "write": lambda step: "" if self.case["content_write"] == "ok" else "draft_changed_meanwhile",
        }

    def _claim(self, step: PlanStep) -> str:
        case = self.case
        if case["claim_write"] not in ("ok", "no_row"):
            return "claim_failed"
        if case["draft_status"] != "pending":
            return f"draft_status_{case['draft_status']}"
        if case["already_attempted"] or case["claim_write"] == "no_row":
            return "already_attempted"
        self.attempted, self.selector_used = True, False
        return ""

    def _select(self, step: PlanStep) -> str:
        if not self.case["guidance_available"]:
            return "no_guidance"
        self.calls["selector"] += 1
        self.selector_used = self.case["selector"] == "ok"
        return "" if self.selector_used else "selector_failed"

    def _revise(self, step: PlanStep) -> str:
        self.calls["reviser"] += 1
        if self.case["reviser"] not in ("ok", *UNUSABLE):
            return "reviser_failed"
        answer = {
            "revised_draft": UNUSABLE.get(self.case["reviser"], self.case["revised_text"]) or "",
            "unresolved_requirements": self.case["unresolved"],
            "memory_proposals": [],
        }
        revised = read_revision(answer, "email")
        if revised is None:
            return "reviser_failed"
        return "unresolved_requirements" if revised.unresolved else ""

    def _reevaluate(self, step: PlanStep) -> str:
        self.calls["reevaluate"] += 1
        if self.case["reeval"] != "ok":
            return "reevaluation_failed"
        case = self.case
        self.revised = _evaluation(case["revised_confidence"], case["revised_safe"], case["revised_hard_block"])
        return "" if is_improved(case["confidence"], self.revised, self.threshold) else "not_improved"


def _evaluation(confidence: float, safe: bool, hard_block: str | None) -> Evaluation:
    return Evaluation(
        confidence=confidence, safe_to_send=safe, requires_human_review=not safe, hard_block=hard_block or ""
    )

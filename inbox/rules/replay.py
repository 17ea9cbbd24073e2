"""Grading answers written again for stored conversations (05 R29): selection, score, comparison, exit code."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from inbox.enums import SentimentTag
from inbox.rules.invariants.prices import prices_of

SPAN = timedelta(days=30)
RISKY_TAGS = frozenset({SentimentTag.INFORMATION_REQUESTED, SentimentTag.FOLLOW_UP, SentimentTag.MEETING_REQUESTED})
PROFILES = {"strict": 72.0, "balanced": 62.0, "lenient": 52.0}
"""The least blended score with which an answer passes."""
JUDGE_SHARE, OBJECTIVE_SHARE = 0.6, 0.4
UNSURE = (40.0, 80.0)
"""Results within are judged a second time: here one answer of the judge decides between passing and failing."""
ASPECTS = ("pricing_cadence", "facts", "safety", "quality")
MARGIN = 10.0
"""Points between two runs of the same code that mean nothing: the writer and the judge differ from day to day."""
MAX_JUDGE_ERRORS = 0.2
UNREACHED = frozenset({"timeout", "rate_limit", "api_error", "out_of_time", "disabled", "budget_exhausted", "unknown"})
"""Codes of the runner and of the steps that speak of the line to the model, not of what it wrote."""

Failure = Literal[
    "",
    "decision_error",
    "draft_generation_error",
    "draft_quality_error",
    "judge_error",
    "infra_error",
    "selection_error",
    "execution_error",
]
Change = Literal["", "improved", "regressed", "unchanged", "new"]

_PRICING = re.compile(r"\b(?:pric\w+|cost\w*|fee\w*|budget|quote|rate card|plans?|how much|preis\w*|tarif\w*)\b", re.I)
_CADENCE = re.compile(r"\b(?:month\w*|year\w*|annual\w*|quarter\w*|weekly|per (?:seat|user|lead))\b", re.I)
_DEDUCTIONS = {"fallback_draft": 60, "verification_failed": 20, "overseer_failed": 20}
_PER_CODE = 25
_HELD = 15


def selection_score(text: str, *, tag: str | None, age: timedelta) -> float:
    """How much can go wrong with the answer to a reply; the higher, the sooner it is replayed. 0 to 11."""
    risk = 3.0 * bool(_PRICING.search(text)) + 2.0 * bool(_CADENCE.search(text)) + 3.0 * bool(prices_of(text))
    recency = max(0.0, 1.0 - age / SPAN)
    return round(risk + 2.0 * (tag in RISKY_TAGS) + recency, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The judge's marks, 0 to 100 each, and the codes of what is wrong."""

    pricing_cadence: float
    facts: float
    safety: float
    quality: float
    issues: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The mean of the four."""
        return sum(float(getattr(self, name)) for name in ASPECTS) / len(ASPECTS)


def read_marks(answer: Mapping[str, Any]) -> Marks:
    """The judge's answer, clamped."""
    numbers = {name: min(max(float(answer[name]), 0.0), 100.0) for name in ASPECTS}
    return Marks(**numbers, issues=tuple(sorted(set(answer["issues"]))))


def average(first: Marks, second: Marks) -> Marks:
    """Two judgements as one."""
    numbers = {name: (getattr(first, name) + getattr(second, name)) / 2 for name in ASPECTS}
    return Marks(**numbers, issues=tuple(sorted({*first.issues, *second.issues})))


def objective_score(flags: Iterable[str], codes: Iterable[str], *, held: bool) -> float:
    """What the checks in code say of a text, 0 to 100. `held`: the evaluator would not let it leave unseen."""
    lost = sum(_DEDUCTIONS.get(flag, 0) for flag in flags) + _PER_CODE * len(set(codes)) + _HELD * held
    return float(max(0, 100 - lost))


def blend(judge: float, objective: float) -> float:
    """The score of a case."""
    return round(JUDGE_SHARE * judge + OBJECTIVE_SHARE * objective, 1)


def wants_second_look(blended: float) -> bool:
    """Whether the judge is asked once more."""
    return UNSURE[0] <= blended <= UNSURE[1]


def is_unreached(codes: Iterable[str]) -> bool:
    """Whether a draft failed for want of a model rather than of a good text."""
    return any(code in UNREACHED for code in codes)


def quality_failure(*, passed: bool, would_send: bool) -> Failure:
    """What kind of failure a text is that did not pass: worse when no person would have seen it."""
    if passed:
        return ""
    return "decision_error" if would_send else "draft_quality_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """What is compared and counted of a case. `passed` None: nothing could be said about its quality."""

    passed: bool | None
    blended: float | None = None
    critical: bool = False
    failure: Failure = ""
    judged: bool = False


def compare(before: Grade | None, now: Grade) -> Change:
    """A case against the same case of an earlier run; "" when this run says nothing about it."""
    if now.passed is None:
        return ""
    if before is None or before.passed is None:
        return "new"
    if now.passed != before.passed:
        return "improved" if now.passed else "regressed"
    difference = (now.blended or 0.0) - (before.blended or 0.0)
    if abs(difference) < MARGIN:
        return "unchanged"
    return "improved" if difference > 0 else "regressed"


OK, FAILED, NOT_MEASURED = 0, 1, 2


def exit_code(grades: Iterable[Grade], *, regressions: int, max_regressions: int) -> int:
    """1 on any critical fault, on too many regressions, or when more than a fifth of the judgements failed; 2 when
    nothing was measured at all, so that a dead model never looks like a good prompt.
    """
    known = list(grades)
    judge_errors = sum(grade.failure == "judge_error" for grade in known)
    asked = sum(grade.judged for grade in known) + judge_errors
    if any(grade.critical for grade in known) or regressions > max_regressions:
        return FAILED
    if asked and judge_errors / asked > MAX_JUDGE_ERRORS:
        return FAILED
    return OK if any(grade.passed is not None for grade in known) else NOT_MEASURED

"""The one attempt to improve a draft the evaluator was not sure enough about (06 R11): order, limits, verdicts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from inbox.enums import AutoSendMode, Channel
from inbox.rules.autosend.verdicts import Evaluation
from inbox.rules.memory import MemoryProposal

StepName = Literal["claim", "selector", "reviser", "constraints", "reevaluate", "write"]

CAPS = {Channel.SMS: 480, Channel.LINKEDIN: 1_800, Channel.EMAIL: 5_000}
"""Characters of a revised text; a longer one is no answer."""
MAX_CANDIDATES = 24
MAX_CHUNKS = 8
MAX_PROPOSALS = 3
CANCELING = ("draft_status_", "draft_changed_meanwhile", "draft_not_found")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step of the attempt. `seconds`: its limit, within that of the whole attempt; 0 for steps without a call.
    `optional`: when it fails the next one still runs. The others end the attempt with their code.
    """

    name: StepName
    seconds: float = 0.0
    calls_model: bool = False
    optional: bool = False


_PLAN = (
    PlanStep(name="claim"),
    PlanStep(name="selector", seconds=10.0, calls_model=True, optional=True),
    PlanStep(name="reviser", seconds=12.0, calls_model=True),
    PlanStep(name="constraints"),
    PlanStep(name="reevaluate", seconds=15.0, calls_model=True),
    PlanStep(name="write"),
)


def revision_plan() -> tuple[PlanStep, ...]:
    """The order of an attempt, as data. The claim is committed before anything that costs."""
    return _PLAN


def follow_plan(acts: Mapping[StepName, Callable[[PlanStep], str]]) -> str:
    """Run the steps in order; each act returns "" or the code of its failure. The code of the whole attempt."""
    for step in revision_plan():
        code = acts[step.name](step)
        if code and not step.optional:
            return code
    return "applied"


def revision_refusal(
    evaluation: Evaluation, *, mode: str, threshold: float, stopped: bool, workspace_enabled: bool
) -> str:
    """Why no attempt is made, or "". `stopped`: the platform switch, in the environment or as a row.

    Only missing confidence is a reason to revise: a text above the threshold that is flagged goes to a person.
    """
    conditions = (
        (bool(evaluation.hard_block), "hard_block"),
        (mode != AutoSendMode.AI_AUTO_SEND, "mode"),
        (evaluation.confidence >= threshold, "threshold_met"),
        (stopped, "revision_disabled_via_env"),
        (not workspace_enabled, "workspace_revision_off"),
    )
    return next((code for holds, code in conditions if holds), "")


def is_improved(original: float, revised: Evaluation, threshold: float) -> bool:
    """Whether the revised text takes the place of the first one. Without a hard block, and surer than before."""
    better = revised.confidence > original or revised.confidence >= threshold
    return better and not revised.hard_block


def cancels(code: str) -> bool:
    """Whether nothing is decided any more, because the draft is not the machine's any longer."""
    return code.startswith(CANCELING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """What the selector chose of the guidance."""

    markdown: str = ""
    apply: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    chunks: int = 0


def read_selection(answer: Mapping[str, Any], known: frozenset[str]) -> Selected:
    """The selector's answer within its limits; ids nobody offered are dropped."""
    chosen = [name for name in dict.fromkeys(answer["selected_chunk_ids"]) if name in known][:MAX_CHUNKS]
    markdown = answer["selected_context_markdown"].strip()[:2_500]
    apply = _lines(answer["what_to_apply"], 10)
    avoid = _lines(answer["what_to_avoid"], 10)
    missing = _lines(answer["missing_info"], 6)
    return Selected(markdown=markdown, apply=apply, avoid=avoid, missing=missing, chunks=len(chosen))


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A usable answer of the reviser."""

    text: str
    unresolved: bool
    proposals: tuple[MemoryProposal, ...] = ()


def read_revision(answer: Mapping[str, Any], channel: str) -> Revised | None:
    """The reviser's answer; None when it holds no text or one over the channel's cap. Its own confidence is not
    read.
    """
    text = answer["revised_draft"].replace("\x00", "").replace("\r\n", "\n").strip()
    if not text or len(text) > CAPS[Channel(channel)]:
        return None
    proposals = [
        MemoryProposal(
            category=one["category"],
            content=one["content"],
            ttl_days=one["ttl_days"],
            confidence=float(one["confidence"]),
        )
        for one in answer["memory_proposals"][:MAX_PROPOSALS]
    ]
    unresolved = any(line.strip() for line in answer["unresolved_requirements"])
    return Revised(text=text, unresolved=unresolved, proposals=tuple(proposals))


def rank_by_overlap(pieces: Mapping[str, str], text: str) -> list[str]:
    """Ids of the pieces that share most words with the text, at most 24; ties stay in the order given."""
    wanted = _words(text)
    scored = sorted(pieces, key=lambda name: -len(_words(pieces[name]) & wanted))
    return scored[:MAX_CANDIDATES]


def _words(text: str) -> set[str]:
    return {word for word in "".join(c if c.isalnum() else " " for c in text.lower()).split() if len(word) > 2}


def _lines(values: list[str], most: int) -> tuple[str, ...]:
    shortened = (" ".join(value.split())[:240] for value in values)
    return tuple(value for value in shortened if value)[:most]

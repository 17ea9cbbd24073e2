"""What every stage of the pipeline gets and gives."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from inbox.enums import StageState


@dataclass(frozen=True, slots=True, kw_only=True)
class StageContext:
    """Ids and time of one run; a stage reads its rows itself, inside its own short transactions.

    `deadline` is a `time.monotonic()` instant; `variant` is "interested" for a repeated interest event.
    """

    workspace_id: UUID
    lead_id: UUID
    message_id: UUID
    job_type: str
    deadline: float
    trace_id: str
    variant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageResult:
    """Outcome of a stage: `ends` stops the run here; `result` holds codes and numbers, never text."""

    state: StageState = StageState.DONE
    code: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    ends: bool = False


DONE = StageResult()


def skipped(code: str, *, ends: bool = False) -> StageResult:
    """The stage had nothing to do, and says why."""
    return StageResult(state=StageState.SKIPPED, code=code, ends=ends)

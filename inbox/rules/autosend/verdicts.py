"""Values the auto-send rules pass on."""

from dataclasses import dataclass
from typing import Literal

Action = Literal["send_immediate", "send_delayed", "needs_review", "skip", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What the evaluator said of one text, read strictly (06 R7).

    `reason` is for people, ≤320 characters, scrubbed of addresses and phones. `error_code` set means that no
    usable answer came; then confidence is 0 and nothing is safe. `hard_block` names a block found on the way.
    """

    confidence: float
    safe_to_send: bool
    requires_human_review: bool
    reason: str = ""
    error_code: str = ""
    hard_block: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is done with a draft: `reason` is a stable code, `draft_status` what the draft becomes, `notify`
    whether a person is told.
    """

    action: Action
    reason: str
    draft_status: Literal["pending", "rejected", "approved"]
    notify: bool = False

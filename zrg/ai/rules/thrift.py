"""What stops first when a workspace nears its daily cost cap (05 R23).

The keys are those of the prompt registry. At the cap all of these have stopped; the more dispensable a
call is, the earlier it stops, so that the last cents go to what a reply needs. Classification, the
safety gates and whatever is not named here go on.
"""

from decimal import Decimal
from typing import Literal

CapState = Literal["ok", "near", "capped"]

NEAR = Decimal("0.80")
CAPPED = Decimal(1)

# First match decides.
STOPS_AT: tuple[tuple[tuple[str, ...], Decimal], ...] = (
    (("lead_scoring.",), Decimal("0.95")),
    (("insights.", "ai.replay.", "knowledge_assets."), Decimal("0.96")),
    (("draft.fast_regen.",), Decimal("0.97")),
    (("auto_send.revise.", "auto_send.context_select."), Decimal("0.98")),
    (("draft.verify.",), Decimal("0.99")),
    (("draft.generate.", "signature."), CAPPED),
)


def state_of(share: Decimal) -> CapState:
    """`share`: what was spent of the cap."""
    if share >= CAPPED:
        return "capped"
    return "near" if share >= NEAR else "ok"


def stops(prompt_key: str, share: Decimal) -> bool:
    """Whether a call of this prompt is not made any more today."""
    limit = next((limit for prefixes, limit in STOPS_AT if prompt_key.startswith(prefixes)), None)
    return limit is not None and share >= limit

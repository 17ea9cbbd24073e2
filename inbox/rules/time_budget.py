"""How the time for one draft is shared between its steps (05 R17)."""

from dataclasses import dataclass

STRATEGY_SHARE = 0.4
MIN_STEP_SECONDS = 4.0
"""Below this a step is skipped and the next rung of the ladder is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Deadlines of the steps as seconds from the start; None = not enough time for the step."""

    strategy_ends: float | None
    generation_ends: float


def share_time(total_seconds: float, *, reserve_seconds: float = 0.0, strategy: bool = True) -> Budget:
    """Strategy 40, generation 60 of what the reserves leave; unused time rolls to the next step."""
    available = max(total_seconds - reserve_seconds, 0.0)
    strategy_ends = available * STRATEGY_SHARE
    if not strategy or strategy_ends < MIN_STEP_SECONDS:
        return Budget(strategy_ends=None, generation_ends=available)
    return Budget(strategy_ends=strategy_ends, generation_ends=available)

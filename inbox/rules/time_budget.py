"""How the time for one draft is shared between its steps (05 R17)."""

from dataclasses import dataclass

CONTEXT_SECONDS = 10.0
STRATEGY_SHARE = 0.4
RESERVE_SHARE, MIN_RESERVE, MAX_RESERVE = 0.25, 8.0, 45.0
SIGNATURE_SHARE, MIN_SIGNATURE, MAX_SIGNATURE = 0.1, 1.0, 10.0
MIN_STEP_SECONDS = 4.0
"""Below this a step is skipped and the next rung of the ladder is taken."""
REWRITE_SECONDS = 12.0
"""Left before the reserves, for one more generation with the codes of the checks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Ends of the steps as seconds from the start. Ends, not lengths: what a step leaves rolls to the next one,
    and what is behind `generation_ends` stays with verification and gate.
    """

    context_ends: float
    signature_ends: float
    strategy_ends: float
    generation_ends: float
    verification_ends: float
    gate_ends: float


def share_time(
    total_seconds: float,
    *,
    strategy: bool = True,
    signature: bool = False,
    verification: bool = False,
    gate: bool = False,
) -> Budget:
    """Context at most 10 s, a reserve of a quarter (8 to 45 s) when anything is checked afterwards, a tenth (1 to
    10 s) for the signature, the rest 40 to 60 between strategy and generation. A step that is off has no length.
    """
    total = max(total_seconds, 0.0)
    reserve = reserve_of(total) if verification or gate else 0.0
    before = max(total - reserve, 0.0)
    context_ends = min(CONTEXT_SECONDS, before)
    share = min(max(total * SIGNATURE_SHARE, MIN_SIGNATURE), MAX_SIGNATURE) if signature else 0.0
    signature_ends = min(context_ends + share, before)
    writing = before - signature_ends
    return Budget(
        context_ends=context_ends,
        signature_ends=signature_ends,
        strategy_ends=signature_ends + (writing * STRATEGY_SHARE if strategy else 0.0),
        generation_ends=before,
        verification_ends=total - (reserve / 2 if verification and gate else 0.0),
        gate_ends=total,
    )


def reserve_of(total_seconds: float) -> float:
    """Seconds kept for verification and gate; never more than there is."""
    return min(min(max(total_seconds * RESERVE_SHARE, MIN_RESERVE), MAX_RESERVE), max(total_seconds, 0.0))

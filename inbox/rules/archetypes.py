"""The ten shapes an answer may have, and which comes first and next (05 R18)."""

from zrg.lib.hashing import sha

ARCHETYPE_IDS = (
    "A1_short_paragraph_bullets_question",
    "A2_question_first_opener",
    "A3_two_line_micro_story",
    "A4_direct_scheduling_first",
    "A5_empathy_bridge",
    "A6_single_paragraph_dense",
    "A7_numbered_list_value",
    "A8_casual_ps_hook",
    "A9_comparison_contrast",
    "A10_social_proof_anchor",
)
"""The ids are fixed, statistics use them; regenerating walks them in this order."""


def first_archetype(seed: str) -> str:
    """SHA-256 of the seed (lead id + message id) mod 10, so that a retry writes in the same shape."""
    return ARCHETYPE_IDS[int(sha(seed), 16) % len(ARCHETYPE_IDS)]


def next_archetype(previous: str | None, *, seed: str) -> str:
    """The one after `previous`, after the last the first; without a known previous the first of the seed."""
    if previous not in ARCHETYPE_IDS:
        return first_archetype(seed)
    return ARCHETYPE_IDS[(ARCHETYPE_IDS.index(previous) + 1) % len(ARCHETYPE_IDS)]

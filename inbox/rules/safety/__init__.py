"""Deterministic safety: opt-outs, delivery reports, dead inboxes, absence notes, machines, acknowledgements."""

from inbox.rules.safety.bounce import BounceKind, classify_bounce, is_bounce_address
from inbox.rules.safety.classify import SafetyReading, classify_safety, read_safety
from inbox.rules.safety.engaged import is_engaged
from inbox.rules.safety.optout import OptOutReading, is_opt_out
from inbox.rules.safety.text import normalize, own_words

__all__ = [
    "BounceKind",
    "OptOutReading",
    "SafetyReading",
    "classify_bounce",
    "classify_safety",
    "is_bounce_address",
    "is_engaged",
    "is_opt_out",
    "normalize",
    "own_words",
    "read_safety",
]

"""What makes auto-send of a workspace switch itself off (06 R22)."""

from dataclasses import dataclass

MAX_COMPLAINTS = 3
MAX_UNKNOWN = 3
FAILURES_IN_A_ROW = 5
LEAST_SENDS = 20
MAX_OPT_OUT_SHARE = 0.05

TRIPS = {
    "invariant_sent": "a text was sent that breaks a rule nothing overrides",
    "complaints": "several leads complained after automatic messages",
    "opt_outs": "too many leads opted out after automatic messages",
    "unknown_deliveries": "of several automatic messages nobody knows whether they were sent",
    "evaluator_failing": "the check of drafts failed several times in a row",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Counts of the last 24 hours, or since a person switched auto-send on again. `sends`: leads that got an
    unattended message; `opt_outs`, `complaints`: those of them that withdrew afterwards.
    """

    sends: int = 0
    opt_outs: int = 0
    complaints: int = 0
    unknown: int = 0
    broken: int = 0
    failures_in_a_row: int = 0


def trip_reason(signs: Signs) -> str:
    """The code of the first sign that is too strong, or ""."""
    conditions = (
        (signs.broken > 0, "invariant_sent"),
        (signs.complaints >= MAX_COMPLAINTS, "complaints"),
        (signs.sends >= LEAST_SENDS and signs.opt_outs > signs.sends * MAX_OPT_OUT_SHARE, "opt_outs"),
        (signs.unknown >= MAX_UNKNOWN, "unknown_deliveries"),
        (signs.failures_in_a_row >= FAILURES_IN_A_ROW, "evaluator_failing"),
    )
    return next((code for holds, code in conditions if holds), "")

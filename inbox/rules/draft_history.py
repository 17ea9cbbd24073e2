"""The history of a draft in sentences: what was done, why, with the figures it rests on."""

from collections.abc import Mapping
from typing import Any

from inbox.enums import DraftEventKind
from inbox.rules.autosend.reasons import decision_sentence
from inbox.rules.sentences import CLOSED_REASONS

WORDS = {
    DraftEventKind.EVALUATED: "Checked",
    DraftEventKind.REVISED: "Text improved",
    DraftEventKind.SCHEDULED: "Planned to be sent",
    DraftEventKind.RESCHEDULED: "Put off",
    DraftEventKind.REVALIDATED: "Looked at again before sending",
    DraftEventKind.CANCELED: "Automatic sending stopped",
    DraftEventKind.REVIEW_REQUESTED: "A person was asked",
    DraftEventKind.APPROVE_CLICKED: "Approve clicked in Slack",
    DraftEventKind.APPROVED: "Approved",
    DraftEventKind.REJECTED: "Rejected",
    DraftEventKind.EDITED: "Text changed",
    DraftEventKind.SUPERSEDED: "Replaced",
    DraftEventKind.SENT: "Sent",
    DraftEventKind.SEND_FAILED: "Could not be sent",
    DraftEventKind.SEND_UNKNOWN: "Sent, not confirmed",
    DraftEventKind.RECONCILED: "Confirmed afterwards",
}
# Reasons of people and of the inbox, beside those of auto-send.
_REASONS = {"times_refreshed": "Other times were put in.", "human_rejected": ""}


def event_words(kind: str) -> str:
    """What was done."""
    return WORDS.get(DraftEventKind(kind), kind.replace("_", " ").capitalize())


def event_reason(reason: str, detail: Mapping[str, Any]) -> str:
    """Why, in a sentence; "" for an act that says it all."""
    if not reason:
        return ""
    if reason in _REASONS:
        return _REASONS[reason]
    if reason in CLOSED_REASONS:
        return f"{CLOSED_REASONS[reason][:1].upper()}{CLOSED_REASONS[reason][1:]}."
    codes = detail.get("codes")
    found = f"{reason}:{','.join(map(str, codes))}" if codes else reason
    return decision_sentence(found)


def event_figures(detail: Mapping[str, Any]) -> str:
    """`72 % of 90 %` for a check, `62 % to 81 %` for an improvement; "" without figures."""
    confidence, threshold = percent(detail.get("confidence")), percent(detail.get("threshold"))
    before, after = percent(detail.get("original")), percent(detail.get("revised"))
    if before is not None and after is not None:
        return f"{before} % to {after} %"
    if confidence is None:
        return ""
    return f"{confidence} %" if threshold is None else f"{confidence} % of {threshold} % needed"


def percent(value: object) -> int | None:
    """A share as people read it; None for anything that is no share."""
    return round(value * 100) if isinstance(value, int | float) and not isinstance(value, bool) else None

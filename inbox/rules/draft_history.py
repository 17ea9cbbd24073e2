"""The history of a draft in sentences: what was done, why, with the figures it rests on."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from inbox.enums import DraftEventKind
from inbox.rules.autosend.reasons import decision_sentence
from inbox.rules.sentences import CLOSED_REASONS

WORDS = {
    DraftEventKind.EVALUATED: _("Checked"),
    DraftEventKind.REVISED: _("Text improved"),
    DraftEventKind.SCHEDULED: _("Planned to be sent"),
    DraftEventKind.RESCHEDULED: _("Put off"),
    DraftEventKind.REVALIDATED: _("Looked at again before sending"),
    DraftEventKind.CANCELED: _("Automatic sending stopped"),
    DraftEventKind.REVIEW_REQUESTED: _("A person was asked"),
    DraftEventKind.APPROVE_CLICKED: _("Approve clicked in Slack"),
    DraftEventKind.APPROVED: _("Approved"),
    DraftEventKind.REJECTED: _("Rejected"),
    DraftEventKind.EDITED: _("Text changed"),
    DraftEventKind.SUPERSEDED: _("Replaced"),
    DraftEventKind.SENT: _("Sent"),
    DraftEventKind.SEND_FAILED: _("Could not be sent"),
    DraftEventKind.SEND_UNKNOWN: _("Sent, not confirmed"),
    DraftEventKind.RECONCILED: _("Confirmed afterwards"),
}
# Reasons of people and of the inbox, beside those of auto-send.
_REASONS = {"times_refreshed": _("Other times were put in."), "human_rejected": ""}


def event_words(kind: str) -> str:
    """What was done."""
    return gettext(WORDS.get(DraftEventKind(kind), kind.replace("_", " ").capitalize()))


def event_reason(reason: str, detail: Mapping[str, Any]) -> str:
    """Why, in a sentence; "" for an act that says it all."""
    if not reason:
        return ""
    if reason in _REASONS:
        return gettext(_REASONS[reason])
    if reason in CLOSED_REASONS:
        words = gettext(CLOSED_REASONS[reason])
        return f"{words[:1].upper()}{words[1:]}."
    codes = detail.get("codes")
    found = f"{reason}:{','.join(map(str, codes))}" if codes else reason
    return decision_sentence(found)


def event_figures(detail: Mapping[str, Any]) -> str:
    """`72 % of 90 %` for a check, `62 % to 81 %` for an improvement; "" without figures."""
    confidence, threshold = percent(detail.get("confidence")), percent(detail.get("threshold"))
    before, after = percent(detail.get("original")), percent(detail.get("revised"))
    if before is not None and after is not None:
        return gettext("{before} % to {after} %").format(before=before, after=after)
    if confidence is None:
        return ""
    if threshold is None:
        return f"{confidence} %"
    return gettext("{confidence} % of {threshold} % needed").format(confidence=confidence, threshold=threshold)


def percent(value: object) -> int | None:
    """A share as people read it; None for anything that is no share."""
    return round(value * 100) if isinstance(value, int | float) and not isinstance(value, bool) else None

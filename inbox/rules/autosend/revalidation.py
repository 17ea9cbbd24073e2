"""At the moment of sending: is it still right? (06 R10)"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from inbox.enums import AutoSendMode, DraftStatus
from inbox.rules.autosend.modes import Mode

EVALUATION_HOLDS_FOR = timedelta(hours=168)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What was found under the lead's lock. `draft_status` None: the draft is gone. `evaluated_ago` None: nobody
    evaluated this text.
    """

    draft_status: str | None
    same_lead: bool
    trigger_exists: bool
    scheduled_mode: str | None
    mode: Mode
    lead_stopped: bool
    newer_inbound: bool
    outbound_after_trigger: bool
    appointment_since: bool
    version_matches: bool
    evaluated_ago: timedelta | None
    offers_open: bool
    within_schedule: bool
    next_window_start: datetime | None
    tag_allows: bool = True
    rate_limited: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Revalidation:
    """What happens now. `draft_status` is what the draft becomes, None when there is no draft."""

    action: Literal["send", "cancel", "needs_review", "reschedule"]
    reason: str | None
    draft_status: str | None
    run_at: datetime | None = None


def revalidate(state: State) -> Revalidation:
    """The first finding that speaks against sending; without one the draft is approved."""
    for refuse in (_gone, _switched_off, _overtaken, _braked, _text_no_longer_right):
        if (found := refuse(state)) is not None:
            return found
    if state.within_schedule:
        return Revalidation(action="send", reason=None, draft_status=DraftStatus.APPROVED)
    if state.next_window_start is None:
        return _review("no_send_window")
    return Revalidation(
        action="reschedule",
        reason="outside_schedule",
        draft_status=DraftStatus.PENDING,
        run_at=state.next_window_start,
    )


def _gone(state: State) -> Revalidation | None:
    if state.draft_status is None:
        return Revalidation(action="cancel", reason="draft_not_found", draft_status=None)
    if state.draft_status != DraftStatus.PENDING:
        return _cancel(f"draft_status_{state.draft_status}", state.draft_status)
    if not state.same_lead:
        return _cancel("draft_lead_mismatch")
    return None if state.trigger_exists else _cancel("trigger_message_not_found")


def _switched_off(state: State) -> Revalidation | None:
    if state.mode.mode == AutoSendMode.DISABLED:
        return _cancel(state.mode.reason)
    return _cancel("mode_changed") if state.mode.mode != state.scheduled_mode else None


def _overtaken(state: State) -> Revalidation | None:
    if state.lead_stopped:
        return _cancel("lead_opted_out", DraftStatus.REJECTED)
    if state.newer_inbound:
        return _cancel("newer_inbound_exists")
    if state.outbound_after_trigger:
        return _cancel("outbound_after_trigger")
    if state.appointment_since:
        return _cancel("appointment_booked_since")
    return None if state.tag_allows else _cancel("sentiment_not_eligible")


def _braked(state: State) -> Revalidation | None:
    if state.rate_limited:
        return _review("lead_rate_limited")
    return _review("lead_paused") if state.paused else None


def _text_no_longer_right(state: State) -> Revalidation | None:
    if not state.version_matches:
        return _review("draft_content_changed")
    if state.evaluated_ago is None or state.evaluated_ago > EVALUATION_HOLDS_FOR:
        return _review("evaluation_expired")
    return None if state.offers_open else _review("offered_slot_expired")


def _cancel(reason: str, draft_status: str = DraftStatus.PENDING) -> Revalidation:
    return Revalidation(action="cancel", reason=reason, draft_status=draft_status)


def _review(reason: str) -> Revalidation:
    return Revalidation(action="needs_review", reason=reason, draft_status=DraftStatus.PENDING)

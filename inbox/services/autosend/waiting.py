"""An unattended send that was ordered and has not left yet: is it still right? (06 R2, R10)"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.registry import calendar
from inbox.enums import OrderSource
from inbox.models import SendOrder
from inbox.services.autosend.policies import policy_of, stopped_since
from leads.models import Lead

LATE = timedelta(minutes=2)
"""An order that waits longer (its provider was down) finds other hours and other free times than at its approval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What lateness made wrong: a code for the person who decides, or the time at which sending is open again."""

    reason: str = ""
    retry_at: datetime | None = None


def stopped_while_waiting(order: SendOrder, lead: Lead) -> str:
    """What came up while the order waited, or "": nothing unattended outlives a switch, a stop or a booking.
    `lead` as it was read under the lock of this moment.
    """
    evaluated_at = order.draft.auto_send_evaluated_at if order.draft is not None else None
    return stopped_since(lead, order.channel, order.source, evaluated_at=evaluated_at)


def look_late(order: SendOrder, now: datetime) -> Later | None:
    """Hours and offered times once more, for an order that is late; None when it may leave now."""
    if order.source != OrderSource.AUTO_SEND or order.due_at > now - LATE:
        return None
    hours = policy_of(order.lead, order.channel).check_schedule(now)
    if not hours.within:
        return Later(retry_at=hours.next_window_start) if hours.next_window_start else Later(reason="no_send_window")
    offer_set = order.draft.offer_set if order.draft is not None else None
    offers = calendar().check_offer(order.workspace_id, order.lead_id, offer_set, order.body, now=now)
    return None if offers.state == "ok" else Later(reason="offered_slot_expired")

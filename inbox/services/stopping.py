"""Stopping everything for a lead: the effect of an opt-out, a hard bounce, a manual blacklist."""

from uuid import UUID

from django.utils import timezone

from inbox.enums import DraftClosedReason, DraftEventSource, DraftStatus, OrderState
from inbox.models import Draft, Message, SendOrder
from inbox.services.closing import close_draft
from inbox.services.flags import refresh_lead_flags
from inbox.services.stop_future import request_stop
from leads.models import Lead
from leads.services.status import blacklist_lead
from zrg.workspaces.models import User


def stop_lead(lead: Lead, reason: str, *, message: Message | None = None, actor: User | None = None) -> None:
    """Blacklist the lead, close its drafts and orders, in the caller's transaction.

    Idempotent: a second stop for the same reason changes nothing. Follow-ups end in their own job
    (`LeadStopped`); until that ran, every send path refuses because it reads the status under lock.
    """
    changed = blacklist_lead(
        lead,
        reason,
        message_id=message.pk if message else None,
        channel=message.channel if message else None,
        by=actor,
    )
    reject_pending_drafts(lead.pk, DraftClosedReason.LEAD_OPTED_OUT)
    cancel_waiting_orders(lead.pk, reason)
    # A lead stopped anew after a person lifted the stop is told anew.
    request_stop(lead, again=changed)
    refresh_lead_flags(lead.pk)


def reject_pending_drafts(lead_id: UUID, reason: DraftClosedReason, *, only_replies: bool = False) -> int:
    """Close the lead's pending drafts; scheduled automatic sends end with them. Returns how many."""
    pending = Draft.objects.of_lead(lead_id).pending().select_for_update()
    if only_replies:
        pending = pending.exclude(origin__in=["followup_task", "followup_step"])
    drafts = list(pending)
    for draft in drafts:
        _reject(draft, reason)
    return len(drafts)


def _reject(draft: Draft, reason: DraftClosedReason) -> None:
    close_draft(draft, DraftStatus.REJECTED, reason, source=DraftEventSource.SYSTEM)


def cancel_waiting_orders(lead_id: UUID, reason: str) -> int:
    """Cancel orders that wait or are held; the draft behind an order is rejected, its text stays readable."""
    orders = SendOrder.objects.filter(lead_id=lead_id, state__in=[OrderState.WAITING, OrderState.HELD])
    draft_ids = list(orders.exclude(draft=None).values_list("draft_id", flat=True))
    cancelled = orders.update(state=OrderState.CANCELLED, held_reason=reason[:64], updated_at=timezone.now())
    for draft in Draft.objects.filter(pk__in=draft_ids, status=DraftStatus.APPROVED).select_for_update():
        _reject(draft, DraftClosedReason.LEAD_OPTED_OUT)
    return cancelled

"""The only writers of `Lead.status`: setting it, stopping a lead, lifting a stop."""

import uuid
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext

from leads.contracts import LeadStopped
from leads.enums import BlacklistReason, LeadStatus, SentimentTag
from leads.errors import BlacklistStays, InvalidStatus
from leads.metrics import count_opt_out
from leads.models import Lead
from leads.rules.statuses import blocks_every_channel, outranks, read_status
from leads.services.optouts import forget_opt_out, remember_opt_out
from leads.services.reply_times import refresh_due
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.lib.errors import BadInput
from zrg.workspaces.access import require, resolve_access
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

_STOPPED: dict[str, Any] = {
    "status": LeadStatus.BLACKLISTED,
    "sentiment_tag": SentimentTag.BLACKLIST,
    "overall_score": 0,
    "fit_score": 0,
    "intent_score": 0,
    "auto_reply_enabled": False,
    "auto_follow_up_enabled": False,
    "auto_book_meetings_enabled": False,
    "snoozed_until": None,
    "snooze_until_reply": False,
}
# Back to a lead nobody has read yet; what follows decides the rest.
_LIFTED: dict[str, Any] = {
    "status": LeadStatus.NEW,
    "blacklist_reason": None,
    "blacklisted_at": None,
    "opted_out_at": None,
    "opted_out_channel": None,
    "opted_out_message_id": None,
    "sentiment_tag": SentimentTag.NEW,
    "sentiment_message_id": None,
    "overall_score": None,
    "fit_score": None,
    "intent_score": None,
    "auto_book_meetings_enabled": True,
}


def set_status(lead: Lead, status: str, *, by: User | None = None, reason: str = "") -> bool:
    """Set the status; returns whether it changed. Idempotent by value.

    A stop of every channel is never lowered here, whoever asks: `BlacklistStays`. One of e-mail alone
    only by a person. `blacklisted` by a person is a stop of every channel.
    """
    wanted = read_status(status)
    if wanted is None:
        raise InvalidStatus(gettext("Unknown status {status!r}.").format(status=status), field="status")
    if wanted == LeadStatus.BLACKLISTED:
        return blacklist_lead(lead, BlacklistReason.MANUAL, by=by)
    with transaction.atomic():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        if locked.status == wanted:
            return _refresh(lead, locked)
        if locked.blacklist_reason and (blocks_every_channel(locked.blacklist_reason) or by is None):
            raise BlacklistStays
        previous = locked.status
        _write(lead, status=wanted, blacklist_reason=None, blacklisted_at=None)
        if wanted == LeadStatus.UNQUALIFIED:
            _announce_stop(lead, LeadStatus.UNQUALIFIED)
        if by is not None:
            _audit("lead.status_set", lead, by, before=previous, after=wanted, reason=reason)
    return True


def blacklist_lead(
    lead: Lead,
    reason: str,
    *,
    message_id: UUID | None = None,
    channel: str | None = None,
    by: User | None = None,
) -> bool:
    """Stop outreach to the lead for `reason`, in the caller's transaction; returns whether it changed.

    Status, sentiment, score, automation and snooze follow; a reason of every channel is remembered for
    the lead's addresses and phone. `LeadStopped` makes the apps above reject drafts and end follow-ups.
    Idempotent; a weaker reason never replaces a stronger one.
    """
    reason = BlacklistReason(reason)
    with transaction.atomic():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        if blocks_every_channel(reason):
            _remember(locked, reason)
        if not outranks(reason, locked.blacklist_reason):
            return _refresh(lead, locked)
        now = timezone.now()
        changes = {**_STOPPED, "blacklist_reason": reason, "blacklisted_at": now, "sentiment_message_id": message_id}
        if blocks_every_channel(reason):
            changes |= {"opted_out_at": now, "opted_out_channel": channel, "opted_out_message_id": message_id}
        _write(lead, **changes)
        _announce_stop(lead, reason)
        _audit("lead.blacklisted", lead, by, before=locked.status, after=reason)
    if blocks_every_channel(reason):
        count_opt_out(channel)
    logger.info(log_events.LEAD_BLACKLISTED, lead=str(lead.pk), reason=reason)
    return True


def lift_email_block(lead: Lead, *, reason: str) -> bool:
    """Lift a bounce, dead inbox or invalid address because the person wrote; returns whether one was lifted.

    A stop of every channel is left alone. The new status comes from the new sentiment.
    """
    with transaction.atomic():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        if locked.blacklist_reason is None or blocks_every_channel(locked.blacklist_reason):
            return False
        previous = locked.blacklist_reason
        _write(lead, **_LIFTED)
        _audit("lead.email_block_lifted", lead, None, before=previous, after=LeadStatus.NEW, reason=reason)
    logger.info(log_events.LEAD_EMAIL_BLOCK_LIFTED, lead=str(lead.pk), reason=reason)
    return True


def clear_blacklist(lead: Lead, actor: User, note: str) -> bool:
    """Lift any blacklist and forget the opt-out of the lead's addresses; only a person with delete_leads.

    Raises `Forbidden` or `NotVisible` for anybody else and `BadInput` without a note. Audited.
    """
    require(resolve_access(actor), "lead.clear_blacklist", lead.workspace_id, lead)
    if not note.strip():
        raise BadInput(gettext("Say why the stop is lifted."), code="note_required", field="note")
    with transaction.atomic():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        if locked.blacklist_reason is None:
            return False
        previous = locked.blacklist_reason
        _write(lead, **_LIFTED)
        forget_opt_out(locked.workspace_id, emails=_addresses(locked), phones=[(locked.phone, locked.phone_national)])
        _audit("lead.blacklist_cleared", lead, actor, before=previous, after=LeadStatus.NEW, reason=note)
    logger.info(log_events.LEAD_BLACKLIST_CLEARED, lead=str(lead.pk))
    return True


def blacklisted_columns(reason: str, at: datetime) -> dict[str, Any]:
    """Columns of a new lead that starts stopped. Nothing is announced: it has nothing to end yet."""
    held = reason if blocks_every_channel(reason) else BlacklistReason.OPT_OUT.value
    return {**_STOPPED, "blacklist_reason": held, "blacklisted_at": at, "opted_out_at": at}


def _remember(lead: Lead, reason: str) -> None:
    remember_opt_out(
        lead.workspace_id,
        emails=_addresses(lead),
        phones=[(lead.phone, lead.phone_national)],
        reason=reason,
        lead_id=lead.pk,
    )


def _addresses(lead: Lead) -> list[str | None]:
    return [lead.email, *lead.alternate_emails, lead.current_replier_email]


def _write(lead: Lead, **changes: Any) -> None:
    Lead.objects.filter(pk=lead.pk).update(**changes, changed_at=Now(), updated_at=Now())
    refresh_due(lead.pk)
    for name, value in changes.items():
        setattr(lead, name, value)


def _refresh(lead: Lead, locked: Lead) -> bool:
    lead.status, lead.blacklist_reason = locked.status, locked.blacklist_reason
    return False


def _announce_stop(lead: Lead, reason: str) -> None:
    announce(
        LeadStopped(workspace_id=lead.workspace_id, lead_id=lead.pk, reason=str(reason), change_id=uuid.uuid4().hex)
    )


def _audit(action: str, lead: Lead, by: User | None, *, before: str, after: str, reason: str = "") -> None:
    record_audit(
        action,
        actor=by,
        workspace=lead.workspace_id,
        obj=lead,
        before={"status": str(before)},
        after={"status": str(after)},
        reason=reason,
    )

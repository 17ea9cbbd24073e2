"""What a person notes about a conversation: seen, unread, snoozed, its status."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext

from inbox.enums import CURRENT_TAGS, SentimentTag
from inbox.models import LeadView, Message
from inbox.rules.snooze import check_wake_time, wake_time
from inbox.services.flags import refresh_lead_flags
from inbox.services.sentiment import CAUSE_MANUAL, SentimentChange, set_sentiment
from inbox.services.stopping import stop_lead
from leads.models import Lead
from leads.rules.statuses import read_status
from leads.services.status import set_status
from zrg.lib import log_events
from zrg.lib.errors import BadInput, NotVisible
from zrg.workspaces.hours import resolve_zone
from zrg.workspaces.models import User, WorkspaceSettings
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

MANUAL = "manual"


def mark_seen(lead: Lead, user: User, *, now: datetime | None = None) -> None:
    """This person has the lead on screen: their unread dot goes. Idempotent; never moves the lead."""
    now = now or timezone.now()
    LeadView.objects.bulk_create(
        [LeadView(workspace_id=lead.workspace_id, lead=lead, user=user, seen_at=now)],
        update_conflicts=True,
        unique_fields=["user", "lead"],
        update_fields=["seen_at"],
    )
    Message.objects.of_lead(lead.pk).inbound().filter(is_read=False).update(is_read=True)


def mark_unread(lead: Lead, user: User) -> None:
    """The dot comes back for this person."""
    LeadView.objects.filter(lead=lead, user=user).delete()


def snooze(
    lead: Lead,
    *,
    days: int | None = None,
    until: datetime | None = None,
    until_reply: bool = False,
    by: User,
    now: datetime | None = None,
) -> Lead:
    """Take the conversation out of every tab but Snoozed, until a time or the next reply. Audited."""
    now = now or timezone.now()
    if until_reply:
        wakes = None
    elif until is not None:
        wakes = check_wake_time(until, now)
    elif days is not None:
        zone = WorkspaceSettings.objects.filter(workspace_id=lead.workspace_id).values_list("timezone", flat=True)
        wakes = wake_time(days, now, resolve_zone(zone.first()))
    else:
        raise BadInput(gettext("Choose until when."), code="bad_snooze", field="days")
    return _set_snooze(lead, wakes, until_reply=until_reply, by=by)


def wake(lead: Lead, *, by: User) -> Lead:
    """End a snooze now."""
    return _set_snooze(lead, None, until_reply=False, by=by)


def restore_snooze(lead: Lead, until: datetime | None, *, until_reply: bool, by: User) -> Lead:
    """Put a snooze back as it was before an act that is undone."""
    return _set_snooze(lead, until, until_reply=until_reply, by=by)


def change_status(lead: Lead, status: str, *, by: User) -> bool:
    """Set the status a person chose. `blacklisted` is `stop_lead`, with who (07.blacklist-is-stop-lead)."""
    wanted = read_status(status)
    if wanted is None:
        raise BadInput(gettext("Unknown status."), code="invalid_status", field="status")
    with transaction.atomic():
        locked = _locked(lead.pk)
        if wanted == "blacklisted":
            stop_lead(locked, MANUAL, actor=by)
            return True
        changed = set_status(locked, wanted, by=by)
        refresh_lead_flags(lead.pk)
    return changed


def change_sentiment(lead: Lead, tag: str, *, by: User) -> SentimentChange:
    """Set the tag a person chose (every one but Snoozed) through the one writer of it."""
    if tag not in CURRENT_TAGS or tag == SentimentTag.SNOOZED:
        raise BadInput(gettext("Unknown sentiment."), code="invalid_sentiment", field="sentiment")
    return set_sentiment(lead.pk, tag, actor=by, cause=CAUSE_MANUAL, blacklist_reason=MANUAL)


def _set_snooze(lead: Lead, until: datetime | None, *, until_reply: bool, by: User) -> Lead:
    with transaction.atomic():
        locked = _locked(lead.pk)
        before = {"until": locked.snoozed_until, "until_reply": locked.snooze_until_reply}
        Lead.objects.filter(pk=locked.pk).update(
            snoozed_until=until, snooze_until_reply=until_reply, changed_at=Now(), updated_at=Now()
        )
        snoozed = until is not None or until_reply
        record_audit(
            "lead.snoozed" if snoozed else "lead.woken",
            actor=by,
            workspace=locked.workspace_id,
            obj=locked,
            before=before,
            after={"until": _until_words(until) if snoozed else "", "at": until, "until_reply": until_reply},
        )
    logger.info(log_events.LEAD_SNOOZED if snoozed else log_events.LEAD_WOKEN, lead=str(lead.pk))
    lead.snoozed_until, lead.snooze_until_reply = until, until_reply
    return lead


def _until_words(until: datetime | None) -> str:
    return f"until {until:%d %b %Y}" if until else "until the lead replies"


def _locked(lead_id: UUID) -> Lead:
    lead = Lead.objects.select_for_update().filter(pk=lead_id).first()
    if lead is None:
        raise NotVisible
    return lead

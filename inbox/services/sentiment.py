"""The one writer of a lead's sentiment tag."""

import uuid
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.utils import timezone

from inbox.contracts import SentimentChanged
from inbox.enums import ClassificationState, DraftClosedReason, SentimentTag
from inbox.metrics import count_sentiment
from inbox.models import Message
from inbox.rules.tags import MACHINE_TAGS, status_for
from inbox.services.flags import refresh_lead_flags
from inbox.services.stopping import reject_pending_drafts, stop_lead
from leads.enums import LeadStatus
from leads.models import Lead
from leads.rules.statuses import blocks_every_channel
from leads.services.reply_times import refresh_due
from leads.services.status import set_status
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.lib.rows import lock_row
from zrg.workspaces.models import AdminAuditEvent, User
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

CAUSE_INBOUND = "inbound"
CAUSE_MANUAL = "manual"
SENTIMENT_SET = "lead.sentiment_set"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentChange:
    """What `set_sentiment` did; `reason` says why nothing changed."""

    changed: bool
    previous: str
    new: str
    reason: str = ""


def set_sentiment(
    lead_id: uuid.UUID,
    tag: str,
    *,
    message: Message | None = None,
    actor: User | None = None,
    cause: str,
    blacklist_reason: str = "opt_out",
) -> SentimentChange:
    """Set the tag with everything that depends on it, in one transaction.

    The same tag again is a no-op. A message older than the one that caused the present tag is ignored, and so
    is a reading that ends after a person has named the intent. Machine tags (Out of Office, Automated Reply)
    never replace a tag a person caused, yet an Automated Reply always closes the pending reply drafts.
    """
    with transaction.atomic():
        lead = lock_row(Lead, lead_id)
        new = coerce_booked(tag, lead)
        if refused := _refusal(lead, new, message, actor):
            if new == SentimentTag.AUTOMATED_REPLY and refused != "older_message":
                _close_reply_drafts(lead)
            return SentimentChange(changed=False, previous=lead.sentiment_tag, new=lead.sentiment_tag, reason=refused)
        return _apply(lead, new, message, actor, cause, blacklist_reason)


def coerce_booked(tag: str, lead: Lead) -> str:
    """Meeting Booked needs provider evidence of an appointment; without it the lead asked for one."""
    if tag != SentimentTag.MEETING_BOOKED or has_booking_evidence(lead):
        return tag
    logger.info(log_events.SENTIMENT_BOOKED_COERCED, lead=str(lead.pk))
    return SentimentTag.MEETING_REQUESTED


def has_booking_evidence(lead: Lead) -> bool:
    """Whether a provider confirmed an appointment that was not cancelled."""
    booked = lead.appointment_booked_at or lead.ghl_appointment_id or lead.calendly_invitee_uri
    return bool(booked) and lead.appointment_canceled_at is None


def _refusal(lead: Lead, new: str, message: Message | None, actor: User | None) -> str:
    if message is not None and _older_than_cause(lead, message):
        return "older_message"
    if new == lead.sentiment_tag:
        return "same_tag"
    if lead.status == LeadStatus.BLACKLISTED and blocks_every_channel(lead.blacklist_reason):
        # No sentiment lifts a stop (03.only-a-person-lifts-optout); the drawer offers lifting it.
        return "blacklisted"
    if actor is None and message is not None and new != SentimentTag.BLACKLIST and _person_decided_since(lead, message):
        return "person_decided"
    if new in MACHINE_TAGS and actor is None and lead.sentiment_tag not in (SentimentTag.NEW, *MACHINE_TAGS):
        return "machine_tag"
    return ""


def _person_decided_since(lead: Lead, message: Message) -> bool:
    """Whether a person named the lead's intent after this message came in: a model still reading it then does
    not know better. A withdrawal always counts.
    """
    if lead.sentiment_message_id is not None or lead.sentiment_tag == SentimentTag.NEW:
        return False
    return AdminAuditEvent.objects.filter(
        workspace_id=lead.workspace_id,
        object_type="lead",
        object_id=str(lead.pk),
        action=SENTIMENT_SET,
        created_at__gt=message.created_at,
    ).exists()


def _older_than_cause(lead: Lead, message: Message) -> bool:
    if lead.sentiment_message_id in (None, message.pk):
        return False
    cause = Message.objects.in_workspace(lead.workspace_id).filter(pk=lead.sentiment_message_id).first()
    return cause is not None and (message.sent_at, message.created_at) < (cause.sent_at, cause.created_at)


def _apply(
    lead: Lead, new: str, message: Message | None, actor: User | None, cause: str, blacklist_reason: str
) -> SentimentChange:
    previous = lead.sentiment_tag
    if new == SentimentTag.BLACKLIST:
        stop_lead(lead, blacklist_reason, message=message, actor=actor)
    else:
        Lead.objects.filter(pk=lead.pk).update(sentiment_tag=new, sentiment_message_id=message.pk if message else None)
        status = status_for(new, lead.status)
        if status != lead.status:
            set_status(lead, status, by=actor)
        refresh_due(lead.pk)
    if new == SentimentTag.AUTOMATED_REPLY:
        _close_reply_drafts(lead)
    if actor is not None:
        _end_retries(lead)
    change_id = f"{lead.pk}:{message.pk}:{new}" if message else str(uuid.uuid4())
    if actor is not None:
        # The act itself: a person may set the same tag again on another day.
        change_id = str(_record_act(lead, previous, new, actor).pk)
    announce(
        SentimentChanged(
            workspace_id=lead.workspace_id,
            lead_id=lead.pk,
            previous=previous,
            new=new,
            message_id=message.pk if message else None,
            cause=cause,
            actor_id=actor.pk if actor else None,
            change_id=change_id,
        )
    )
    refresh_lead_flags(lead.pk)
    count_sentiment(new, cause)
    logger.info(log_events.SENTIMENT_SET, lead=str(lead.pk), tag=new, cause=cause)
    if actor is not None:
        logger.info(log_events.LEAD_SENTIMENT_SET, lead=str(lead.pk), tag=new, by=str(actor.pk))
    return SentimentChange(changed=True, previous=previous, new=new)


def _record_act(lead: Lead, previous: str, new: str, actor: User) -> AdminAuditEvent:
    return record_audit(
        SENTIMENT_SET,
        actor=actor,
        workspace=lead.workspace_id,
        obj=lead,
        before={"sentiment_tag": previous},
        after={"sentiment_tag": new},
    )


def _end_retries(lead: Lead) -> None:
    """The person has read what no model could; the hourly retry must not put its own reading above theirs."""
    failed = Message.objects.of_lead(lead.pk).filter(classification_state=ClassificationState.FAILED)
    failed.update(classification_state=ClassificationState.NOT_NEEDED, updated_at=timezone.now())


def _close_reply_drafts(lead: Lead) -> None:
    if reject_pending_drafts(lead.pk, DraftClosedReason.AUTOMATED_REPLY, only_replies=True):
        refresh_lead_flags(lead.pk)

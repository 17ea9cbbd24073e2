"""Two machines that answer each other must stop (06 R10)."""

from datetime import datetime, timedelta

from django.conf import settings

from booking.registry import calendar
from inbox.enums import DeliveryStatus, Direction, MessageOrigin, SafetyKind, SentBy
from inbox.models import Message
from inbox.rules.safety import is_engaged
from leads.models import Lead

DAY = timedelta(hours=24)
IN_A_ROW = 3
LOOK_BACK = 30
"""Newest messages looked at; a row of three is found long before."""
_HUMAN_KINDS = (None, SafetyKind.NONE, SafetyKind.ACK_ONLY)


def is_rate_limited(lead: Lead, now: datetime) -> bool:
    """Whether the lead got as many unattended messages as may be, within a day or in a row without a word of a
    person that engages.
    """
    sent = Message.objects.of_lead(lead.pk).outbound().counting().filter(sent_by=SentBy.AI)
    if sent.filter(sent_at__gt=now - DAY).count() >= settings.AUTO_SEND_MAX_PER_LEAD_24H:
        return True
    return _unanswered_row(lead) >= IN_A_ROW


def is_paused(lead: Lead, channel: str, now: datetime) -> bool:
    """Whether automation rests for this lead: a person put the conversation aside, or has taken the booking
    over.
    """
    if lead.snooze_until_reply or (lead.snoozed_until is not None and lead.snoozed_until > now):
        return True
    return calendar().instructions(lead.workspace_id, lead.pk, channel).escalated


def _unanswered_row(lead: Lead) -> int:
    row = 0
    newest = Message.objects.of_lead(lead.pk).exclude(delivery_status=DeliveryStatus.FAILED).newest_first()
    for message in newest[:LOOK_BACK]:
        if message.direction == Direction.INBOUND:
            if message.safety_kind in _HUMAN_KINDS and is_engaged(message.body):
                break
        elif message.sent_by == SentBy.AI:
            row += 1
        elif message.origin in (MessageOrigin.SETTER, MessageOrigin.EXTERNAL):
            break
    return row

"""How fast the lead's last answered reply was answered, and by whom (07 R9, 12 R11)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from inbox.enums import DeliveryStatus, Direction, MessageOrigin, MessageSource
from inbox.models import Draft, Message
from inbox.rules.response_timing import ResponseEvent, TimedDraft, TimedMessage, response_events
from zrg.workspaces.models import User

LOOK_BACK = 60
"""Messages of a lead that are looked at, newest first: the last exchange stands at the end."""
NOT_SENT = (DeliveryStatus.FAILED, DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One answered reply; `setter` is a name, "" when the AI alone answered."""

    at: datetime
    channel: str
    first_responder: str
    first_ms: int
    setter: str
    setter_ms: int | None
    ai_ms: int | None


def last_exchange(lead_id: UUID) -> Exchange | None:
    """The newest answered reply of a lead. Three queries at most."""
    rows = Message.objects.of_lead(lead_id).newest_first().exclude(delivery_status__in=NOT_SENT)
    messages = [
        _timed(row)
        for row in rows.only(
            "id", "sent_at", "channel", "direction", "source", "origin", "sent_by", "sent_by_user_id", "draft_id"
        )[:LOOK_BACK]
    ]
    drafts = Draft.objects.of_lead(lead_id).filter(trigger_message_id__in=[one.id for one in messages if one.inbound])
    ids = drafts.values_list("pk", "trigger_message_id")
    timed = [TimedDraft(id=str(pk), trigger=str(trigger)) for pk, trigger in ids]
    events = response_events(messages, timed)
    return _shown(events[-1]) if events else None


def _timed(row: Message) -> TimedMessage:
    return TimedMessage(
        id=str(row.pk),
        at=row.sent_at,
        channel=row.channel,
        inbound=row.direction == Direction.INBOUND,
        is_campaign=row.source == MessageSource.CAMPAIGN or row.origin == MessageOrigin.CAMPAIGN,
        sent_by=row.sent_by,
        user=str(row.sent_by_user_id) if row.sent_by_user_id else None,
        draft=str(row.draft_id) if row.draft_id else None,
    )


def _shown(event: ResponseEvent) -> Exchange:
    setter = User.objects.filter(pk=event.setter).first() if event.setter else None
    return Exchange(
        at=event.at,
        channel=event.channel,
        first_responder=event.first_responder,
        first_ms=event.first_ms,
        setter=setter.get_full_name() if setter else "",
        setter_ms=event.setter_ms,
        ai_ms=event.ai_ms,
    )

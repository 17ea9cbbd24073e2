"""Calls as SmartLead posts them."""

from copy import deepcopy
from typing import Any

PATH = "/api/webhooks/smartlead"
SECRET = "slhook-71c3e5a9d2b84f06a1c7e3d5"
STATS_ID = "b1a0d2f8-1d5c-4a0e-8a53-0c2f6d1f3c77"

REPLY: dict[str, Any] = {
    "event_type": "EMAIL_REPLY",
    "webhook_id": 5512,
    "webhook_name": "zrg",
    "campaign_id": 88410,
    "campaign_name": "Dental owners",
    "campaign_status": "ACTIVE",
    "client_id": None,
    "stats_id": STATS_ID,
    "sequence_number": 2,
    "sl_lead_email": "Dana@Northfork.example",
    "sl_lead_name": "Dana Reyes",
    "sl_email_lead_id": "3310021",
    "sl_email_lead_map_id": "5520099",
    "from_email": "dana@northfork.example",
    "to_email": "priya@outbound.example",
    "to_name": "Priya Nair",
    "cc_emails": ["Kim@northfork.example"],
    "subject": "Re: quick idea",
    "preview_text": "Tuesday works, but could we",
    "reply_message": {
        "message_id": "<CAF77@mail.example>",
        "html": "<div>Tuesday works, but could we do 3pm?</div>",
        "text": "Tuesday works, but could we do 3pm?",
        "time": "2026-03-05T16:41:03.000Z",
    },
    "event_timestamp": "2026-03-05T16:41:03.000Z",
    "lead_correspondence": {
        "targetLeadEmail": "dana@northfork.example",
        "replyReceivedFrom": "dana@northfork.example",
    },
}
SENT: dict[str, Any] = {
    "event_type": "EMAIL_SENT",
    "campaign_id": 88410,
    "campaign_name": "Dental owners",
    "stats_id": STATS_ID,
    "sequence_number": 1,
    "from_email": "priya@outbound.example",
    "to_email": "dana@northfork.example",
    "to_name": "Dana Reyes",
    "sl_lead_email": "dana@northfork.example",
    "subject": "quick idea",
    "sent_message_body": "<p>Hi Dana</p>",
    "sent_message": {
        "message_id": "<s1@outbound.example>",
        "html": "<p>Hi Dana</p>",
        "text": "Hi Dana",
        "time": "2026-03-04T14:02:00.000Z",
    },
    "event_timestamp": "2026-03-04T14:02:00.000Z",
}
UNSUBSCRIBED: dict[str, Any] = {
    "event_type": "LEAD_UNSUBSCRIBED",
    "campaign_id": 88410,
    "campaign_name": "Dental owners",
    "sl_lead_email": "dana@northfork.example",
    "sl_lead_name": "Dana Reyes",
    "event_timestamp": 1772728863,
}


def call(base: dict[str, Any] = REPLY, **changes: Any) -> dict[str, Any]:
    """A complete call; keyword arguments replace fields."""
    return {**deepcopy(base), **changes}


def without(base: dict[str, Any], *names: str) -> dict[str, Any]:
    """A call that lacks these fields."""
    return {name: value for name, value in deepcopy(base).items() if name not in names}

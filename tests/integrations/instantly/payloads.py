"""Calls as Instantly posts them."""

from copy import deepcopy
from typing import Any

PATH = "/api/webhooks/instantly"
SECRET = "inhook-5d8b2f7a1c94e360b7d2f81a"
CAMPAIGN_ID = "6f0d1d7a-9a57-4ae2-8c3e-0b9a4f7d2c11"
EMAIL_ID = "01953f0a-6a2d-7c11-9b1e-7f0a2c3d4e5f"

REPLY: dict[str, Any] = {
    "timestamp": "2026-03-05T16:41:03.000Z",
    "event_type": "reply_received",
    "workspace": "0b6c4f0e-2b2a-4f5e-9a0e-5a3f6d1c7e90",
    "campaign_id": CAMPAIGN_ID,
    "campaign_name": "Dental owners",
    "lead_email": "Dana@Northfork.example",
    "email_account": "Priya@outbound.example",
    "email_id": EMAIL_ID,
    "is_first": True,
    "step": 1,
    "variant": 0,
    "unibox_url": "https://app.instantly.ai/app/unibox?thread=1",
    "reply_subject": "Re: quick idea",
    "reply_text": "Tuesday works.",
    "reply_html": "<div>Tuesday works.</div>",
    "reply_text_snippet": "Tuesday works.",
}
OLDER_REPLY: dict[str, Any] = {
    "type": "reply_received",
    "contact_email": "dana@northfork.example",
    "contact_name": "Dana Reyes",
    "timestamp": 1772728863,
    "campaign_id": CAMPAIGN_ID,
    "email_account": "priya@outbound.example",
    "email_id": EMAIL_ID,
    "reply_text": "Tuesday works.",
}
SENT: dict[str, Any] = {
    "timestamp": "2026-03-04T14:02:00.000Z",
    "event_type": "email_sent",
    "campaign_id": CAMPAIGN_ID,
    "campaign_name": "Dental owners",
    "lead_email": "dana@northfork.example",
    "email_account": "priya@outbound.example",
    "email_id": "01953a77-0a2d-7c11-9b1e-7f0a2c3d4e50",
    "step": 1,
    "email_subject": "quick idea",
    "email_html": "<p>Hi Dana</p>",
    "email_text": "Hi Dana",
}
UNSUBSCRIBED: dict[str, Any] = {
    "timestamp": "2026-03-05T17:00:00.000Z",
    "event_type": "lead_unsubscribed",
    "campaign_id": CAMPAIGN_ID,
    "campaign_name": "Dental owners",
    "lead_email": "dana@northfork.example",
}
BOUNCED: dict[str, Any] = {
    "timestamp": "2026-03-05T17:00:00.000Z",
    "event_type": "email_bounced",
    "campaign_id": CAMPAIGN_ID,
    "campaign_name": "Dental owners",
    "lead_email": "dana@northfork.example",
    "email_account": "priya@outbound.example",
    "email_id": "01953a77-0a2d-7c11-9b1e-7f0a2c3d4e50",
}


def call(base: dict[str, Any] = REPLY, **changes: Any) -> dict[str, Any]:
    """A complete call; keyword arguments replace fields."""
    return {**deepcopy(base), **changes}


def without(base: dict[str, Any], *names: str) -> dict[str, Any]:
    """A call that lacks these fields."""
    return {name: value for name, value in deepcopy(base).items() if name not in names}

"""Calls as EmailBison posts them, and posting them."""

from copy import deepcopy
from typing import Any

from django.http import HttpResponse

from tests.support.client import ZrgClient

URL = "/api/webhooks/email"
HOST = "send.meetinboxxia.com"
GRANITE_HOST = "https://mail.granite.example"

LEAD = {
    "id": 55021,
    "email": "Dana@Northfork.example",
    "first_name": "Dana",
    "last_name": "Reyes",
    "company": "Northfork Dental",
    "title": "Owner",
}
REPLY = {
    "id": 771204,
    "email_subject": "Re: quick idea",
    "from_email_address": "dana@northfork.example",
    "from_name": "Dana Reyes",
    "to": [{"address": "priya@outbound.example", "name": "Priya Nair"}],
    "cc": [{"address": "Kim@northfork.example", "name": None}],
    "bcc": [],
    "html_body": "<div>Tuesday works.</div>",
    "text_body": "Tuesday works.",
    "date_received": "2026-03-05T16:41:03.000000Z",
    "automated_reply": False,
    "interested": None,
}
SCHEDULED = {
    "id": 910007,
    "lead_id": 55021,
    "email_subject": "quick idea",
    "email_body": "<p>Hi Dana</p>",
    "status": "sent",
    "sent_at": "2026-03-04T14:02:00.000000Z",
    "raw_message_id": "<a1@outbound.example>",
}
SENDER = {"id": 67, "email": "priya@outbound.example", "name": "Priya Nair"}


def call(event_type: str = "LEAD_REPLIED", *, event: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    """A complete call; keyword arguments replace parts of `data` (None removes the part)."""
    parts: dict[str, Any] = {
        "campaign": {"id": 402, "name": "Owners Q2"},
        "campaign_event": {"id": 88123, "type": event_type.lower(), "created_at": "2026-03-05T16:41:09.000000Z"},
        "lead": LEAD,
        "reply": REPLY,
        "scheduled_email": SCHEDULED,
        "sender_email": SENDER,
        **data,
    }
    return deepcopy(
        {
            "event": {
                "type": event_type,
                "name": "x",
                "instance_url": f"https://{HOST}",
                "workspace_id": 14,
                "workspace_name": "Northfork Dental",
                **(event or {}),
            },
            "data": {name: part for name, part in parts.items() if part is not None},
        }
    )


def post(client: ZrgClient, payload: Any, path: str = URL, **headers: str) -> HttpResponse:
    """The answer to this call; text and bytes go as they are."""
    return client.post(path, payload, content_type="application/json", headers=headers)

"""What a location's workflow posts, as recorded, and changes to it."""

from copy import deepcopy
from typing import Any

URL = "/api/webhooks/ghl/sms"
LOCATION = "ve9EPM428h8vShlRW1KT"
CONTACT = "mE1xWq0T9aJ5kLrYb2Vd"

SMS: dict[str, Any] = {
    "contact_id": CONTACT,
    "first_name": "Dana",
    "last_name": "Reyes",
    "full_name": "Dana Reyes",
    "email": "dana@northfork.example",
    "phone": "+14155552671",
    "tags": "replied, dental",
    "country": "US",
    "date_created": "2026-01-11T09:00:00.000Z",
    "full_address": "",
    "contact_type": "lead",
    "location": {
        "id": LOCATION,
        "name": "Northfork Dental",
        "address": "1 Main St",
        "city": "Austin",
        "state": "TX",
        "country": "US",
        "postalCode": "78701",
        "fullAddress": "1 Main St, Austin, TX 78701",
    },
    "message": {"type": 2, "body": "Yes, call me tomorrow"},
    "workflow": {"id": "5f0c2d1e-0000-4a57-9a6e-2f0d7a1c9b11", "name": "Inbound SMS → ZRG"},
    "triggerData": {},
    "contact": {"attributionSource": {}, "lastAttributionSource": {}},
    "attributionSource": {},
    "customData": {
        "ID": CONTACT,
        "Phone Number": "+14155552671",
        "First Name": "Dana",
        "Last Name": "Reyes",
        "Email": "dana@northfork.example",
        "Message": "Yes, call me tomorrow",
        "Date": "03/05/2026",
        "Time": "11:41 AM",
        "Client": "Northfork North",
    },
}


def sms(text: str | None = None, *, custom: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The recorded call with another text, other custom data (None as value: without it), other parts."""
    payload = deepcopy({**SMS, **changes})
    payload["customData"] = {
        name: value for name, value in {**payload["customData"], **(custom or {})}.items() if value is not None
    }
    if text is not None:
        payload["message"] = {"type": 2, "body": text}
        payload["customData"]["Message"] = text
    return {name: value for name, value in payload.items() if value is not None}


def undated(text: str, **changes: Any) -> dict[str, Any]:
    """A call of a workflow that does not say when."""
    return sms(text, custom={"Date": None, "Time": None}, **changes)

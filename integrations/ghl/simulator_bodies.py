"""What the simulated GoHighLevel shows: its contacts, the call of its webhook, its errors."""

import secrets
import string
from datetime import UTC, datetime
from typing import Any

from integrations.simulator.core import SimResponse

ID_LENGTH = 20

WORKFLOW = {"id": "5f0c2d1e-0000-4a57-9a6e-2f0d7a1c9b11", "name": "Inbound SMS to ZRG", "status": "published"}
CONTACT_FIELDS = (
    *("email", "phone", "name", "firstName", "lastName", "companyName", "website", "state", "timezone", "source"),
)
APPOINTMENT_FIELDS = (
    *("calendarId", "contactId", "startTime", "endTime", "title", "appointmentStatus", "assignedUserId", "notes"),
)


def new_contact(location_id: str, values: dict[str, Any]) -> dict[str, Any]:
    """A contact with the API's fields; every one it does not name is empty."""
    contact: dict[str, Any] = {
        "id": values.get("id") or new_id(),
        "locationId": location_id,
        **{name: values.get(name) for name in CONTACT_FIELDS},
        "firstName": values.get("firstName") or "",
        "lastName": values.get("lastName") or "",
        "tags": list(values.get("tags") or []),
        "dnd": False,
        "dndSettings": {"SMS": {"status": "inactive"}},
        "dateAdded": now(),
    }
    contact["email"] = contact["email"].lower() if contact["email"] else None
    return contact


def webhook_call(contact: dict[str, Any], text: str, label: str, linkedin_url: str) -> dict[str, Any]:
    """The call of the workflow's "Webhook" action."""
    now = datetime.now(UTC)
    first, last = contact["firstName"], contact["lastName"]
    custom = {
        "ID": contact["id"],
        "Phone Number": contact["phone"] or "",
        "First Name": first,
        "Last Name": last,
        "Email": contact["email"] or "",
        "Message": text,
        "Date": now.strftime("%m/%d/%Y"),
        "Time": now.strftime("%I:%M %p"),
        **({"Client": label} if label else {}),
        **({"LinkedIn": linkedin_url} if linkedin_url else {}),
    }
    return {
        "contact_id": contact["id"],
        "first_name": first,
        "last_name": last,
        "full_name": f"{first} {last}".strip(),
        "email": contact["email"] or "",
        "phone": contact["phone"] or "",
        "tags": ", ".join(contact["tags"]),
        "country": "US",
        "date_created": contact["dateAdded"],
        "full_address": "",
        "contact_type": "lead",
        "location": {"id": contact["locationId"], "name": "Simulated location"},
        "message": {"type": 2, "body": text},
        "workflow": {"id": WORKFLOW["id"], "name": WORKFLOW["name"]},
        "triggerData": {},
        "contact": {"attributionSource": {}, "lastAttributionSource": {}},
        "attributionSource": {},
        "customData": custom,
    }


def no_contact(contact_id: str) -> SimResponse:
    """404."""
    return error(404, f"Contact not found for id: {contact_id}")


def error(status: int, message: str | list[str]) -> SimResponse:
    """A refusal; 422 names several problems."""
    return SimResponse(status=status, body=error_body(status, message))


def error_body(status: int, message: str | list[str]) -> dict[str, Any]:
    """What a refusal says."""
    names = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 422: "Unprocessable Entity"}
    return {"statusCode": status, "message": message, "error": names[status], "traceId": new_id()}


def new_id() -> str:
    """An id as GoHighLevel makes them."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(ID_LENGTH))


def moment_of(value: str) -> datetime:
    """A time of the API; UTC without an offset."""
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def now() -> str:
    """This moment, as GoHighLevel writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

"""Calls as Unipile posts them, and as a relay in front of it does."""

from copy import deepcopy
from typing import Any

URL = "/api/webhooks/linkedin"
SECRET = "unip-5b1f9d3c7e2a4860bd9c1e7f"
ACCOUNT = "kP2nQ8xR"
OWNER = "ACoAAOwnUser000000"
DANA = "ACoAAB1cdEfGhIjKlMnOp"
PROFILE = "https://www.linkedin.com/in/dana-reyes"
CANONICAL = "https://linkedin.com/in/dana-reyes"
AT = "2026-03-05T16:41:03.000Z"

_DANA = {"attendee_id": "a1", "attendee_name": "Dana Reyes", "attendee_provider_id": DANA}
_OWNER = {"attendee_id": "a0", "attendee_name": "Priya Nair", "attendee_provider_id": OWNER}


def received(**changes: Any) -> dict[str, Any]:
    """Dana writes; None removes a part."""
    return _with(
        {
            "event": "message_received",
            "account_id": ACCOUNT,
            "account_type": "LINKEDIN",
            "account_info": {"type": "LINKEDIN", "feature": "classic", "user_id": OWNER},
            "chat_id": "mZ4c",
            "message_id": "urn_9xA1",
            "message": "Thanks, send me a link",
            "timestamp": AT,
            "sender": {**_DANA, "attendee_profile_url": PROFILE},
            "attendees": [_DANA],
            "attachments": {},
            "webhook_name": "zrg",
        },
        changes,
    )


def echoed(**changes: Any) -> dict[str, Any]:
    """What our account wrote to Dana comes back."""
    own = {"message_id": "urn_own1", "message": "Here it is", "sender": _OWNER}
    return received(**{**own, "attendees": [{**_DANA, "attendee_profile_url": PROFILE}, _OWNER], **changes})


def relayed(event: str = "message.received", **changes: Any) -> dict[str, Any]:
    """The same message through a relay; changes are of its `message`."""
    message = {
        "id": "urn_9xA1",
        "chat_id": "mZ4c",
        "text": "Thanks, send me a link",
        "sender_id": DANA,
        "sender_name": "Dana Reyes",
        "sender_linkedin_url": PROFILE,
        "timestamp": AT,
        "attachments": [],
    }
    return {"event": event, "account_id": ACCOUNT, "message": _with(message, changes)}


def relation(**changes: Any) -> dict[str, Any]:
    """Dana accepted an invitation."""
    return _with(
        {
            "event": "new_relation",
            "account_id": ACCOUNT,
            "account_type": "LINKEDIN",
            "webhook_name": "zrg",
            "user_full_name": "Dana Reyes",
            "user_provider_id": DANA,
            "user_public_identifier": "dana-reyes",
            "user_profile_url": f"{PROFILE}/",
            "user_picture_url": None,
        },
        changes,
    )


def relayed_relation(event: str = "connection.accepted", **changes: Any) -> dict[str, Any]:
    """The same through a relay; changes are of its `connection`."""
    connection = {
        "id": "c77",
        "linkedin_url": PROFILE,
        "linkedin_member_id": DANA,
        "name": "Dana Reyes",
        "headline": "Owner",
    }
    return {"event": event, "account_id": ACCOUNT, "connection": _with(connection, changes)}


def account_status(message: str = "CREDENTIALS", account_id: str = ACCOUNT) -> dict[str, Any]:
    """Something happened to the account itself."""
    return {"AccountStatus": {"account_id": account_id, "account_type": "LINKEDIN", "message": message}}


def _with(parts: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return deepcopy({name: part for name, part in {**parts, **changes}.items() if part is not None})

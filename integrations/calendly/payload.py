"""The JSON Calendly posts: what is read of it before it is stored."""

from dataclasses import dataclass
from typing import Any

from integrations import fields as f

EVENTS = ("invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted")
UNKNOWN_EVENT = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an envelope says about itself; None for what is missing.

    `created_at` is kept as sent: it is part of the key of a repeat, not a time to reckon with.
    """

    event: str | None
    invitee_uri: str | None
    created_at: str | None
    email: str | None
    name: str | None

    @property
    def reference(self) -> str | None:
        """What makes the call itself, None when a part is missing."""
        if self.event and self.invitee_uri and self.created_at:
            return f"{self.invitee_uri}:{self.created_at}"
        return None


def is_known(event: str) -> bool:
    """Whether the receiver acts on events of this type."""
    return event in EVENTS


def read_call(payload: dict[str, Any]) -> Call:
    """Read an envelope in any of its three shapes: the invitee is the payload itself, lies nested in
    `payload.invitee`, or is only named there (no-shows).
    """
    inner = f.obj(payload.get("payload"))
    named = inner.get("invitee")
    invitee = named if isinstance(named, dict) else inner
    return Call(
        event=f.text(payload.get("event")),
        invitee_uri=f.text(named) if isinstance(named, str) else f.text(invitee.get("uri")),
        created_at=f.text(payload.get("created_at")),
        email=f.email(invitee.get("email")),
        name=f.text(invitee.get("name")),
    )

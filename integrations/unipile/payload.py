"""The JSON Unipile posts, in its own family and in that of a relay in front of it.

Unipile puts a message's text and sender beside each other (`message`, `sender`, `attendees`); a relay
sends one `message` object and names its events with a dot. Both are read into the same values.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from integrations import fields as f
from integrations.contracts import Attachment
from integrations.rules.keys import PRIORITY_PERSON, PRIORITY_SENT
from zrg.lib.hashing import canonical_json, sha
from zrg.lib.linkedin import classify_linkedin_url

MESSAGE, SENT, CONNECTED, INVITED, VIEWED, STATUS = "message", "sent", "connected", "invited", "viewed", "status"

KINDS = {
    "message_received": MESSAGE,
    "message.received": MESSAGE,
    "message.sent": SENT,
    "new_relation": CONNECTED,
    "connection.accepted": CONNECTED,
    "connection.received": INVITED,
    "profile.viewed": VIEWED,
    "AccountStatus": STATUS,
}
"""What each event of the provider means."""

MAX_ATTACHMENTS = 50
MAX_ATTENDEES = 50
MAX_LINK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody on LinkedIn. `profile_url` is canonical; a profile address that only holds an opaque id
    counts as that id (03 R3).
    """

    member_id: str | None = None
    profile_url: str | None = None
    name: str | None = None

    @property
    def key(self) -> str | None:
        """What names the person best; None when nothing does."""
        return self.member_id or self.profile_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a chat; a part that is absent is empty."""

    id: str | None = None
    chat_id: str | None = None
    text: str | None = None
    sender: Contact = field(default_factory=Contact)
    others: tuple[Contact, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    timestamp: Any = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read: no text, no file."""
        return not (self.text or "").strip() and not self.attachments


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One inbound call. `owner_id` is the member our account belongs to, where the call says so."""

    event_type: str | None
    account_id: str | None
    owner_id: str | None
    message: Message
    contact: Contact
    status: str | None
    payload: dict[str, Any]

    @property
    def kind(self) -> str | None:
        """What happened, in our words; None for an event nobody knows."""
        return KINDS.get(self.event_type or "")

    @property
    def is_own(self) -> bool:
        """Whether the call itself says that our side wrote the message."""
        return self.kind == SENT or (self.owner_id is not None and self.message.sender.member_id == self.owner_id)


def read_call(payload: dict[str, Any]) -> Call:
    """The payload of either family; nothing is required yet."""
    status = payload.get("AccountStatus")
    envelope = f.obj(status) or payload
    event = "AccountStatus" if isinstance(status, dict) else payload.get("event")
    return Call(
        event_type=event.strip() or None if isinstance(event, str) else None,
        account_id=f.text(envelope.get("account_id")),
        owner_id=f.text(f.obj(payload.get("account_info")).get("user_id")),
        message=_relayed_message(payload) if isinstance(payload.get("message"), dict) else _native_message(payload),
        contact=_relation(payload),
        status=f.text(f.obj(status).get("message")),
        payload=payload,
    )


def is_known(event_type: str) -> bool:
    """Whether we process events of this type."""
    return event_type in KINDS


def problem_of(call: Call) -> str | None:
    """What the event lacks for being recognised again, as the provider is told; None when complete."""
    if call.kind in (MESSAGE, SENT):
        return None if call.message.id else "Missing message id"
    if call.kind in (CONNECTED, INVITED):
        return None if call.contact.key else "Missing provider id"
    return "Missing status" if call.kind == STATUS and not call.status else None


def priority_of(call: Call) -> int:
    """Lower is sooner: what a person did before what we sent ourselves."""
    return PRIORITY_SENT if call.is_own or call.kind in (INVITED, VIEWED) else PRIORITY_PERSON


def reference(call: Call, *, now: datetime) -> str:
    """What makes the event itself. A status carries neither id nor time, so the minute of receipt tells
    two of them apart; its effect is the same when a repeat comes later.
    """
    return _REFERENCES[call.kind or ""](call, now)


def summary(call: Call) -> dict[str, str | datetime | None]:
    """The normalised columns of the stored event."""
    person = call.message.sender if call.kind in (MESSAGE, SENT) else call.contact
    return {
        "provider_workspace_id": call.account_id,
        "provider_lead_id": person.member_id,
        "email_status": call.status,
    }


_REFERENCES: dict[str, Callable[[Call, datetime], str]] = {
    MESSAGE: lambda call, now: f"msg:{call.message.id}",
    SENT: lambda call, now: f"msg:{call.message.id}",
    CONNECTED: lambda call, now: f"rel:{call.contact.key}",
    INVITED: lambda call, now: f"rel:{call.contact.key}",
    VIEWED: lambda call, now: sha(canonical_json(call.payload))[:32],
    STATUS: lambda call, now: f"status:{call.status}:{int(now.timestamp()) // 60}",
}


def _native_message(payload: dict[str, Any]) -> Message:
    sender = _attendee(payload.get("sender"))
    return Message(
        id=f.text(payload.get("message_id")),
        chat_id=f.text(payload.get("chat_id")),
        text=f.raw_text(payload.get("message")),
        sender=sender,
        others=_others(payload.get("attendees"), sender),
        attachments=_attachments(payload.get("attachments")),
        timestamp=payload.get("timestamp"),
    )


def _relayed_message(payload: dict[str, Any]) -> Message:
    given = f.obj(payload.get("message"))
    sender = _prefixed(given, "sender")
    others = _others(given.get("attendees") or payload.get("attendees"), sender)
    recipient = _prefixed(given, "recipient")
    return Message(
        id=f.text(given.get("id")),
        chat_id=f.text(given.get("chat_id")),
        text=f.raw_text(given.get("text")),
        sender=sender,
        others=others or ((recipient,) if recipient.key else ()),
        attachments=_attachments(given.get("attachments")),
        timestamp=given.get("timestamp"),
    )


def _relation(payload: dict[str, Any]) -> Contact:
    relayed = f.obj(payload.get("connection"))
    if relayed:
        return _contact(relayed.get("linkedin_member_id"), relayed.get("linkedin_url"), relayed.get("name"))
    public = f.text(payload.get("user_public_identifier"))
    url = payload.get("user_profile_url") or (
        f"https://www.linkedin.com/in/{quote(public, safe='')}" if public else None
    )
    return _contact(payload.get("user_provider_id"), url, payload.get("user_full_name"))


def _attendee(value: Any) -> Contact:
    given = f.obj(value)
    return _contact(given.get("attendee_provider_id"), given.get("attendee_profile_url"), given.get("attendee_name"))


def _prefixed(given: dict[str, Any], role: str) -> Contact:
    return _contact(given.get(f"{role}_id"), given.get(f"{role}_linkedin_url"), given.get(f"{role}_name"))


def _contact(member_id: Any, url: Any, name: Any) -> Contact:
    link = classify_linkedin_url(url)
    return Contact(member_id=f.text(member_id) or link.member_id, profile_url=link.profile_url, name=f.text(name))


def _others(value: Any, sender: Contact) -> tuple[Contact, ...]:
    found = [_attendee(entry) for entry in value[:MAX_ATTENDEES]] if isinstance(value, list) else []
    return tuple(one for one in found if one.key and one.key != sender.key)


def _attachments(value: Any) -> tuple[Attachment, ...]:
    """A list of files, one file, or files by name; whatever names nothing is none."""
    found = (_attachment(f.obj(entry)) for entry in _entries(value))
    return tuple(one for one in found if one is not None)[:MAX_ATTACHMENTS]


def _entries(value: Any) -> Iterable[Any]:
    if isinstance(value, list):
        return value
    given = f.obj(value)
    return list(given.values()) if given and all(isinstance(entry, dict) for entry in given.values()) else [given]


def _attachment(entry: dict[str, Any]) -> Attachment | None:
    url = f.text(entry.get("url"))
    name = next((found for key in ("name", "file_name", "filename") if (found := f.text(entry.get(key)))), None)
    if not (url or name or f.text(entry.get("id"))):
        return None
    return Attachment(
        kind=f.text(entry.get("type")) or f.text(entry.get("mimetype")) or "file",
        url=url if url and len(url) <= MAX_LINK else None,
        name=name,
    )

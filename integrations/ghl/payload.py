"""The JSON of a location's workflow when an SMS came in: what it holds, and the key that recognises a repeat.

A person builds that workflow: the standard part comes from the provider, `customData` from whoever made it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations import fields as f
from zrg.lib.hashing import sha

EVENT_TYPE = "INBOUND_SMS"
BUCKET_SECONDS = 600
NEAR_RECEIPT = timedelta(minutes=20)
DATE_FORMATS = ("%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d")
TIME_FORMATS = ("%I:%M %p", "%I:%M:%S %p", "%H:%M", "%H:%M:%S")

_CLIENT_KEYS = ("Client", "client")
_LABEL_KEYS = frozenset(
    [
        *("client", "clientname", "subclient", "subclientname", "smsclient", "smsclientname", "smssubclient"),
        *("smssubclientname", "smscampaign", "smscampaignname", "campaign", "campaignname"),
    ]
)
_LABEL_PARTS = ("name", "label", "value", "text")
_NO_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One inbound call; parts that are absent or no object are empty."""

    contact_id: str | None
    location_id: str | None
    location_name: str | None
    text: str | None
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    workflow_id: str | None
    date_created: str | None
    date: str | None
    time: str | None
    label: str | None
    custom: dict[str, Any]
    trigger: dict[str, Any]

    @property
    def is_dated(self) -> bool:
        """Whether the workflow says when, so that two equal texts can be told apart."""
        return bool(self.date and self.time)


def read_call(payload: dict[str, Any], *, location_id: str | None = None) -> Call:
    """The payload; nothing is required yet. `location_id` is what the address said, for a body without."""
    location = f.obj(payload.get("location"))
    custom, trigger = f.obj(payload.get("customData")), f.obj(payload.get("triggerData"))
    first, last = _names(payload, custom)
    return Call(
        contact_id=f.text(payload.get("contact_id")),
        location_id=f.text(location.get("id")) or f.text(location_id),
        location_name=f.text(location.get("name")),
        text=f.text(f.obj(payload.get("message")).get("body")) or f.text(custom.get("Message")),
        email=f.email(payload.get("email")) or f.email(custom.get("Email")),
        phone=f.text(payload.get("phone")) or f.text(custom.get("Phone Number")) or f.text(custom.get("Phone")),
        first_name=first,
        last_name=last,
        workflow_id=f.text(f.obj(payload.get("workflow")).get("id")),
        date_created=f.text(payload.get("date_created")),
        date=f.text(custom.get("Date")),
        time=f.text(custom.get("Time")),
        label=_label(custom, trigger),
        custom=custom,
        trigger=trigger,
    )


def is_known(event_type: str) -> bool:
    """Whether we process events of this type: there is one."""
    return event_type == EVENT_TYPE


def references(call: Call, received_at: datetime) -> tuple[str, ...]:
    """What makes the message itself, best first: a stored call with any of these is the same message.

    Without the workflow's date and time, equal texts of a contact are the same message when they arrive
    in the same ten minutes or in those before.
    """
    parts = [call.contact_id, call.workflow_id, call.date_created, call.date, call.time, _plain(call.text)]
    if call.is_dated:
        return (_hash(parts),)
    bucket = int(received_at.timestamp() // BUCKET_SECONDS)
    return _hash([*parts, str(bucket)]), _hash([*parts, str(bucket - 1)])


def written_at(call: Call, received_at: datetime) -> datetime:
    """When the person wrote: the candidate nearest to receipt, within twenty minutes of it, else receipt.

    The workflow's date and time name no zone, and `date_created` is usually the contact's: far from
    receipt both mean something else.
    """
    candidates = (_from_words(call.date, call.time), f.moment(call.date_created, now=received_at))
    near = [found for found in candidates if found is not None and abs(found - received_at) <= NEAR_RECEIPT]
    return min(near, key=lambda found: abs(found - received_at), default=received_at)


def _names(payload: dict[str, Any], custom: dict[str, Any]) -> tuple[str | None, str | None]:
    first = f.text(payload.get("first_name")) or f.text(custom.get("First Name"))
    last = f.text(payload.get("last_name")) or f.text(custom.get("Last Name"))
    if first or last:
        return first, last
    head, _, rest = (f.text(payload.get("full_name")) or "").partition(" ")
    return head or None, rest.strip() or None


def _label(custom: dict[str, Any], trigger: dict[str, Any]) -> str | None:
    """The sub-client the message belongs to, wherever the workflow put it."""
    named = (custom.get(key) for key in _CLIENT_KEYS)
    similar = (value for part in (custom, trigger) for key, value in part.items() if _letters(key) in _LABEL_KEYS)
    return _first_label([*named, *similar])


def _first_label(values: Iterable[Any]) -> str | None:
    return next((label for value in values if (label := _label_text(value))), None)


def _label_text(value: Any) -> str | None:
    if isinstance(value, dict):
        return _first_label(value.get(part) for part in _LABEL_PARTS if not isinstance(value.get(part), dict))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not value.is_integer():
        return str(value)
    return f.text(value)


def _letters(key: str) -> str:
    return _NO_LETTER_OR_DIGIT.sub("", key.lower())


def _plain(text: str | None) -> str:
    return " ".join((text or "").lower().split())


def _hash(parts: list[str | None]) -> str:
    return sha("|".join(part or "" for part in parts))[:32]


def _from_words(date: str | None, time: str | None) -> datetime | None:
    """The workflow's date and time as UTC; None when either is missing or unreadable."""
    day, clock = _read(date, DATE_FORMATS), _read(time, TIME_FORMATS)
    return datetime.combine(day.date(), clock.time(), UTC) if day and clock else None


def _read(value: str | None, formats: tuple[str, ...]) -> datetime | None:
    for known in formats:
        try:
            return datetime.strptime(value or "", known)  # noqa: DTZ007 (a part of a moment; the zone comes with the whole)
        except ValueError:
            continue
    return None

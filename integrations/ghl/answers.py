"""Turning the JSON of GoHighLevel's answers into typed values."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations import fields as f
from integrations.enums import Code
from integrations.ghl.types import Appointment, Contact, Conversation, MessagePage, MessageRecord, NamedRecord, SentSms
from integrations.transport import UnexpectedAnswer, code_of_status, error_text

# Sentences that tell more than their status does.
_SAID = (
    (re.compile(r"\bDND is active\b", re.IGNORECASE), Code.SMS_DND),
    (re.compile(r"\bmissing phone number\b", re.IGNORECASE), Code.MISSING_PHONE),
    (re.compile(r"\binvalid country calling code\b", re.IGNORECASE), Code.INVALID_COUNTRY_CODE),
    # Some routes answer 400 for a contact that is gone.
    (re.compile(r"\bcontact\b.{0,80}\bnot found\b", re.IGNORECASE), Code.NOT_FOUND),
)
_APPOINTMENT_KEYS = ("appointment", "event")
_APPOINTMENT_LISTS = ("events", "appointments")


def explain(status: int, body: Any) -> tuple[str, str]:
    """Code and sentence of an error answer."""
    said = error_text(body)
    if status in (401, 403):
        return Code.AUTH_FAILED, f"GoHighLevel refused the private key. {said}".strip()
    code = next((code for pattern, code in _SAID if pattern.search(said)), None) if status < 429 else None
    return code or code_of_status(status), said or f"status {status}"


def sent_sms(body: Any) -> SentSms:
    """The answer to a message: queued, with its id."""
    answer = f.obj(body)
    message_id = f.text(answer.get("messageId"))
    conversation_id = f.text(answer.get("conversationId"))
    if message_id is None and conversation_id is None:
        raise UnexpectedAnswer("answer names no message")
    return SentSms(id=message_id, conversation_id=conversation_id)


def conversations(body: Any) -> tuple[Conversation, ...]:
    """Threads found; those without an id are dropped."""
    return tuple(
        Conversation(
            id=f.text(entry["id"]) or "",
            contact_id=f.text(entry.get("contactId")),
            last_message_at=f.moment(entry.get("lastMessageDate")),
        )
        for entry in _entries(body, "conversations")
    )


def message_page(body: Any) -> MessagePage:
    """One page of a thread, newest message first."""
    page = f.obj(f.obj(body).get("messages"))
    following = f.text(page.get("lastMessageId")) if f.flag(page.get("nextPage")) is True else None
    return MessagePage(messages=_messages(page), following=following)


def export_page(body: Any) -> MessagePage:
    """One page of the export."""
    return MessagePage(messages=_messages(body), following=f.text(f.obj(body).get("nextCursor")))


def named(key: str) -> Callable[[Any], tuple[NamedRecord, ...]]:
    """A reader of the list under `key` (workflows, calendars, users)."""

    def read(body: Any) -> tuple[NamedRecord, ...]:
        return tuple(_named(entry) for entry in _entries(body, key))

    return read


def single_contact(body: Any) -> Contact:
    """The answer that holds one contact."""
    answer = f.obj(body)
    entry = f.obj(answer.get("contact"))
    if f.text(entry.get("id")) is None:
        raise UnexpectedAnswer("answer names no contact")
    return replace(contact(entry), is_new=f.flag(answer.get("new")) is True)


def contacts(body: Any) -> tuple[Contact, ...]:
    """Contacts found."""
    return tuple(contact(entry) for entry in _entries(body, "contacts"))


def contact(entry: dict[str, Any]) -> Contact:
    """One contact; `entry` has an id."""
    sms = f.obj(f.obj(entry.get("dndSettings")).get("SMS"))
    status = (f.text(sms.get("status")) or "").lower()
    return Contact(
        id=f.text(entry["id"]) or "",
        email=f.email(entry.get("email")),
        phone=f.text(entry.get("phone")),
        first_name=f.text(entry.get("firstName")),
        last_name=f.text(entry.get("lastName")),
        company_name=f.text(entry.get("companyName")),
        website=f.text(entry.get("website")),
        state=f.text(entry.get("state")),
        timezone=f.text(entry.get("timezone")),
        # The channel's own setting wins over the general one.
        sms_blocked=status in ("active", "permanent") or (not status and f.flag(entry.get("dnd")) is True),
    )


def single_appointment(body: Any) -> Appointment:
    """The answer that holds one appointment, wrapped or not."""
    answer = f.obj(body)
    entry = next((found for key in _APPOINTMENT_KEYS if (found := f.obj(answer.get(key)))), answer)
    appointment = _appointment(entry)
    if appointment is None:
        raise UnexpectedAnswer("answer names no appointment")
    return appointment


def appointments(body: Any) -> tuple[Appointment, ...]:
    """Appointments of a contact, under either name, also inside `data`."""
    answer = f.obj(body)
    inner = f.obj(answer.get("data")) or answer
    for key in _APPOINTMENT_LISTS:
        if isinstance(inner.get(key), list):
            found = (_appointment(f.obj(entry)) for entry in inner[key])
            return tuple(appointment for appointment in found if appointment is not None)
    raise UnexpectedAnswer("answer holds no list")


def nothing(body: Any) -> None:
    """An answer whose status says all there is to know."""


def _entries(body: Any, key: str) -> list[dict[str, Any]]:
    """The objects with an id in the list under `key`."""
    found = f.obj(body).get(key)
    if not isinstance(found, list):
        raise UnexpectedAnswer("answer holds no list")
    return [entry for entry in found if isinstance(entry, dict) and f.text(entry.get("id"))]


def _messages(body: Any) -> tuple[MessageRecord, ...]:
    return tuple(_message(entry) for entry in _entries(body, "messages"))


def _message(entry: dict[str, Any]) -> MessageRecord:
    return MessageRecord(
        id=f.text(entry["id"]) or "",
        kind=f.text(entry.get("messageType")) or f.text(entry.get("type")),
        is_inbound=(f.text(entry.get("direction")) or "").lower() == "inbound",
        text=f.raw_text(entry.get("body")),
        status=f.text(entry.get("status")),
        added_at=f.moment(entry.get("dateAdded")),
    )


def _named(entry: dict[str, Any]) -> NamedRecord:
    return NamedRecord(
        id=f.text(entry["id"]) or "",
        name=f.text(entry.get("name")),
        email=f.email(entry.get("email")),
        is_active=f.flag(entry.get("isActive")) is not False,
    )


def _appointment(entry: dict[str, Any]) -> Appointment | None:
    found_id = next((found for key in ("id", "eventId", "appointmentId") if (found := f.text(entry.get(key)))), None)
    if found_id is None:
        return None
    return Appointment(
        id=found_id,
        starts_at=_with_offset(entry.get("startTime")),
        ends_at=_with_offset(entry.get("endTime")),
        starts_at_text=f.text(entry.get("startTime")),
        status=f.text(entry.get("appointmentStatus")) or f.text(entry.get("appoinmentStatus")),
        title=f.text(entry.get("title")),
        notes=f.text(entry.get("notes")),
        calendar_id=f.text(entry.get("calendarId")),
        contact_id=f.text(entry.get("contactId")),
        assigned_user_id=f.text(entry.get("assignedUserId")),
        added_at=f.moment(entry.get("dateAdded")),
    )


def _with_offset(value: Any) -> datetime | None:
    """A moment that names its offset; one without is in the location's zone, which nobody told us."""
    try:
        found = datetime.fromisoformat(f.text(value) or "")
    except ValueError:
        return None
    return found if found.tzinfo else None

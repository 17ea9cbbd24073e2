"""GoHighLevel's answers in our words; ids are strings, times aware."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFields:
    """What is written to a contact; None leaves the provider's value as it is. Tags are never written:
    they would be replaced, and workflows fire on them.
    """

    email: str | None = None
    phone: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    website: str | None = None
    state: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A contact of the location. `sms_blocked`: it does not want SMS (do-not-disturb). `is_new`: made by
    this call.
    """

    id: str
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    website: str | None = None
    state: str | None = None
    timezone: str | None = None
    sms_blocked: bool = False
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSms:
    """The message the provider queued; `id` is None when it did not name one."""

    id: str | None = None
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The thread of one contact."""

    id: str
    contact_id: str | None = None
    last_message_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """One message of a thread, theirs or (not `is_inbound`) ours; `kind` as the provider names it."""

    id: str
    kind: str | None = None
    is_inbound: bool = False
    text: str | None = None
    status: str | None = None
    added_at: datetime | None = None

    @property
    def is_sms(self) -> bool:
        """Whether it is an SMS; threads also hold calls and e-mails."""
        return "SMS" in (self.kind or "").upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """Messages, newest first; `following` asks for the older ones, None at the end."""

    messages: tuple[MessageRecord, ...]
    following: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRecord:
    """A workflow, a calendar or a user of the location."""

    id: str
    name: str | None = None
    email: str | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentFields:
    """What is written to an appointment; None leaves the provider's value as it is. Times are aware."""

    calendar_id: str | None = None
    contact_id: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    title: str | None = None
    status: str | None = None
    assigned_user_id: str | None = None
    notes: str | None = None
    notify: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """An appointment of the location. A start the provider wrote without offset is None, and
    `starts_at_text` keeps it: it must not be read as UTC.
    """

    id: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    starts_at_text: str | None = None
    status: str | None = None
    title: str | None = None
    notes: str | None = None
    calendar_id: str | None = None
    contact_id: str | None = None
    assigned_user_id: str | None = None
    added_at: datetime | None = None

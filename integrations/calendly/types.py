"""Calendly's answers in our words. Things are named by their URI, as Calendly does; times are aware."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendlyUser:
    """Who a token belongs to."""

    uri: str
    organization: str
    name: str | None = None
    email: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Calls Calendly makes to somebody. It never tells the key it signs them with."""

    uri: str
    callback_url: str | None = None
    events: frozenset[str] = frozenset()
    organization: str | None = None
    user: str | None = None
    scope: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of a booking page."""

    name: str
    position: int = 0
    required: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """A kind of meeting people can book; `location_kinds` in the order of the page."""

    uri: str
    name: str | None = None
    minutes: int | None = None
    scheduling_url: str | None = None
    active: bool = True
    location_kinds: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTime:
    """A start that can be booked."""

    start_at: datetime
    scheduling_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledEvent:
    """A meeting; `status` is `active` or `canceled`."""

    uri: str
    name: str | None = None
    status: str | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    event_type: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    canceled_by: str | None = None
    cancel_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an invitee answered to a question of the page."""

    question: str
    answer: str
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """A guest of a meeting; `old_invitee` and `new_invitee` link the two ends of a move."""

    uri: str
    event: str | None = None
    email: str | None = None
    name: str | None = None
    status: str | None = None
    timezone: str | None = None
    rescheduled: bool = False
    old_invitee: str | None = None
    new_invitee: str | None = None
    no_show: bool = False
    utm_content: str | None = None
    answers: tuple[Answer, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A booking Calendly made for us."""

    invitee: str
    event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """A meeting called off."""

    canceled_by: str | None = None
    reason: str | None = None

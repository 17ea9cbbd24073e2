"""Turning the JSON of Calendly's answers into typed values."""

from collections.abc import Callable
from typing import Any, TypeVar

from integrations import fields as f
from integrations.calendly import types as t
from integrations.enums import Code
from integrations.transport import UnexpectedAnswer, code_of_status, error_text

Made = TypeVar("Made")


def explain(status: int, body: Any) -> tuple[str, str]:
    """Code and sentence of an error answer. A 403 concerns what was asked for (the plan or the role does not
    allow it, or the meeting is canceled already): unlike a 401 it says nothing against the token.
    """
    code = Code.PAYMENT_REQUIRED if status == 403 else code_of_status(status)
    said = error_text(body) or f.text(f.obj(body).get("title")) or f"status {status}"
    details = f.obj(body).get("details")
    lines = [_detail(f.obj(line)) for line in details] if isinstance(details, list) else []
    return code, "; ".join([said, *filter(None, lines)])


def resource(make: Callable[[dict[str, Any]], Made]) -> Callable[[Any], Made]:
    """A reader of answers that hold one thing."""

    def read(body: Any) -> Made:
        entry = f.obj(body).get("resource")
        if not isinstance(entry, dict):
            raise UnexpectedAnswer("answer holds no resource")
        return make(entry)

    return read


def page(make: Callable[[dict[str, Any]], Made | None]) -> Callable[[Any], tuple[list[Made], str | None]]:
    """A reader of one page of a list: its entries, and the token of the next page. Entries that cannot be
    used (`make` gives None) are dropped.
    """

    def read(body: Any) -> tuple[list[Made], str | None]:
        entries = f.obj(body).get("collection")
        if not isinstance(entries, list):
            raise UnexpectedAnswer("answer holds no collection")
        made = [make(entry) for entry in entries if isinstance(entry, dict)]
        token = f.text(f.obj(f.obj(body).get("pagination")).get("next_page_token"))
        return [one for one in made if one is not None], token

    return read


def user(entry: dict[str, Any]) -> t.CalendlyUser:
    organization = f.text(entry.get("current_organization"))
    if organization is None:
        raise UnexpectedAnswer("answer names no organization")
    return t.CalendlyUser(
        uri=_uri(entry),
        organization=organization,
        name=f.text(entry.get("name")),
        email=f.email(entry.get("email")),
        timezone=f.text(entry.get("timezone")),
    )


def subscription(entry: dict[str, Any]) -> t.Subscription:
    events = entry.get("events")
    return t.Subscription(
        uri=_uri(entry),
        callback_url=f.text(entry.get("callback_url")),
        events=frozenset(filter(None, map(f.text, events))) if isinstance(events, list) else frozenset(),
        organization=f.text(entry.get("organization")),
        user=f.text(entry.get("user")),
        scope=f.text(entry.get("scope")),
        state=f.text(entry.get("state")),
    )


def event_type(entry: dict[str, Any]) -> t.EventType:
    minutes = f.text(entry.get("duration")) or ""
    return t.EventType(
        uri=_uri(entry),
        name=f.text(entry.get("name")),
        minutes=int(minutes) if minutes.isdecimal() else None,
        scheduling_url=f.text(entry.get("scheduling_url")),
        active=f.flag(entry.get("active")) is not False,
        location_kinds=tuple(kind for place in _objects(entry.get("locations")) if (kind := f.text(place.get("kind")))),
        questions=tuple(_question(one) for one in _objects(entry.get("custom_questions")) if f.text(one.get("name"))),
    )


def free_time(entry: dict[str, Any]) -> t.FreeTime | None:
    """None for a start that is taken."""
    remaining = entry.get("invitees_remaining")
    start_at = f.instant(entry.get("start_time"))
    full = isinstance(remaining, int) and remaining <= 0
    if start_at is None or full or f.text(entry.get("status")) != "available":
        return None
    return t.FreeTime(start_at=start_at, scheduling_url=f.text(entry.get("scheduling_url")))


def scheduled_event(entry: dict[str, Any]) -> t.ScheduledEvent:
    cancellation = f.obj(entry.get("cancellation"))
    return t.ScheduledEvent(
        uri=_uri(entry),
        name=f.text(entry.get("name")),
        status=f.text(entry.get("status")),
        start_at=f.instant(entry.get("start_time")),
        end_at=f.instant(entry.get("end_time")),
        event_type=f.text(entry.get("event_type")),
        created_at=f.moment(entry.get("created_at")),
        updated_at=f.moment(entry.get("updated_at")),
        canceled_by=f.text(cancellation.get("canceled_by")),
        cancel_reason=f.text(cancellation.get("reason")),
    )


def invitee(entry: dict[str, Any]) -> t.Invitee:
    return t.Invitee(
        uri=_uri(entry),
        event=f.text(entry.get("event")),
        email=f.email(entry.get("email")),
        name=f.text(entry.get("name")),
        status=f.text(entry.get("status")),
        timezone=f.text(entry.get("timezone")),
        rescheduled=f.flag(entry.get("rescheduled")) is True,
        old_invitee=f.text(entry.get("old_invitee")),
        new_invitee=f.text(entry.get("new_invitee")),
        no_show=bool(entry.get("no_show")),
        utm_content=f.text(f.obj(entry.get("tracking")).get("utm_content")),
        answers=tuple(
            t.Answer(question=question, answer=f.text(one.get("answer")) or "", position=_position(one))
            for one in _objects(entry.get("questions_and_answers"))
            if (question := f.text(one.get("question")))
        ),
        created_at=f.moment(entry.get("created_at")),
        updated_at=f.moment(entry.get("updated_at")),
    )


def booked(entry: dict[str, Any]) -> t.Booked:
    """The event is named as a text, or is an object with its URI."""
    scheduled = entry.get("scheduled_event")
    event = f.text(entry.get("event")) or f.text(scheduled) or f.text(f.obj(scheduled).get("uri"))
    return t.Booked(invitee=_uri(entry), event=event)


def cancellation(entry: dict[str, Any]) -> t.Cancellation:
    return t.Cancellation(canceled_by=f.text(entry.get("canceled_by")), reason=f.text(entry.get("reason")))


def _uri(entry: dict[str, Any]) -> str:
    uri = f.text(entry.get("uri"))
    if uri is None:
        raise UnexpectedAnswer("answer names no uri")
    return uri


def _question(entry: dict[str, Any]) -> t.Question:
    return t.Question(
        name=f.text(entry["name"]) or "",
        position=_position(entry),
        required=f.flag(entry.get("required")) is True,
        enabled=f.flag(entry.get("enabled")) is not False,
    )


def _position(entry: dict[str, Any]) -> int:
    position = f.text(entry.get("position")) or ""
    return int(position) if position.isdecimal() else 0


def _objects(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _detail(line: dict[str, Any]) -> str:
    parameter, message = f.text(line.get("parameter")), f.text(line.get("message"))
    return f"{parameter}: {message}" if parameter and message else message or ""

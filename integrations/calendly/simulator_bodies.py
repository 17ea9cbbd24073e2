"""What the simulated Calendly shows: the shapes of its answers, its refusals, its way to write times."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.simulator.core import SimRequest, SimResponse

# Things are named as the real service names them, wherever it runs.
API = "https://api.calendly.com"
EVENTS = ("invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted")

DENIED = SimResponse(status=403, body={"title": "Permission Denied", "message": "This account cannot do this."})
CANCELED_ALREADY = SimResponse(status=403, body={"title": "Permission Denied", "message": "Event is already canceled"})
MISSING = SimResponse(
    status=404, body={"title": "Resource Not Found", "message": "The server could not find the requested resource."}
)
UNAUTHENTICATED = SimResponse(status=401, body={"title": "Unauthenticated", "message": "The access token is invalid"})


def event_type_body(number: str, name: str, slug: str, questions: list[dict[str, Any]]) -> dict[str, Any]:
    """A kind of meeting of half an hour."""
    return {
        "uri": f"{API}/event_types/{number}",
        "name": name,
        "active": True,
        "duration": 30,
        "scheduling_url": f"https://calendly.com/acme/{slug}",
        "locations": [{"kind": "zoom_conference"}],
        "custom_questions": questions,
    }


def meeting_body(number: int, kind: dict[str, Any], starts_at: datetime) -> dict[str, Any]:
    """A meeting of this kind, as booked."""
    return {
        "uri": _meeting_uri(number),
        "name": kind["name"],
        "status": "active",
        "start_time": time_text(starts_at),
        "end_time": time_text(starts_at + timedelta(minutes=kind["duration"])),
        "event_type": kind["uri"],
        "location": {"type": "zoom", "join_url": f"https://zoom.example/j/{number}"},
        "created_at": time_text(),
        "updated_at": time_text(),
        "cancellation": None,
    }


def guest_body(
    number: int, kind: dict[str, Any], *, email: str, name: str, answer: str, **values: Any
) -> dict[str, Any]:
    """Who booked it; `values` may hold the guest's `timezone`, `tracking` and own `answers`."""
    return {
        "uri": f"{_meeting_uri(number)}/invitees/IN{number}",
        "event": _meeting_uri(number),
        "email": email,
        "name": name,
        "first_name": None,
        "last_name": None,
        "status": "active",
        "timezone": values.get("timezone") or "America/New_York",
        "rescheduled": False,
        "old_invitee": None,
        "new_invitee": None,
        "no_show": None,
        "tracking": values.get("tracking") or {"utm_content": None},
        "questions_and_answers": values.get("answers")
        or [
            {"question": one["name"], "answer": answer or "40", "position": one["position"]}
            for one in kind["custom_questions"]
        ],
        "cancel_url": f"https://calendly.com/cancellations/IN{number}",
        "reschedule_url": f"https://calendly.com/reschedulings/IN{number}",
        "created_at": time_text(),
        "updated_at": time_text(),
    }


def _meeting_uri(number: int) -> str:
    return f"{API}/scheduled_events/EV{number}"


def subscription_problem(given: dict[str, Any]) -> SimResponse | None:
    """Why this is no subscription."""
    for name in ("url", "events", "organization", "scope"):
        if not given.get(name):
            return invalid(name, "can't be blank")
    if not set(given["events"]) <= set(EVENTS):
        return invalid("events", "is invalid")
    if given["scope"] == "user" and not given.get("user"):
        return invalid("user", "can't be blank")
    return None


def page(request: SimRequest, rows: list[dict[str, Any]]) -> SimResponse:
    """The part of the rows that was asked for (`count`, `page_token`)."""
    given = request.query.get("count", "20")
    count = int(given) if given.isdecimal() else 0
    if not 1 <= count <= 100:
        return invalid("count", "must be between 1 and 100")
    token = request.query.get("page_token", "0")
    begin = int(token) if token.isdecimal() else 0
    shown = rows[begin : begin + count]
    following = str(begin + count) if begin + count < len(rows) else None
    next_page = f"{API}{request.path}?page_token={following}" if following else None
    pagination = {"count": len(shown), "next_page": next_page, "next_page_token": following}
    return SimResponse(body={"collection": shown, "pagination": pagination})


def one_of(entry: dict[str, Any] | None) -> SimResponse:
    """One thing, or that it is missing."""
    return SimResponse(body={"resource": entry}) if entry else MISSING


def invalid(parameter: str, message: str) -> SimResponse:
    """400 about one parameter."""
    return SimResponse(
        status=400,
        body={
            "title": "Invalid Argument",
            "message": "The supplied parameters are invalid.",
            "details": [{"parameter": parameter, "message": message}],
        },
    )


def copied(response: SimResponse) -> SimResponse:
    """The answer as it is now: its parts change with the next call."""
    return SimResponse(status=response.status, body=deepcopy(response.body), headers=response.headers)


def moment_of(text: str) -> datetime:
    """A time of the API; UTC without an offset."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def time_text(moment: datetime | None = None) -> str:
    """A time (now) as Calendly writes it."""
    return (moment or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

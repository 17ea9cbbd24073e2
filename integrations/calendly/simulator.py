"""Calendly on this machine: one organisation with state, its errors, and its signed calls."""

import json
import re
import threading
import time
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from integrations import fields as f
from integrations.calendly.signature import sign
from integrations.simulator.core import Outgoing, SimRequest, SimResponse

DEMO_TOKEN = "simulator-calendly-token"  # noqa: S105
# Things are named as the real service names them, wherever it runs.
API = "https://api.calendly.com"
USER_URI = f"{API}/users/AAAA"
ORGANIZATION_URI = f"{API}/organizations/OOOO"
OPENS, CLOSES = 13, 21
EVENTS = ("invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted")

_DENIED = SimResponse(status=403, body={"title": "Permission Denied", "message": "This account cannot do this."})
_CANCELED_ALREADY = SimResponse(status=403, body={"title": "Permission Denied", "message": "Event is already canceled"})
_MISSING = SimResponse(
    status=404, body={"title": "Resource Not Found", "message": "The server could not find the requested resource."}
)
_UNAUTHENTICATED = SimResponse(status=401, body={"title": "Unauthenticated", "message": "The access token is invalid"})


class CalendlySimulator:
    """One organisation. `plan="free"` allows neither bookings nor subscriptions; `role="user"` none for the
    organisation; `span_days` is how far one question about free times may reach.
    """

    events = EVENTS
    fields = ("email", "name", "text", "start", "client_id")

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., SimResponse]]] = [
            ("GET", re.compile(r"/users/me"), self._me),
            ("POST", re.compile(r"/webhook_subscriptions"), self._subscribe),
            ("GET", re.compile(r"/webhook_subscriptions"), self._subscriptions),
            ("GET", re.compile(r"/webhook_subscriptions/([\w-]+)"), self._subscription),
            ("DELETE", re.compile(r"/webhook_subscriptions/([\w-]+)"), self._unsubscribe),
            ("GET", re.compile(r"/event_types"), self._event_types),
            ("GET", re.compile(r"/event_types/([\w-]+)"), self._event_type),
            ("GET", re.compile(r"/event_type_available_times"), self._free_times),
            ("POST", re.compile(r"/invitees"), self._book),
            ("GET", re.compile(r"/scheduled_events"), self._scheduled_events),
            ("GET", re.compile(r"/scheduled_events/([\w-]+)"), self._scheduled_event),
            ("GET", re.compile(r"/scheduled_events/([\w-]+)/invitees"), self._invitees),
            ("GET", re.compile(r"/scheduled_events/([\w-]+)/invitees/([\w-]+)"), self._invitee),
            ("POST", re.compile(r"/scheduled_events/([\w-]+)/cancellation"), self._cancel),
        ]
        self.reset()

    def reset(self) -> None:
        """One user, two event types, nothing booked, nobody called."""
        with self._lock:
            self.tokens = {DEMO_TOKEN}
            self.plan, self.role = "standard", "owner"
            self.span_days = 31
            self.user = {
                "uri": USER_URI,
                "name": "Sales Desk",
                "email": "desk@outbound.example",
                "timezone": "America/New_York",
                "current_organization": ORGANIZATION_URI,
            }
            questions = [{"name": "Company size", "type": "string", "position": 0, "enabled": True, "required": True}]
            self.event_types = {
                "ET1": _event_type("ET1", "Intro call", "intro", questions),
                "ET2": _event_type("ET2", "Quick call", "quick", []),
            }
            self.subscriptions: dict[str, dict[str, Any]] = {}
            self.meetings: dict[str, dict[str, Any]] = {}
            self.guests: dict[str, dict[str, Any]] = {}
            self._keys: dict[str, str] = {}
            self._last = 0

    def handle(self, request: SimRequest) -> SimResponse:
        """Perform one call of the API."""
        with self._lock:
            if request.bearer not in self.tokens:
                return _UNAUTHENTICATED
            for method, pattern, action in self._routes:
                match = pattern.fullmatch(request.path)
                if match and method == request.method:
                    return _copied(action(request, *match.groups()))
            return _MISSING

    def compose(self, given: dict[str, Any], *, base_url: str) -> Outgoing:
        """A person books (`email`, optionally `name`, `start`, `event_type`), cancels or does not come.

        The call goes to the subscription of workspace `client_id` (or the only one), signed with its key;
        without one it goes to the workspace unsigned.
        """
        with self._lock:
            event, email = str(given["event"]), str(given["email"])
            guest = self._guest_of(email) if event != "invitee.created" else None
            if guest is None:
                guest = self.book(
                    email,
                    name=str(given.get("name") or email.partition("@")[0]),
                    start=given.get("start"),
                    event_type=str(given.get("event_type") or "ET1"),
                    answer=str(given.get("text") or ""),
                )
            if event == "invitee.canceled":
                self.cancel(guest, reason=str(given.get("text") or ""))
            elif event.startswith("invitee_no_show"):
                guest["no_show"] = {"uri": f"{API}/invitee_no_shows/N1"} if event.endswith("created") else None
            return self._deliver(event, guest, str(given.get("client_id") or ""))

    # --- control: what happens at the provider without the product -------------------------------------

    def add_token(self, token: str) -> None:
        """Accept one more access token."""
        with self._lock:
            self.tokens.add(token)

    def key_of(self, subscription_uri: str) -> str:
        """The key a subscription was made with; the API never tells it."""
        return self._keys[subscription_uri.rpartition("/")[2]]

    def book(
        self,
        email: str,
        *,
        name: str = "",
        start: str | None = None,
        event_type: str = "ET1",
        answer: str = "",
        **values: Any,
    ) -> dict[str, Any]:
        """A guest takes a time (the next free one); returns the guest as the API shows it."""
        with self._lock:
            kind = self.event_types[event_type.rpartition("/")[2]]
            starts_at = _moment(start) if start else self._free(datetime.now(UTC), days=14)[0]
            number = self._next()
            event_uri = f"{API}/scheduled_events/EV{number}"
            self.meetings[f"EV{number}"] = {
                "uri": event_uri,
                "name": kind["name"],
                "status": "active",
                "start_time": _time(starts_at),
                "end_time": _time(starts_at + timedelta(minutes=kind["duration"])),
                "event_type": kind["uri"],
                "location": {"type": "zoom", "join_url": f"https://zoom.example/j/{number}"},
                "created_at": _time(),
                "updated_at": _time(),
                "cancellation": None,
            }
            asked = kind["custom_questions"]
            guest = {
                "uri": f"{event_uri}/invitees/IN{number}",
                "event": event_uri,
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
                or [{"question": one["name"], "answer": answer or "40", "position": one["position"]} for one in asked],
                "cancel_url": f"https://calendly.com/cancellations/IN{number}",
                "reschedule_url": f"https://calendly.com/reschedulings/IN{number}",
                "created_at": _time(),
                "updated_at": _time(),
            }
            self.guests[f"IN{number}"] = guest
            return guest

    def cancel(self, guest: dict[str, Any], *, reason: str = "", by: str = "") -> dict[str, Any]:
        """A meeting is called off; returns the cancellation."""
        with self._lock:
            meeting = self.meetings[guest["event"].rpartition("/")[2]]
            cancellation = {"canceled_by": by or guest["name"], "reason": reason, "canceler_type": "invitee"}
            meeting |= {"status": "canceled", "cancellation": cancellation, "updated_at": _time()}
            guest |= {"status": "canceled", "cancellation": cancellation, "updated_at": _time()}
            return cancellation

    # --- the API ------------------------------------------------------------------------------------

    def _me(self, request: SimRequest) -> SimResponse:
        return SimResponse(body={"resource": self.user})

    def _subscribe(self, request: SimRequest) -> SimResponse:
        given = request.json if isinstance(request.json, dict) else {}
        if self.plan == "free" or (self.role != "owner" and given.get("scope") == "organization"):
            return _DENIED
        problem = _subscription_problem(given)
        if problem:
            return problem
        same = (given["url"], given["scope"])
        if any((one["callback_url"], one["scope"]) == same for one in self.subscriptions.values()):
            return SimResponse(
                status=409, body={"title": "Already Exists", "message": "Hook with this url already exists"}
            )
        number = f"W{self._next()}"
        self._keys[number] = str(given.get("signing_key") or "")
        self.subscriptions[number] = made = {
            "uri": f"{API}/webhook_subscriptions/{number}",
            "callback_url": given["url"],
            "created_at": _time(),
            "updated_at": _time(),
            "retry_started_at": None,
            "state": "active",
            "events": given["events"],
            "scope": given["scope"],
            "organization": given["organization"],
            "user": given.get("user"),
            "creator": self.user["uri"],
        }
        return SimResponse(status=201, body={"resource": made})

    def _subscriptions(self, request: SimRequest) -> SimResponse:
        scope = request.query.get("scope")
        if request.query.get("organization") != self.user["current_organization"]:
            return _DENIED
        if self.role != "owner" and scope == "organization":
            return _DENIED
        rows = [one for one in self.subscriptions.values() if one["scope"] == scope]
        if scope == "user":
            rows = [one for one in rows if one["user"] == request.query.get("user")]
        return _page(request, rows)

    def _subscription(self, request: SimRequest, number: str) -> SimResponse:
        return _one(self.subscriptions.get(number))

    def _unsubscribe(self, request: SimRequest, number: str) -> SimResponse:
        if self.subscriptions.pop(number, None) is None:
            return _MISSING
        return SimResponse(status=204, body="")

    def _event_types(self, request: SimRequest) -> SimResponse:
        return _page(request, list(self.event_types.values()))

    def _event_type(self, request: SimRequest, number: str) -> SimResponse:
        return _one(self.event_types.get(number))

    def _free_times(self, request: SimRequest) -> SimResponse:
        try:
            start, end = _moment(request.query["start_time"]), _moment(request.query["end_time"])
        except (KeyError, ValueError):
            return _invalid("start_time", "is invalid")
        if request.query.get("event_type", "").rpartition("/")[2] not in self.event_types:
            return _MISSING
        if start <= datetime.now(UTC):
            return _invalid("start_time", "must be in the future")
        if end - start > timedelta(days=self.span_days):
            return _invalid("end_time", f"date range can not be greater than {self.span_days} days")
        free = [moment for moment in self._free(start, days=self.span_days) if moment < end]
        kind = request.query["event_type"].rpartition("/")[2]
        url = self.event_types[kind]["scheduling_url"]
        rows = [
            {
                "status": "available",
                "invitees_remaining": 1,
                "start_time": _time(moment),
                "scheduling_url": f"{url}/{_time(moment)}",
            }
            for moment in free
        ]
        return SimResponse(body={"collection": rows})

    def _book(self, request: SimRequest) -> SimResponse:
        given = request.json if isinstance(request.json, dict) else {}
        if self.plan == "free":
            return _DENIED
        kind = self.event_types.get(str(given.get("event_type")).rpartition("/")[2])
        guest = f.obj(given.get("invitee"))
        if kind is None or "@" not in str(guest.get("email")):
            return _invalid("event_type" if kind is None else "invitee.email", "is invalid")
        answered = {str(one.get("question")) for one in given.get("questions_and_answers") or []}
        unanswered = [one for one in kind["custom_questions"] if one["required"] and one["name"] not in answered]
        if unanswered:
            return _invalid("questions_and_answers", f"{unanswered[0]['name']} is required")
        try:
            start = _moment(str(given.get("start_time")))
        except ValueError:
            return _invalid("start_time", "is invalid")
        if start not in self._free(datetime.now(UTC), days=60):
            return SimResponse(
                status=400, body={"title": "Invalid Argument", "message": "The event time is not available."}
            )
        made = self.book(
            str(guest["email"]),
            name=str(guest.get("name") or ""),
            start=_time(start),
            event_type=kind["uri"],
            timezone=guest.get("timezone"),
            answers=given.get("questions_and_answers"),
            tracking=given.get("tracking"),
        )
        return SimResponse(status=201, body={"resource": made})

    def _scheduled_events(self, request: SimRequest) -> SimResponse:
        query = request.query
        owned = (query.get("organization") == self.user["current_organization"]) or query.get("user") == USER_URI
        if not owned:
            return _DENIED
        rows = [meeting for meeting in self.meetings.values() if self._wanted(meeting, query)]
        return _page(request, sorted(rows, key=lambda meeting: str(meeting["start_time"])))

    def _wanted(self, meeting: dict[str, Any], query: dict[str, str]) -> bool:
        email = query.get("invitee_email", "").lower()
        guests = [str(one["email"]).lower() for one in self.guests.values() if one["event"] == meeting["uri"]]
        starts_at = _moment(meeting["start_time"])
        return (
            (not email or email in guests)
            and query.get("status") in (None, meeting["status"])
            and ("min_start_time" not in query or starts_at >= _moment(query["min_start_time"]))
            and ("max_start_time" not in query or starts_at <= _moment(query["max_start_time"]))
        )

    def _scheduled_event(self, request: SimRequest, number: str) -> SimResponse:
        return _one(self.meetings.get(number))

    def _invitees(self, request: SimRequest, number: str) -> SimResponse:
        if number not in self.meetings:
            return _MISSING
        email = request.query.get("email", "").lower()
        mine = [one for one in self.guests.values() if one["event"].endswith(f"/{number}")]
        return _page(request, [one for one in mine if not email or one["email"].lower() == email])

    def _invitee(self, request: SimRequest, number: str, guest_number: str) -> SimResponse:
        return _one(self.guests.get(guest_number))

    def _cancel(self, request: SimRequest, number: str) -> SimResponse:
        guest = next((one for one in self.guests.values() if one["event"].endswith(f"/{number}")), None)
        if guest is None:
            return _MISSING
        if self.meetings[number]["status"] == "canceled":
            return _CANCELED_ALREADY
        reason = str((request.json or {}).get("reason") or "")
        cancellation = self.cancel(guest, reason=reason, by=str(self.user["name"]))
        return SimResponse(status=201, body={"resource": {**cancellation, "canceler_type": "host"}})

    # --- parts --------------------------------------------------------------------------------------

    def _free(self, start: datetime, *, days: int) -> list[datetime]:
        """Free starts: every half hour of weekdays within opening hours (UTC) that nobody has taken."""
        taken = {one["start_time"] for one in self.meetings.values() if one["status"] == "active"}
        first = start.replace(minute=0, second=0, microsecond=0)
        half_hours = (first + timedelta(minutes=30 * n) for n in range(days * 48))
        return [
            moment
            for moment in half_hours
            if moment > start and moment.weekday() < 5 and OPENS <= moment.hour < CLOSES and _time(moment) not in taken
        ]

    def _guest_of(self, email: str) -> dict[str, Any] | None:
        mine = [one for one in self.guests.values() if one["email"].lower() == email.lower()]
        return next((one for one in reversed(mine) if one["status"] == "active"), None)

    def _deliver(self, event: str, guest: dict[str, Any], client_id: str) -> Outgoing:
        subscription = self._subscription_for(client_id)
        if subscription is None and not client_id:
            raise ValueError("nobody has subscribed; name the workspace with client_id")
        envelope = {
            "event": event,
            "created_at": _time(),
            "created_by": self.user["uri"],
            "payload": self._envelope_payload(event, guest),
        }
        body = json.dumps(envelope)
        path = f"/api/webhooks/calendly/{client_id}"
        headers = {"Content-Type": "application/json"}
        if subscription is not None:
            path = urlsplit(subscription["callback_url"]).path
            timestamp = str(int(time.time()))
            signature = sign(self.key_of(subscription["uri"]), timestamp, body)
            headers["Calendly-Webhook-Signature"] = f"t={timestamp},v1={signature}"
        return Outgoing(path=path, json=envelope, body=body, headers=headers)

    def _envelope_payload(self, event: str, guest: dict[str, Any]) -> dict[str, Any]:
        if event.startswith("invitee_no_show"):
            return {"uri": f"{API}/invitee_no_shows/N1", "invitee": guest["uri"], "created_at": _time()}
        meeting = self.meetings[guest["event"].rpartition("/")[2]]
        return deepcopy({**guest, "scheduled_event": meeting})

    def _subscription_for(self, client_id: str) -> dict[str, Any] | None:
        active = [one for one in self.subscriptions.values() if one["state"] == "active"]
        mine = [one for one in active if one["callback_url"].endswith(f"/{client_id}")] if client_id else active
        return mine[-1] if mine else None

    def _next(self) -> int:
        self._last += 1
        return self._last


def _event_type(number: str, name: str, slug: str, questions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "uri": f"{API}/event_types/{number}",
        "name": name,
        "active": True,
        "duration": 30,
        "scheduling_url": f"https://calendly.com/acme/{slug}",
        "locations": [{"kind": "zoom_conference"}],
        "custom_questions": questions,
    }


def _subscription_problem(given: dict[str, Any]) -> SimResponse | None:
    for name in ("url", "events", "organization", "scope"):
        if not given.get(name):
            return _invalid(name, "can't be blank")
    if not set(given["events"]) <= set(EVENTS):
        return _invalid("events", "is invalid")
    if given["scope"] == "user" and not given.get("user"):
        return _invalid("user", "can't be blank")
    return None


def _page(request: SimRequest, rows: list[dict[str, Any]]) -> SimResponse:
    given = request.query.get("count", "20")
    count = int(given) if given.isdecimal() else 0
    if not 1 <= count <= 100:
        return _invalid("count", "must be between 1 and 100")
    token = request.query.get("page_token", "0")
    begin = int(token) if token.isdecimal() else 0
    shown = rows[begin : begin + count]
    following = str(begin + count) if begin + count < len(rows) else None
    next_page = f"{API}{request.path}?page_token={following}" if following else None
    pagination = {"count": len(shown), "next_page": next_page, "next_page_token": following}
    return SimResponse(body={"collection": shown, "pagination": pagination})


def _one(entry: dict[str, Any] | None) -> SimResponse:
    return SimResponse(body={"resource": entry}) if entry else _MISSING


def _invalid(parameter: str, message: str) -> SimResponse:
    return SimResponse(
        status=400,
        body={
            "title": "Invalid Argument",
            "message": "The supplied parameters are invalid.",
            "details": [{"parameter": parameter, "message": message}],
        },
    )


def _copied(response: SimResponse) -> SimResponse:
    """The answer as it is now: its parts change with the next call."""
    return SimResponse(status=response.status, body=deepcopy(response.body), headers=response.headers)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _time(moment: datetime | None = None) -> str:
    return (moment or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

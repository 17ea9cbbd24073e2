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
from integrations.calendly.simulator_bodies import (
    API,
    CANCELED_ALREADY,
    DENIED,
    EVENTS,
    MISSING,
    UNAUTHENTICATED,
    copied,
    event_type_body,
    guest_body,
    invalid,
    meeting_body,
    moment_of,
    one_of,
    page,
    subscription_problem,
    time_text,
)
from integrations.simulator.core import Outgoing, SimRequest, SimResponse

DEMO_TOKEN = "simulator-calendly-token"  # noqa: S105
USER_URI = f"{API}/users/AAAA"
ORGANIZATION_URI = f"{API}/organizations/OOOO"
OPENS, CLOSES = 13, 21


class CalendlySimulator:
    """One organisation. `plan="free"` allows neither bookings nor subscriptions; `role="user"` none for the
    organisation; `span_days` is how far one question about free times may reach.
    """

    events = EVENTS
    fields = ("email", "name", "text", "start", "client_id")

    def __init__(self, first: int = 0) -> None:
        self._first = first
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
                "ET1": event_type_body("ET1", "Intro call", "intro", questions),
                "ET2": event_type_body("ET2", "Quick call", "quick", []),
            }
            self.subscriptions: dict[str, dict[str, Any]] = {}
            self.meetings: dict[str, dict[str, Any]] = {}
            self.guests: dict[str, dict[str, Any]] = {}
            self._keys: dict[str, str] = {}
            self._last = self._first

    def handle(self, request: SimRequest) -> SimResponse:
        """Perform one call of the API."""
        with self._lock:
            if request.bearer not in self.tokens:
                return UNAUTHENTICATED
            for method, pattern, action in self._routes:
                match = pattern.fullmatch(request.path)
                if match and method == request.method:
                    return copied(action(request, *match.groups()))
            return MISSING

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
            starts_at = moment_of(start) if start else self._free(datetime.now(UTC), days=14)[0]
            number = self._next()
            self.meetings[f"EV{number}"] = meeting_body(number, kind, starts_at)
            guest = guest_body(number, kind, email=email, name=name, answer=answer, **values)
            self.guests[f"IN{number}"] = guest
            return guest

    def cancel(self, guest: dict[str, Any], *, reason: str = "", by: str = "") -> dict[str, Any]:
        """A meeting is called off; returns the cancellation."""
        with self._lock:
            meeting = self.meetings[guest["event"].rpartition("/")[2]]
            cancellation = {"canceled_by": by or guest["name"], "reason": reason, "canceler_type": "invitee"}
            meeting |= {"status": "canceled", "cancellation": cancellation, "updated_at": time_text()}
            guest |= {"status": "canceled", "cancellation": cancellation, "updated_at": time_text()}
            return cancellation

    # --- the API ------------------------------------------------------------------------------------

    def _me(self, request: SimRequest) -> SimResponse:
        return SimResponse(body={"resource": self.user})

    def _subscribe(self, request: SimRequest) -> SimResponse:
        given = request.json if isinstance(request.json, dict) else {}
        if self.plan == "free" or (self.role != "owner" and given.get("scope") == "organization"):
            return DENIED
        problem = subscription_problem(given)
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
            "created_at": time_text(),
            "updated_at": time_text(),
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
            return DENIED
        if self.role != "owner" and scope == "organization":
            return DENIED
        rows = [one for one in self.subscriptions.values() if one["scope"] == scope]
        if scope == "user":
            rows = [one for one in rows if one["user"] == request.query.get("user")]
        return page(request, rows)

    def _subscription(self, request: SimRequest, number: str) -> SimResponse:
        return one_of(self.subscriptions.get(number))

    def _unsubscribe(self, request: SimRequest, number: str) -> SimResponse:
        if self.subscriptions.pop(number, None) is None:
            return MISSING
        return SimResponse(status=204, body="")

    def _event_types(self, request: SimRequest) -> SimResponse:
        return page(request, list(self.event_types.values()))

    def _event_type(self, request: SimRequest, number: str) -> SimResponse:
        return one_of(self.event_types.get(number))

    def _free_times(self, request: SimRequest) -> SimResponse:
        try:
            start, end = moment_of(request.query["start_time"]), moment_of(request.query["end_time"])
        except (KeyError, ValueError):
            return invalid("start_time", "is invalid")
        if request.query.get("event_type", "").rpartition("/")[2] not in self.event_types:
            return MISSING
        if start <= datetime.now(UTC):
            return invalid("start_time", "must be in the future")
        if end - start > timedelta(days=self.span_days):
            return invalid("end_time", f"date range can not be greater than {self.span_days} days")
        free = [moment for moment in self._free(start, days=self.span_days) if moment < end]
        kind = request.query["event_type"].rpartition("/")[2]
        url = self.event_types[kind]["scheduling_url"]
        rows = [
            {
                "status": "available",
                "invitees_remaining": 1,
                "start_time": time_text(moment),
                "scheduling_url": f"{url}/{time_text(moment)}",
            }
            for moment in free
        ]
        return SimResponse(body={"collection": rows})

    def _book(self, request: SimRequest) -> SimResponse:
        given = request.json if isinstance(request.json, dict) else {}
        if self.plan == "free":
            return DENIED
        kind = self.event_types.get(str(given.get("event_type")).rpartition("/")[2])
        guest = f.obj(given.get("invitee"))
        if kind is None or "@" not in str(guest.get("email")):
            return invalid("event_type" if kind is None else "invitee.email", "is invalid")
        answered = {str(one.get("question")) for one in given.get("questions_and_answers") or []}
        unanswered = [one for one in kind["custom_questions"] if one["required"] and one["name"] not in answered]
        if unanswered:
            return invalid("questions_and_answers", f"{unanswered[0]['name']} is required")
        try:
            start = moment_of(str(given.get("start_time")))
        except ValueError:
            return invalid("start_time", "is invalid")
        if start not in self._free(datetime.now(UTC), days=60):
            return SimResponse(
                status=400, body={"title": "Invalid Argument", "message": "The event time is not available."}
            )
        made = self.book(
            str(guest["email"]),
            name=str(guest.get("name") or ""),
            start=time_text(start),
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
            return DENIED
        rows = [meeting for meeting in self.meetings.values() if self._wanted(meeting, query)]
        return page(request, sorted(rows, key=lambda meeting: str(meeting["start_time"])))

    def _wanted(self, meeting: dict[str, Any], query: dict[str, str]) -> bool:
        email = query.get("invitee_email", "").lower()
        guests = [str(one["email"]).lower() for one in self.guests.values() if one["event"] == meeting["uri"]]
        starts_at = moment_of(meeting["start_time"])
        return (
            (not email or email in guests)
            and query.get("status") in (None, meeting["status"])
            and ("min_start_time" not in query or starts_at >= moment_of(query["min_start_time"]))
            and ("max_start_time" not in query or starts_at <= moment_of(query["max_start_time"]))
        )

    def _scheduled_event(self, request: SimRequest, number: str) -> SimResponse:
        return one_of(self.meetings.get(number))

    def _invitees(self, request: SimRequest, number: str) -> SimResponse:
        if number not in self.meetings:
            return MISSING
        email = request.query.get("email", "").lower()
        mine = [one for one in self.guests.values() if one["event"].endswith(f"/{number}")]
        return page(request, [one for one in mine if not email or one["email"].lower() == email])

    def _invitee(self, request: SimRequest, number: str, guest_number: str) -> SimResponse:
        return one_of(self.guests.get(guest_number))

    def _cancel(self, request: SimRequest, number: str) -> SimResponse:
        guest = next((one for one in self.guests.values() if one["event"].endswith(f"/{number}")), None)
        if guest is None:
            return MISSING
        if self.meetings[number]["status"] == "canceled":
            return CANCELED_ALREADY
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
            if moment > start
            and moment.weekday() < 5
            and OPENS <= moment.hour < CLOSES
            and time_text(moment) not in taken
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
            "created_at": time_text(),
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
            return {"uri": f"{API}/invitee_no_shows/N1", "invitee": guest["uri"], "created_at": time_text()}
        meeting = self.meetings[guest["event"].rpartition("/")[2]]
        return deepcopy({**guest, "scheduled_event": meeting})

    def _subscription_for(self, client_id: str) -> dict[str, Any] | None:
        active = [one for one in self.subscriptions.values() if one["state"] == "active"]
        mine = [one for one in active if one["callback_url"].endswith(f"/{client_id}")] if client_id else active
        return mine[-1] if mine else None

    def _next(self) -> int:
        self._last += 1
        return self._last

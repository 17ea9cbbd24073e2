"""Calls to Calendly with one workspace's token.

Every method returns a `ProviderResult` and raises nothing for what the provider does; `data` holds the
types of `integrations.calendly.types`. Things are named by their Calendly URI, of which only the id is
used: the token goes to our configured address whatever a URI says. Call outside transactions only.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from integrations.calendly import answers
from integrations.calendly.types import Answer
from integrations.enums import Code, Provider
from integrations.env import calendly_base_url, calendly_timeout_seconds
from integrations.results import ProviderResult
from integrations.services.clients import Account, ClientSpec, get_client, required_secret
from integrations.transport import Credential, RetryPolicy, Transport, failure
from integrations.wire import Call

MAX_PAGES = 100
PER_PAGE = "100"

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}", re.ASCII)


class CalendlyClient:
    """Typed calls over a `Transport` (which knows address, token, retries and health)."""

    def __init__(self, transport: Transport):
        self._transport = transport

    def get_user(self) -> ProviderResult:
        """Whose token this is; data: CalendlyUser."""
        call = Call(method="GET", path="/users/me", template="/users/me")
        return self._transport.request(call, answers.resource(answers.user))

    # --- subscriptions ------------------------------------------------------------------------------

    def create_subscription(
        self,
        *,
        callback_url: str,
        events: Sequence[str],
        organization: str,
        signing_key: str,
        user: str | None = None,
    ) -> ProviderResult:
        """Let Calendly call us about the organisation, or about one user; data: Subscription."""
        scope = {"scope": "user", "user": user} if user else {"scope": "organization"}
        body = {
            "url": callback_url,
            "events": list(events),
            "organization": organization,
            **scope,
            "signing_key": signing_key,
        }
        call = Call(method="POST", path="/webhook_subscriptions", template="/webhook_subscriptions", json=body)
        return self._transport.request(call, answers.resource(answers.subscription))

    def list_subscriptions(self, organization: str, *, user: str | None = None) -> ProviderResult:
        """Subscriptions of the organisation, or those of one user; data: tuple[Subscription, …]."""
        scope = {"scope": "user", "user": user} if user else {"scope": "organization"}
        return self._list("/webhook_subscriptions", answers.subscription, {"organization": organization, **scope})

    def get_subscription(self, uri: str) -> ProviderResult:
        """One subscription; data: Subscription."""
        return self._get("webhook_subscriptions", uri, answers.subscription)

    def delete_subscription(self, uri: str) -> ProviderResult:
        """End a subscription; no data."""
        path = _path("webhook_subscriptions", uri)
        if path is None:
            return _no_such("webhook_subscriptions")
        call = Call(method="DELETE", path=path, template="/webhook_subscriptions/{id}", accepts_text=True)
        return self._transport.request(call, lambda body: None)

    # --- what can be booked -------------------------------------------------------------------------

    def list_event_types(self, *, organization: str | None = None, user: str | None = None) -> ProviderResult:
        """Kinds of meetings of the organisation or of one user; data: tuple[EventType, …]."""
        return self._list("/event_types", answers.event_type, _given(organization=organization, user=user))

    def get_event_type(self, uri: str) -> ProviderResult:
        """One kind of meeting with its questions; data: EventType."""
        return self._get("event_types", uri, answers.event_type)

    def list_free_times(self, event_type: str, *, start: datetime, end: datetime) -> ProviderResult:
        """Starts that can be booked, in order; data: tuple[FreeTime, …]. `start` must lie ahead; a span longer
        than the account allows is answered `bad_request` and names the parameter.
        """
        params = {"event_type": event_type, "start_time": _time(start), "end_time": _time(end)}
        path = "/event_type_available_times"
        call = Call(method="GET", path=path, template=path, params=params)
        return self._transport.request(call, lambda body: tuple(answers.page(answers.free_time)(body)[0]))

    # --- meetings -----------------------------------------------------------------------------------

    def create_invitee(
        self,
        *,
        event_type: str,
        start: datetime,
        email: str,
        name: str,
        timezone: str,
        location: dict[str, str] | None = None,
        questions_and_answers: Sequence[Answer] = (),
        utm_content: str | None = None,
    ) -> ProviderResult:
        """Book a meeting; data: Booked. Never repeated after an unknown outcome."""
        answered = [{"question": a.question, "answer": a.answer, "position": a.position} for a in questions_and_answers]
        body: dict[str, Any] = {
            "event_type": event_type,
            "start_time": _time(start),
            "invitee": {"email": email, "name": name, "timezone": timezone},
            **({"location": location} if location else {}),
            **({"questions_and_answers": answered} if answered else {}),
            **({"tracking": {"utm_source": "zrg", "utm_content": utm_content}} if utm_content else {}),
        }
        call = Call(method="POST", path="/invitees", template="/invitees", json=body)
        return self._transport.request(call, answers.resource(answers.booked))

    def list_events(
        self,
        *,
        organization: str | None = None,
        user: str | None = None,
        invitee_email: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        status: str | None = None,
    ) -> ProviderResult:
        """Meetings of the organisation or of one user that begin in the span; data: tuple[ScheduledEvent, …]."""
        params = _given(
            organization=organization,
            user=user,
            invitee_email=invitee_email,
            min_start_time=_time(start) if start else None,
            max_start_time=_time(end) if end else None,
            status=status,
        )
        return self._list("/scheduled_events", answers.scheduled_event, params)

    def get_event(self, uri: str) -> ProviderResult:
        """One meeting; data: ScheduledEvent."""
        return self._get("scheduled_events", uri, answers.scheduled_event)

    def list_invitees(self, event_uri: str, *, email: str | None = None) -> ProviderResult:
        """Guests of a meeting; data: tuple[Invitee, …]."""
        path = _path("scheduled_events", event_uri)
        if path is None:
            return _no_such("scheduled_events")
        template = "/scheduled_events/{id}/invitees"
        return self._list(f"{path}/invitees", answers.invitee, _given(email=email), template=template)

    def get_invitee(self, uri: str) -> ProviderResult:
        """One guest; data: Invitee."""
        head, separator, invitee_id = uri.rstrip("/").rpartition("/invitees/")
        path = _path("scheduled_events", head)
        if path is None or not separator or not _ID.fullmatch(invitee_id):
            return _no_such("invitees")
        call = Call(method="GET", path=f"{path}/invitees/{invitee_id}", template="/scheduled_events/{id}/invitees/{id}")
        return self._transport.request(call, answers.resource(answers.invitee))

    def cancel_event(self, uri: str, *, reason: str = "") -> ProviderResult:
        """Call a meeting off; data: Cancellation. 403 (`payment_required`) when it is canceled already."""
        path = _path("scheduled_events", uri)
        if path is None:
            return _no_such("scheduled_events")
        template = "/scheduled_events/{id}/cancellation"
        call = Call(method="POST", path=f"{path}/cancellation", template=template, json={"reason": reason})
        return self._transport.request(call, answers.resource(answers.cancellation))

    # --- parts --------------------------------------------------------------------------------------

    def _get(self, kind: str, uri: str, make: Callable[[dict[str, Any]], Any]) -> ProviderResult:
        path = _path(kind, uri)
        if path is None:
            return _no_such(kind)
        return self._transport.request(
            Call(method="GET", path=path, template=f"/{kind}/{{id}}"), answers.resource(make)
        )

    def _list(
        self, path: str, make: Callable[[dict[str, Any]], Any], params: dict[str, str], *, template: str | None = None
    ) -> ProviderResult:
        """All pages of a list. Only the token of the next page is used, never its address."""
        found: list[Any] = []
        token: str | None = None
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            query = {**params, "count": PER_PAGE, **_given(page_token=token)}
            call = Call(method="GET", path=path, template=template or path, params=query)
            result = self._transport.request(call, answers.page(make))
            if not result.ok:
                return result
            rows, token = result.data
            found.extend(rows)
            if token is None or token in seen:
                return ProviderResult(outcome="ok", status=200, data=tuple(found))
            seen.add(token)
        return failure(Code.INVALID_RESPONSE, f"the list has more than {MAX_PAGES} pages")


def _path(kind: str, uri: str) -> str | None:
    """The path of a thing named by URI; None when the URI names no such thing."""
    head, _, thing_id = uri.strip().rstrip("/").rpartition("/")
    return f"/{kind}/{thing_id}" if head.endswith(f"/{kind}") and _ID.fullmatch(thing_id) else None


def _no_such(kind: str) -> ProviderResult:
    return failure(Code.BAD_REQUEST, f"this is no URI of Calendly's {kind}")


def _given(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _make(transport: Transport, account: Account) -> CalendlyClient:
    return CalendlyClient(transport)


def _credential(account: Account) -> Credential:
    token = required_secret(account, "access_token", Provider.CALENDLY)
    return Credential(headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})


SPEC: ClientSpec[CalendlyClient] = ClientSpec(
    provider=Provider.CALENDLY,
    make=_make,
    base_url=lambda account: calendly_base_url(),
    credential=_credential,
    timeout=calendly_timeout_seconds,
    retries=RetryPolicy,
    explain=lambda base_url: answers.explain,
)


def check(workspace_id: UUID) -> ProviderResult:
    """Ask whose token the workspace's is."""
    return get_client(workspace_id, SPEC).get_user()

"""Calling Calendly: what is sent, what is read, what goes wrong."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.calendly.client import SPEC, CalendlyClient
from integrations.calendly.types import Answer, CalendlyUser, Question
from integrations.results import ProviderResult
from integrations.services.clients import get_trial_client
from integrations.transport import Credential, RetryPolicy, Transport
from tests.integrations.calendly.conftest import TOKEN
from tests.support.simulator import RunningSimulator

pytestmark = pytest.mark.unit

API = "https://api.calendly.com"
ORGANIZATION = f"{API}/organizations/OOOO"
USER = f"{API}/users/AAAA"


@pytest.fixture
def client(simulator: RunningSimulator) -> CalendlyClient:
    return get_trial_client(SPEC, {"access_token": TOKEN})


def test_whose_token_it_is(client: CalendlyClient, simulator: RunningSimulator) -> None:
    result = client.get_user()

    assert result.data == CalendlyUser(
        uri=USER,
        organization=ORGANIZATION,
        name="Sales Desk",
        email="desk@outbound.example",
        timezone="America/New_York",
    )
    headers = simulator.requests("calendly")[0]["headers"]
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["accept"] == "application/json"


def test_refused_token(simulator: RunningSimulator) -> None:
    result = get_trial_client(SPEC, {"access_token": "calendly-token-revoked"}).get_user()

    assert (result.outcome, result.code, result.message) == ("failed", "auth_failed", "The access token is invalid")


def test_subscription_lives_and_ends(client: CalendlyClient, simulator: RunningSimulator) -> None:
    made = client.create_subscription(
        callback_url="https://app.example/api/webhooks/calendly/1",
        events=["invitee.created"],
        organization=ORGANIZATION,
        signing_key="k" * 64,
    )

    assert client.get_subscription(made.data.uri).data == made.data
    assert client.list_subscriptions(ORGANIZATION).data == (made.data,)
    assert client.list_subscriptions(ORGANIZATION, user=USER).data == ()
    assert "signing_key" not in str(simulator.state.calendly.subscriptions)
    assert client.delete_subscription(made.data.uri).outcome == "ok"
    assert client.delete_subscription(made.data.uri).code == "not_found"
    assert simulator.requests("calendly", method="POST")[0]["json"] == {
        "url": "https://app.example/api/webhooks/calendly/1",
        "events": ["invitee.created"],
        "organization": ORGANIZATION,
        "scope": "organization",
        "signing_key": "k" * 64,
    }


def test_event_type_with_its_questions(client: CalendlyClient) -> None:
    found = client.get_event_type(f"{API}/event_types/ET1").data

    assert (found.name, found.minutes, found.location_kinds) == ("Intro call", 30, ("zoom_conference",))
    assert found.questions == (Question(name="Company size", position=0, required=True, enabled=True),)
    assert [one.uri for one in client.list_event_types(organization=ORGANIZATION).data] == [
        f"{API}/event_types/ET1",
        f"{API}/event_types/ET2",
    ]


def test_free_times_hold_only_what_can_be_booked(client: CalendlyClient, simulator: RunningSimulator) -> None:
    rows = [
        {"status": "available", "invitees_remaining": 1, "start_time": "2027-03-09T13:00:00.000000Z"},
        {"status": "available", "start_time": "2027-03-09T13:30:00.000000Z"},
        {"status": "available", "invitees_remaining": 0, "start_time": "2027-03-09T14:00:00.000000Z"},
        {"status": "unavailable", "invitees_remaining": 1, "start_time": "2027-03-09T14:30:00.000000Z"},
        {"status": "available", "start_time": "noon"},
    ]
    simulator.script("calendly", "/event_type_available_times", status=200, body={"collection": rows})

    found = client.list_free_times(f"{API}/event_types/ET1", start=_in(days=1), end=_in(days=2)).data

    assert [one.start_at for one in found] == [
        datetime(2027, 3, 9, 13, tzinfo=UTC),
        datetime(2027, 3, 9, 13, 30, tzinfo=UTC),
    ]


def test_span_beyond_what_the_account_allows(client: CalendlyClient, simulator: RunningSimulator) -> None:
    simulator.state.calendly.span_days = 7

    result = client.list_free_times(f"{API}/event_types/ET1", start=_in(days=1), end=_in(days=9))

    assert (result.code, result.status) == ("bad_request", 400)
    assert "end_time: date range can not be greater than 7 days" in result.message


def test_booking_a_free_time_takes_it(client: CalendlyClient, simulator: RunningSimulator) -> None:
    slots = client.list_free_times(f"{API}/event_types/ET1", start=_in(minutes=5), end=_in(days=7)).data
    taken = slots[0].start_at

    made = _book(client, taken)

    assert made.data.event == made.data.invitee.partition("/invitees/")[0]
    guest = client.get_invitee(made.data.invitee).data
    assert (guest.email, guest.status, guest.utm_content) == ("dana@northfork.example", "active", "4f1c")
    assert guest.answers == (Answer(question="Company size", answer="40", position=0),)
    assert client.get_event(made.data.event).data.start_at == taken
    again = _book(client, taken)
    assert (again.outcome, again.status, again.message) == ("failed", 400, "The event time is not available.")
    left = client.list_free_times(f"{API}/event_types/ET1", start=_in(minutes=5), end=_in(days=7)).data
    assert taken not in [one.start_at for one in left]


@pytest.mark.parametrize("respond", [{"status": 500}, {"close": "after"}, {"status": 201, "body": {"resource": {}}}])
def test_booking_with_an_open_outcome_is_asked_for_once(
    client: CalendlyClient, simulator: RunningSimulator, respond: dict[str, Any]
) -> None:
    simulator.script("calendly", "/invitees", times=5, **respond)

    result = _book(client, _in(days=3))

    assert result.outcome == "unknown"
    assert len(simulator.requests("calendly", path="/invitees")) == 1


def test_free_plan_may_not_book(client: CalendlyClient, simulator: RunningSimulator) -> None:
    simulator.state.calendly.plan = "free"

    result = _book(client, _in(days=3))

    # Nothing against the token: only a 401 disconnects.
    assert (result.status, result.code) == (403, "payment_required")


def test_required_question_must_be_answered(client: CalendlyClient) -> None:
    result = client.create_invitee(
        event_type=f"{API}/event_types/ET1", start=_in(days=3), email="a@b.example", name="A", timezone="UTC"
    )

    assert result.message == "The supplied parameters are invalid.; questions_and_answers: Company size is required"


def test_meetings_of_a_person_are_read_to_the_last_page(client: CalendlyClient, simulator: RunningSimulator) -> None:
    starts = [_in(days=1) + timedelta(minutes=30 * n) for n in range(120)]
    for start in starts:
        simulator.state.calendly.book("dana@northfork.example", start=start.isoformat())
    simulator.state.calendly.book("lee@harbor.example")

    found = client.list_events(
        organization=ORGANIZATION, invitee_email="dana@northfork.example", start=_in(days=-1), end=_in(days=90)
    )

    assert [one.start_at for one in found.data] == starts
    assert [entry["query"]["count"] for entry in simulator.requests("calendly")] == ["100", "100"]


def test_repeated_page_token_ends_the_list(client: CalendlyClient, simulator: RunningSimulator) -> None:
    page = {
        "collection": [{"uri": f"{API}/scheduled_events/E1"}],
        "pagination": {"next_page": "https://evil.example/", "next_page_token": "again"},
    }
    simulator.script("calendly", "/scheduled_events", status=200, times=9, body=page)

    assert len(client.list_events(organization=ORGANIZATION).data) == 2
    assert len(simulator.requests("calendly")) == 2


def test_meeting_is_called_off_once(client: CalendlyClient, simulator: RunningSimulator) -> None:
    guest = simulator.state.calendly.book("dana@northfork.example")

    first = client.cancel_event(guest["event"], reason="conflict")
    second = client.cancel_event(guest["event"], reason="conflict")

    assert (first.data.canceled_by, first.data.reason) == ("Sales Desk", "conflict")
    assert (second.outcome, second.status) == ("failed", 403)
    event = client.get_event(guest["event"]).data
    assert (event.status, event.canceled_by, event.cancel_reason) == ("canceled", "Sales Desk", "conflict")
    assert [one.status for one in client.list_invitees(guest["event"]).data] == ["canceled"]


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.get_event("https://evil.example/scheduled_events/../users"),
        lambda client: client.get_event(f"{API}/event_types/ET1"),
        lambda client: client.get_invitee(f"{API}/scheduled_events/EV1"),
        lambda client: client.get_invitee(f"{API}/scheduled_events/EV1/invitees/a%2Fb"),
        lambda client: client.list_invitees(""),
        lambda client: client.cancel_event("EV1"),
        lambda client: client.delete_subscription("webhook_subscriptions"),
        lambda client: client.get_event_type(f"{API}/event_types/{'x' * 101}"),
    ],
)
def test_odd_uris_are_refused_here(
    client: CalendlyClient, simulator: RunningSimulator, call: Callable[[CalendlyClient], ProviderResult]
) -> None:
    result = call(client)

    assert (result.outcome, result.code) == ("failed", "bad_request")
    assert simulator.requests("calendly") == []


def test_hard_02_key_only_to_own_host(client: CalendlyClient, simulator: RunningSimulator) -> None:
    """A URI names a thing, never an address: the token goes to the configured one."""
    result = client.get_event("https://evil.example/scheduled_events/EV9")

    assert result.code == "not_found"
    assert [entry["path"] for entry in simulator.requests("calendly")] == ["/scheduled_events/EV9"]


def test_rate_limit_waits_as_long_as_told(simulator: RunningSimulator) -> None:
    waits: list[float] = []
    client = CalendlyClient(
        Transport(
            provider="CALENDLY",
            base_url=f"{simulator.url}/calendly",
            credential=Credential(headers={"Authorization": f"Bearer {TOKEN}"}),
            timeout=5,
            retries=RetryPolicy(),
            explain=SPEC.explain(""),
            pause=waits.append,
        )
    )
    simulator.script("calendly", "/users/me", status=429, headers={"X-RateLimit-Reset": "7"}, body={"title": "Slow"})

    assert client.get_user().ok
    assert waits == [7.0]


def _book(client: CalendlyClient, start: datetime) -> ProviderResult:
    return client.create_invitee(
        event_type=f"{API}/event_types/ET1",
        start=start,
        email="dana@northfork.example",
        name="Dana Reyes",
        timezone="America/New_York",
        location={"kind": "zoom_conference"},
        questions_and_answers=[Answer(question="Company size", answer="40")],
        utm_content="4f1c",
    )


def _in(**span: float) -> datetime:
    return (datetime.now(UTC) + timedelta(**span)).replace(microsecond=0)

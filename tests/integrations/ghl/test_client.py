"""Calling GoHighLevel: what is sent, what is read, what is repeated."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from integrations.ghl.client import SPEC, GhlClient, check
from integrations.ghl.simulator import CALENDAR_ID, USER_ID
from integrations.ghl.types import AppointmentFields, ContactFields
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.clients import Account
from integrations.services.inspection import CHECKS, check_connection
from integrations.transport import Credential, Transport
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.factories.integrations import API_KEY
from tests.support.client import no_context
from tests.support.simulator import RunningSimulator

LOCATION = "ve9EPM428h8vShlRW1KT"
SEND_PATH = "/conversations/messages"
START = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
END = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)


class Bench:
    """A client whose waits are noted instead of waited."""

    def __init__(self, base_url: str, *, key: str = API_KEY, timeout: float = 2.0) -> None:
        self.waits: list[float] = []
        self.client = GhlClient(
            Transport(
                provider="GHL",
                base_url=base_url,
                credential=Credential(headers={"Authorization": f"Bearer {key}"}),
                timeout=timeout,
                retries=SPEC.retries(),
                explain=SPEC.explain(base_url),
                pause=self.waits.append,
            ),
            location_id=LOCATION,
        )


@pytest.fixture
def bench(simulator: RunningSimulator) -> Bench:
    return Bench(f"{simulator.url}/ghl")


@pytest.fixture
def contact_id(simulator: RunningSimulator) -> str:
    contact = simulator.state.ghl.add_contact(
        location_id=LOCATION, email="dana@northfork.example", phone="+14155552671", firstName="Dana"
    )
    return str(contact["id"])


def calls(simulator: RunningSimulator, path: str = "*", method: str = "") -> list[dict[str, Any]]:
    return simulator.requests("ghl", path=path, method=method)


@pytest.mark.unit
def test_sms_is_sent_as_documented(bench: Bench, simulator: RunningSimulator, contact_id: str) -> None:
    result = bench.client.send_sms(contact_id=contact_id, text="Tuesday at 3?")

    assert (result.outcome, result.data.conversation_id) == ("ok", f"conv{contact_id}")
    assert result.data.id == simulator.state.ghl.messages[0]["id"]
    call = calls(simulator, SEND_PATH)[0]
    assert call["json"] == {"type": "SMS", "contactId": contact_id, "message": "Tuesday at 3?"}
    assert call["headers"]["version"] == "2021-04-15"
    assert call["headers"]["authorization"] == f"Bearer {API_KEY}"


@pytest.mark.unit
def test_contacts_have_their_own_version(bench: Bench, simulator: RunningSimulator, contact_id: str) -> None:
    assert bench.client.get_contact(contact_id).ok
    assert bench.client.list_contact_appointments(contact_id).ok
    assert bench.client.list_calendars().ok

    assert [call["headers"]["version"] for call in calls(simulator)] == ["2021-07-28", "2021-07-28", "2021-04-15"]


@pytest.mark.unit
@pytest.mark.parametrize(
    "contact_id", ["", "../locations/x", "short", "a" * 65, "mE1xWq0T9aJ5kLrYb2V!", "Größe1234567890"]
)
def test_odd_contact_ids_never_reach_the_provider(bench: Bench, simulator: RunningSimulator, contact_id: str) -> None:
    results = [
        bench.client.send_sms(contact_id=contact_id, text="Hello"),
        bench.client.get_contact(contact_id),
        bench.client.update_contact(contact_id, ContactFields(phone="+14155552671")),
        bench.client.search_conversations(contact_id),
        bench.client.export_messages(contact_id),
        bench.client.list_contact_appointments(contact_id),
    ]

    assert {(result.outcome, result.code) for result in results} == {("failed", "bad_request")}
    assert calls(simulator) == []


@pytest.mark.unit
@pytest.mark.parametrize(
    ("status", "said", "code"),
    [
        (400, "Cannot send message as DND is active for SMS.", "sms_dnd"),
        (422, "Missing phone number", "missing_phone"),
        (400, ["Invalid country calling code"], "invalid_country_code"),
        (400, "Contact with id mE1xWq0T9aJ5kLrYb2Vd not found", "not_found"),
        (404, "Contact not found for id: x", "not_found"),
        (400, "There is no message or attachments for this message.", "bad_request"),
        (401, "Invalid JWT", "auth_failed"),
        (403, "The token does not have access to this location.", "auth_failed"),
        (422, ["contactId should not be empty", "type must be a string"], "unprocessable"),
    ],
)
def test_what_the_provider_says_becomes_a_code(
    bench: Bench, simulator: RunningSimulator, contact_id: str, status: int, said: Any, code: str
) -> None:
    body = {"statusCode": status, "message": said, "error": "Bad Request"}
    simulator.script("ghl", SEND_PATH, status=status, body=body)

    result = bench.client.send_sms(contact_id=contact_id, text="Hello")

    assert (result.outcome, result.status, result.code) == ("failed", status, code)
    assert (said if isinstance(said, str) else said[0]) in result.message
    assert len(calls(simulator, SEND_PATH)) == 1


@pytest.mark.unit
@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda contact: contact["dndSettings"]["SMS"].update(status="active"), "sms_dnd"),
        (lambda contact: contact.update(dnd=True), "sms_dnd"),
        (lambda contact: contact.update(phone=None), "missing_phone"),
        (lambda contact: contact.update(phone="4155552671"), "invalid_country_code"),
    ],
)
def test_simulated_contacts_refuse_as_real_ones(
    bench: Bench, simulator: RunningSimulator, contact_id: str, prepare: Callable[[Any], None], code: str
) -> None:
    prepare(simulator.state.ghl.contacts[contact_id])

    assert bench.client.send_sms(contact_id=contact_id, text="Hello").code == code
    assert simulator.state.ghl.sent_texts() == []


@pytest.mark.unit
@pytest.mark.parametrize(
    ("respond", "sent", "code"),
    [
        ({"status": 500, "body": {"message": "down"}}, 0, "provider_5xx"),
        ({"status": 201, "body": "<html>"}, 0, "invalid_response"),
        ({"status": 201, "body": {"msg": "?"}}, 0, "invalid_response"),
        ({"close": "before"}, 0, "network"),
        ({"close": "after"}, 1, "network"),
        ({"delay_ms": 1_500}, 1, "timeout"),
    ],
)
def test_uncertain_send_is_unknown_and_never_repeated(
    simulator: RunningSimulator, contact_id: str, respond: dict[str, Any], sent: int, code: str
) -> None:
    bench = Bench(f"{simulator.url}/ghl", timeout=0.5)
    simulator.script("ghl", SEND_PATH, times=9, **respond)

    result = bench.client.send_sms(contact_id=contact_id, text="Hello")

    assert (result.outcome, result.code) == ("unknown", code)
    assert bench.waits == []
    if code != "timeout":  # the simulator is still performing that one
        assert len(calls(simulator, SEND_PATH)) == 1
        assert simulator.state.ghl.sent_texts() == ["Hello"] * sent


@pytest.mark.unit
@pytest.mark.parametrize(
    ("headers", "said", "least", "most"),
    [
        ({"Retry-After": "3"}, "Too many requests", 3, 3.25),
        ({}, "Too many requests", 10, 10.25),
    ],
)
def test_refused_for_its_rate_is_repeated(
    bench: Bench, simulator: RunningSimulator, contact_id: str, headers: Any, said: str, least: float, most: float
) -> None:
    simulator.script("ghl", SEND_PATH, status=429, headers=headers, body={"statusCode": 429, "message": said})

    assert bench.client.send_sms(contact_id=contact_id, text="Hello").ok

    assert len(bench.waits) == 1
    assert least <= bench.waits[0] <= most
    assert simulator.state.ghl.sent_texts() == ["Hello"]


@pytest.mark.unit
def test_spent_quota_goes_back_to_the_job(bench: Bench, simulator: RunningSimulator, contact_id: str) -> None:
    said = "Too many requests: private integration quota exceeded"
    simulator.script("ghl", SEND_PATH, times=9, status=429, headers={"Retry-After": "2"}, body={"message": said})

    result = bench.client.send_sms(contact_id=contact_id, text="Hello")

    assert (result.outcome, result.code, result.retry_after) == ("failed", "rate_limited", 30)
    assert bench.waits == []
    assert len(calls(simulator, SEND_PATH)) == 1


@pytest.mark.unit
def test_repetitions_after_429_are_counted(bench: Bench, simulator: RunningSimulator, contact_id: str) -> None:
    simulator.script("ghl", SEND_PATH, times=9, status=429, headers={"Retry-After": "1"}, body={})

    assert bench.client.send_sms(contact_id=contact_id, text="Hello").code == "rate_limited"
    assert len(calls(simulator, SEND_PATH)) == 4


@pytest.mark.unit
@pytest.mark.parametrize(("respond", "waits"), [({"status": 503, "body": {}}, [0.7]), ({"close": "before"}, [0.5])])
def test_reads_are_repeated_once(
    bench: Bench, simulator: RunningSimulator, contact_id: str, respond: dict[str, Any], waits: list[float]
) -> None:
    simulator.script("ghl", "/contacts/*", times=1, **respond)

    assert bench.client.get_contact(contact_id).data.id == contact_id
    assert bench.waits == waits


@pytest.mark.unit
def test_failed_search_is_no_unknown_outcome(bench: Bench, simulator: RunningSimulator) -> None:
    simulator.script("ghl", "/contacts/search", times=9, status=502, body={})

    result = bench.client.search_contacts(field="email", value="dana@northfork.example")

    assert (result.outcome, result.code, bench.waits) == ("failed", "provider_5xx", [])


@pytest.mark.unit
def test_contact_is_found_by_what_it_is(bench: Bench, simulator: RunningSimulator, contact_id: str) -> None:
    simulator.state.ghl.add_contact(location_id="anotherLocation00001", email="dana@northfork.example")

    by_email = bench.client.search_contacts(field="email", value="dana@northfork.example")
    by_phone = bench.client.search_contacts(field="phone", value="+14155552671")
    nobody = bench.client.search_contacts(field="email", value="kim@northfork.example")

    assert [[contact.id for contact in found.data] for found in (by_email, by_phone, nobody)] == [
        [contact_id],
        [contact_id],
        [],
    ]
    assert calls(simulator, "/contacts/search")[0]["json"] == {
        "locationId": LOCATION,
        "page": 1,
        "pageLimit": 5,
        "filters": [{"field": "email", "operator": "eq", "value": "dana@northfork.example"}],
    }


@pytest.mark.unit
def test_contact_is_made_changed_and_read(bench: Bench, simulator: RunningSimulator) -> None:
    fields = ContactFields(
        email="kim@northfork.example",
        phone="+14155550100",
        first_name="Kim",
        last_name="Lee",
        company_name="Northfork Dental",
        website="northfork.example",
        state="TX",
        timezone="America/Chicago",
    )
    made = bench.client.upsert_contact(fields)
    again = bench.client.upsert_contact(ContactFields(email="kim@northfork.example", last_name="Leeds"))
    changed = bench.client.update_contact(made.data.id, ContactFields(phone="+14155550199"))
    read = bench.client.get_contact(made.data.id)

    assert (made.data.is_new, again.data.is_new, again.data.id == made.data.id) == (True, False, True)
    assert (changed.data.phone, read.data.phone, read.data.last_name) == ("+14155550199", "+14155550199", "Leeds")
    assert (read.data.company_name, read.data.state, read.data.timezone) == (
        "Northfork Dental",
        "TX",
        "America/Chicago",
    )
    first, _, third = (call["json"] for call in calls(simulator) if call["json"])
    assert first == {
        "locationId": LOCATION,
        "firstName": "Kim",
        "lastName": "Lee",
        "email": "kim@northfork.example",
        "phone": "+14155550100",
        "companyName": "Northfork Dental",
        "website": "northfork.example",
        "state": "TX",
        "timezone": "America/Chicago",
        "source": "ZRG",
    }
    assert third == {"phone": "+14155550199"}


@pytest.mark.unit
def test_contact_made_twice_is_refused(bench: Bench, contact_id: str) -> None:
    result = bench.client.create_contact(ContactFields(email="dana@northfork.example"))

    assert (result.outcome, result.code) == ("failed", "bad_request")
    assert "duplicated" in result.message


@pytest.mark.unit
@pytest.mark.parametrize(
    ("dnd", "sms", "blocked"),
    [
        (False, {"status": "inactive"}, False),
        (False, {"status": "active"}, True),
        (False, {"status": "permanent"}, True),
        (True, None, True),
        (True, {"status": "inactive"}, False),
    ],
)
def test_do_not_disturb_is_read(
    bench: Bench, simulator: RunningSimulator, contact_id: str, dnd: bool, sms: Any, blocked: bool
) -> None:
    contact = simulator.state.ghl.contacts[contact_id]
    contact.update(dnd=dnd, dndSettings={"SMS": sms} if sms else {})

    assert bench.client.get_contact(contact_id).data.sms_blocked is blocked


@pytest.mark.unit
def test_history_by_thread_and_by_export(bench: Bench, simulator: RunningSimulator, contact_id: str) -> None:
    for number in range(3):
        simulator.state.ghl.write_as_lead(f"In {number}", email="dana@northfork.example", location_id=LOCATION)
        bench.client.send_sms(contact_id=contact_id, text=f"Out {number}")

    (thread,) = bench.client.search_conversations(contact_id).data
    newest = bench.client.list_messages(thread.id, limit=4).data
    older = bench.client.list_messages(thread.id, limit=4, before=newest.following).data
    exported = bench.client.export_messages(contact_id).data

    assert thread.contact_id == contact_id
    assert thread.last_message_at is not None
    assert [(row.text, row.is_inbound) for row in (*newest.messages, *older.messages)] == [
        ("Out 2", False),
        ("In 2", True),
        ("Out 1", False),
        ("In 1", True),
        ("Out 0", False),
        ("In 0", True),
    ]
    assert (newest.messages[0].is_sms, older.following) == (True, None)
    assert [row.id for row in exported.messages] == [row.id for row in (*newest.messages, *older.messages)]
    assert exported.following is None


@pytest.mark.unit
def test_export_stays_within_its_bounds(
    bench: Bench, simulator: RunningSimulator, contact_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(70):
        simulator.state.ghl.write_as_lead(f"In {number}", email="dana@northfork.example", location_id=LOCATION)
    monkeypatch.setenv("GHL_EXPORT_MAX_PAGES", "2")
    by_pages = bench.client.export_messages(contact_id).data
    monkeypatch.setenv("GHL_EXPORT_MAX_MESSAGES", "25")
    by_messages = bench.client.export_messages(contact_id).data

    assert (len(by_pages.messages), by_pages.following is None) == (40, False)
    assert (len(by_messages.messages), by_messages.following is None) == (25, False)


@pytest.mark.unit
def test_thread_of_nobody_is_empty(bench: Bench) -> None:
    assert bench.client.search_conversations("mE1xWq0T9aJ5kLrYb2Vd").data == ()


@pytest.mark.unit
def test_lists_of_the_location(bench: Bench, simulator: RunningSimulator) -> None:
    lists = [bench.client.list_workflows(), bench.client.list_calendars(), bench.client.list_users()]

    assert [[row.name for row in result.data] for result in lists] == [
        ["Inbound SMS to ZRG"],
        ["Intro calls"],
        ["Priya Nair"],
    ]
    assert [call["path"] for call in calls(simulator)] == ["/workflows/", "/calendars/", "/users/"]
    assert {call["query"]["locationId"] for call in calls(simulator)} == {LOCATION}


def appointment(contact_id: str, **changes: Any) -> AppointmentFields:
    values = {"calendar_id": CALENDAR_ID, "contact_id": contact_id, "starts_at": START, "ends_at": END, **changes}
    return AppointmentFields(**values)


@pytest.mark.unit
def test_appointment_is_made_moved_and_deleted(bench: Bench, simulator: RunningSimulator, contact_id: str) -> None:
    fields = appointment(
        contact_id, title="Intro", status="confirmed", assigned_user_id=USER_ID, notes="zrg-attempt:4f1c", notify=True
    )
    made = bench.client.create_appointment(fields)
    booked_id = made.data.id
    bench.client.update_appointment(booked_id, AppointmentFields(starts_at=END))
    read = bench.client.get_appointment(booked_id)
    listed = bench.client.list_contact_appointments(contact_id)
    deleted = bench.client.delete_appointment(booked_id)

    assert (made.data.starts_at, made.data.ends_at, made.data.status) == (START, END, "confirmed")
    assert (read.data.starts_at, read.data.notes, read.data.assigned_user_id) == (END, "zrg-attempt:4f1c", USER_ID)
    assert [found.id for found in listed.data] == [booked_id]
    assert (deleted.outcome, bench.client.get_appointment(booked_id).code) == ("ok", "not_found")
    assert calls(simulator, "/calendars/events/appointments")[0]["json"] == {
        "locationId": LOCATION,
        "calendarId": CALENDAR_ID,
        "contactId": contact_id,
        "startTime": "2026-03-10T15:00:00Z",
        "endTime": "2026-03-10T15:30:00Z",
        "title": "Intro",
        "appointmentStatus": "confirmed",
        "assignedUserId": USER_ID,
        "notes": "zrg-attempt:4f1c",
        "toNotify": True,
    }


@pytest.mark.unit
def test_taken_slot_is_refused(bench: Bench, contact_id: str) -> None:
    assert bench.client.create_appointment(appointment(contact_id)).ok

    result = bench.client.create_appointment(appointment(contact_id))

    assert (result.outcome, result.code) == ("failed", "bad_request")
    assert "no longer available" in result.message


@pytest.mark.unit
@pytest.mark.parametrize("wrap", ["appointment", "event", None])
def test_appointment_is_read_wrapped_or_not(bench: Bench, simulator: RunningSimulator, wrap: str | None) -> None:
    body = {"appointmentId": "apt1", "startTime": "2026-02-12T15:00:00-05:00"}
    simulator.script("ghl", "/calendars/events/appointments/*", status=200, body={wrap: body} if wrap else body)

    found = bench.client.get_appointment("apt1").data

    assert (found.id, found.starts_at) == ("apt1", datetime(2026, 2, 12, 20, 0, tzinfo=UTC))


@pytest.mark.unit
@pytest.mark.parametrize(
    "body",
    [
        {"events": [{"id": "apt1", "startTime": "2026-02-12 15:00:00"}]},
        {"appointments": [{"id": "apt1", "startTime": "2026-02-12 15:00:00"}, {"no": "id"}, None]},
        {"data": {"events": [{"id": "apt1", "startTime": "2026-02-12 15:00:00"}]}},
    ],
)
def test_start_without_offset_is_never_utc(
    bench: Bench, simulator: RunningSimulator, contact_id: str, body: Any
) -> None:
    simulator.script("ghl", "/contacts/*/appointments", status=200, body=body)

    (found,) = bench.client.list_contact_appointments(contact_id).data

    assert (found.starts_at, found.starts_at_text) == (None, "2026-02-12 15:00:00")


def connected(**values: Any) -> Connection:
    values = {"external_account_id": LOCATION, "secrets": {"private_key": API_KEY}, **values}
    return ConnectionFactory(workspace=WorkspaceFactory(), provider="GHL", **values)


def asked(connection: Connection) -> ProviderResult:
    with no_context():
        return check(connection.workspace_id)


def test_check_lists_the_calendars(db: None, simulator: RunningSimulator) -> None:
    connection = connected()

    result = asked(connection)

    assert (result.ok, CHECKS["GHL"]) == (True, check)
    assert [(call["method"], call["path"], call["query"]) for call in calls(simulator)] == [
        ("GET", "/calendars/", {"locationId": LOCATION})
    ]
    connection.refresh_from_db()
    assert connection.status == "CONNECTED"


def test_refused_key_disconnects(db: None, simulator: RunningSimulator) -> None:
    simulator.state.ghl.add_key("pit-other-location", "anotherLocation00001")
    foreign = connected(secrets={"private_key": "pit-other-location"})
    wrong = connected(secrets={"private_key": "pit-wrong"}, external_account_id="anotherLocation00001")

    results = [asked(wrong), asked(foreign)]

    assert [(result.outcome, result.status, result.code) for result in results] == [
        ("failed", 401, "auth_failed"),
        ("failed", 403, "auth_failed"),
    ]
    foreign.refresh_from_db()
    assert foreign.status == "DISCONNECTED"


@pytest.mark.parametrize("values", [{"external_account_id": None}, {"secrets": {}}])
def test_incomplete_connection_calls_nobody(db: None, simulator: RunningSimulator, values: dict[str, Any]) -> None:
    result = asked(connected(**values))

    assert (result.outcome, result.code) == ("failed", "not_configured")
    assert calls(simulator) == []


def test_pace_is_kept_per_location(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GHL_REQUESTS_PER_10S", "2")
    here, there = (
        SPEC.throttle(Account(connection=connected(external_account_id=location), secrets={}))
        for location in (LOCATION, "anotherLocation00001")
    )
    assert here is not None
    assert there is not None

    with time_machine.travel(datetime(2026, 3, 5, 16, 41, 12, tzinfo=UTC), tick=False):
        waits = [here.wait(), here.wait(), here.wait(), there.wait()]

    assert waits == [0, 0, 8, 0]


def test_providers_without_a_check_say_so(db: None) -> None:
    connection = ConnectionFactory(workspace=WorkspaceFactory(), provider="LEAD_PUSH", secrets={})

    assert check_connection(connection).code == "not_configured"

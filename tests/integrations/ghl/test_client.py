"""Calling GoHighLevel: what is sent, what its answers mean, what is repeated."""

from collections.abc import Callable
from typing import Any

import pytest

from integrations.ghl.types import ContactFields
from tests.factories.integrations import API_KEY
from tests.integrations.ghl.conftest import SEND_PATH, Bench, calls
from tests.integrations.ghl.payloads import LOCATION
from tests.support.simulator import RunningSimulator


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
def test_lists_of_the_location(bench: Bench, simulator: RunningSimulator) -> None:
    lists = [bench.client.list_workflows(), bench.client.list_calendars(), bench.client.list_users()]

    assert [[row.name for row in result.data] for result in lists] == [
        ["Inbound SMS to ZRG"],
        ["Intro calls"],
        ["Priya Nair"],
    ]
    assert [call["path"] for call in calls(simulator)] == ["/workflows/", "/calendars/", "/users/"]
    assert {call["query"]["locationId"] for call in calls(simulator)} == {LOCATION}

"""Reading the workflow's call: label, time, key."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.ghl.payload import read_call, references, written_at
from tests.integrations.ghl.payloads import CONTACT, LOCATION, sms, undated

pytestmark = pytest.mark.unit

RECEIVED = datetime(2026, 3, 5, 11, 41, 10, tzinfo=UTC)


def label_of(custom: dict[str, Any], trigger: dict[str, Any] | None = None) -> str | None:
    return read_call({"customData": custom, "triggerData": trigger or {}}).label


@pytest.mark.parametrize(
    ("custom", "trigger", "label"),
    [
        ({"Client": " Northfork  North "}, {}, "Northfork  North"),
        ({"client": "Northfork North"}, {}, "Northfork North"),
        ({"Sub-Client Name": "South", "Client": "North"}, {}, "North"),
        ({"Sub-Client Name": "South"}, {"client": "West"}, "South"),
        ({"Client": "  ", "SMS campaign": "Spring"}, {}, "Spring"),
        ({}, {"smsSubClientName": "West"}, "West"),
        ({"Campaign Name": "Spring"}, {}, "Spring"),
        ({"Client": 12}, {}, "12"),
        ({"Client": 1.5}, {}, "1.5"),
        ({"Client": True}, {}, "true"),
        ({"Client": False}, {}, "false"),
        ({"Client": {"id": 7, "name": "North"}}, {}, "North"),
        ({"Client": {"label": "", "value": 9}}, {}, "9"),
        ({"Client": {"name": {"deep": 1}, "text": "North"}}, {}, "North"),
        ({"Client": ["North"], "sms_client": "South"}, {}, "South"),
        ({"Client type": "agency", "Clients": "x"}, {}, None),
        ({}, {}, None),
    ],
)
def test_label_of_the_sub_client(custom: dict[str, Any], trigger: dict[str, Any], label: str | None) -> None:
    assert label_of(custom, trigger) == label


@pytest.mark.parametrize(
    ("date", "time", "created", "expected"),
    [
        ("03/05/2026", "11:41 AM", None, datetime(2026, 3, 5, 11, 41, tzinfo=UTC)),
        ("03/05/2026", "11:22:00", None, datetime(2026, 3, 5, 11, 22, tzinfo=UTC)),
        ("2026-03-05", "12:01 PM", None, datetime(2026, 3, 5, 12, 1, tzinfo=UTC)),
        ("03/05/2026", "12:02 PM", None, RECEIVED),
        ("03/05/2026", "06:41 AM", "2026-01-11T09:00:00.000Z", RECEIVED),
        ("03/05/2026", "11:35 AM", "2026-03-05T11:40:00.000Z", datetime(2026, 3, 5, 11, 40, tzinfo=UTC)),
        ("03/05/2026", "soon", "2026-03-05T11:40:00.000Z", datetime(2026, 3, 5, 11, 40, tzinfo=UTC)),
        ("13/45/2026", "11:41 AM", "yesterday", RECEIVED),
        (None, "11:41 AM", None, RECEIVED),
        (None, None, None, RECEIVED),
    ],
)
def test_only_times_near_receipt_count(
    date: str | None, time: str | None, created: str | None, expected: datetime
) -> None:
    call = read_call(sms(custom={"Date": date, "Time": time}, date_created=created))

    assert written_at(call, RECEIVED) == expected


def test_key_of_a_dated_call_knows_no_clock() -> None:
    first = references(read_call(sms("Yes,  call ME")), RECEIVED)
    later = references(read_call(sms("yes, call me ")), RECEIVED + timedelta(days=2))

    assert first == later
    assert len(first) == 1
    assert len(first[0]) == 32


@pytest.mark.parametrize(
    "changed",
    [
        sms("Yes"),
        sms(contact_id="anotherContact000001"),
        sms(workflow={"id": "wf-2"}),
        sms(date_created="2026-01-12T09:00:00.000Z"),
        sms(custom={"Date": "03/06/2026"}),
        sms(custom={"Time": "11:42 AM"}),
    ],
)
def test_key_changes_with_each_part(changed: dict[str, Any]) -> None:
    assert references(read_call(changed), RECEIVED) != references(read_call(sms()), RECEIVED)


def test_key_of_an_undated_call_lasts_its_bucket_and_the_next() -> None:
    call = read_call(undated("Yes"))
    edge = datetime(2026, 3, 5, 16, 50, tzinfo=UTC)
    before, after, much_later = (references(call, edge + timedelta(seconds=seconds)) for seconds in (-30, 30, 3_600))

    assert before[0] == after[1]
    assert not set(before) & set(much_later)
    assert references(read_call(sms("Yes", custom={"Time": None})), edge) != references(call, edge + timedelta(hours=1))


def test_custom_data_stands_in_for_what_is_missing() -> None:
    call = read_call(
        sms(email="", phone="", first_name="", last_name="", message={"type": 2, "body": " "}),
    )

    assert (call.email, call.phone, call.first_name, call.last_name, call.text) == (
        "dana@northfork.example",
        "+14155552671",
        "Dana",
        "Reyes",
        "Yes, call me tomorrow",
    )


def test_name_is_split_when_only_whole() -> None:
    call = read_call({"full_name": "Dana Maria Reyes"})

    assert (call.first_name, call.last_name) == ("Dana", "Maria Reyes")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"message": "text", "location": [], "customData": None, "triggerData": 7, "workflow": "x"},
        {"contact_id": {"a": 1}, "location": {"id": True}, "message": {"body": ["x"]}},
    ],
)
def test_odd_shapes_are_missing_parts(payload: dict[str, Any]) -> None:
    call = read_call(payload)

    assert (call.contact_id, call.location_id, call.text, call.label) == (None, None, None, None)


def test_location_of_the_address_is_the_second_choice() -> None:
    assert read_call(sms(), location_id="other").location_id == LOCATION
    assert read_call({"contact_id": CONTACT}, location_id=" other ").location_id == "other"

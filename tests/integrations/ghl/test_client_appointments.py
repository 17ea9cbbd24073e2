"""Appointments of a location: made, moved, read, deleted."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.ghl.simulator import CALENDAR_ID, USER_ID
from integrations.ghl.types import AppointmentFields
from tests.integrations.ghl.conftest import Bench, calls
from tests.integrations.ghl.payloads import LOCATION
from tests.support.simulator import RunningSimulator

START = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
END = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)


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

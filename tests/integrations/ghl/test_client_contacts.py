"""Contacts of a location: found, made, changed, read, with their threads."""

from typing import Any

import pytest

from integrations.ghl.types import ContactFields
from tests.integrations.ghl.conftest import Bench, calls
from tests.integrations.ghl.payloads import LOCATION
from tests.support.simulator import RunningSimulator


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

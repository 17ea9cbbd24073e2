from datetime import UTC, datetime

import pytest

from leads.models import Lead
from leads.rules.merging import merge_values

pytestmark = pytest.mark.unit

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def test_empty_fields_are_filled_and_stored_ones_stay():
    keep = Lead(first_name="Dana", email="dana@northfork.example")
    drop = Lead(first_name="Diana", last_name="Reyes", linkedin_url="https://linkedin.com/in/dana-reyes")

    assert merge_values(keep, drop) == {"last_name": "Reyes", "linkedin_url": "https://linkedin.com/in/dana-reyes"}


def test_values_that_belong_together_are_taken_together():
    keep = Lead(phone="+14155552671", phone_national="4155552671", phone_country="US")
    drop = Lead(phone="+447911123456", phone_national="7911123456", phone_country="GB", phone_raw="07911 123456")

    assert merge_values(keep, drop) == {}
    assert merge_values(Lead(), drop) == {
        "phone": "+447911123456",
        "phone_national": "7911123456",
        "phone_country": "GB",
        "phone_raw": "07911 123456",
    }


def test_dropped_addresses_become_alternates():
    keep = Lead(email="dana@northfork.example", alternate_emails=["pa@northfork.example"])
    drop = Lead(
        email="d.reyes@northfork.example", alternate_emails=["dana@northfork.example", "office@northfork.example"]
    )

    assert merge_values(keep, drop)["alternate_emails"] == [
        "pa@northfork.example",
        "d.reyes@northfork.example",
        "office@northfork.example",
    ]


def test_dropped_primary_becomes_primary_where_there_is_none():
    keep = Lead(alternate_emails=["dana@northfork.example", "pa@northfork.example"])

    changes = merge_values(keep, Lead(email="dana@northfork.example"))

    assert changes == {"email": "dana@northfork.example", "alternate_emails": ["pa@northfork.example"]}


def test_tags_attributes_and_openings_are_joined():
    keep = Lead(tags=["a"], attributes={"x": 1}, email_open_count=2, email_last_opened_at=LATE)
    drop = Lead(tags=["b", "a"], attributes={"x": 2, "y": 3}, email_open_count=1, email_last_opened_at=EARLY)

    assert merge_values(keep, drop) == {"tags": ["a", "b"], "attributes": {"y": 3, "x": 1}, "email_open_count": 3}

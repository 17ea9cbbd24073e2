from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.lib.redact import MAX_DEPTH, hasher_with, redact_event, redact_headers, redact_text, redact_value

pytestmark = pytest.mark.unit

LEAD = UUID("4c0b9f5e-7d57-4a39-8a11-1b2c3d4e5f60")


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("", ""),
        ("nothing to hide, 123456 times", "nothing to hide, 123456 times"),
        ("mail dana.reyes+x@sub.northfork.example failed", "mail [email] failed"),
        ("<dana@northfork.example>, <kim@x.example>", "<[email]>, <[email]>"),
        ("GET /leads?email=dana%40northfork.example", "GET /leads?email=[email]"),
        ("number 5551234 refused", "number [phone] refused"),
        ("number +15551234567 refused", "number [phone] refused"),
        ("number +44 (0)20 7946-0018 refused", "number [phone] refused"),
        ("number (415) 555-0100 refused", "number [phone] refused"),
        ("x5551234567y", "x[phone]y"),
        (f"lead {LEAD} gone", f"lead {LEAD} gone"),
        ("lead 12345678-1234-1234-1234-123456789012 gone", "lead 12345678-1234-1234-1234-123456789012 gone"),
        ("Authorization: Bearer abc.def-123", "Authorization: [secret]"),
        ("sent with bearer abcdefghijk", "sent with bearer [secret]"),
        ("https://x.example/a?api_key=abc123&page=2", "https://x.example/a?api_key=[secret]&page=2"),
        ("https://x.example/a?access_token=abc123", "https://x.example/a?access_token=[secret]"),
        ('{"api_key": "abc123", "page": 2}', '{"api_key": "[secret]", "page": 2}'),
        ("password=hunter2", "password=[secret]"),
        ("postgres://zrg:pw@db.example/zrg", "postgres://[secret]@db.example/zrg"),
        ("token xoxb-123456789012-abcdef", "token [secret]"),
        ("key sk-proj-abcdefgh12345678", "key [secret]"),
    ],
)
def test_redact_text_replaces_addresses_phones_and_secrets(text, redacted):
    assert redact_text(text) == redacted


@given(st.text(max_size=300))
def test_redact_text_is_idempotent(text):
    once = redact_text(text)

    assert redact_text(once) == once


@given(st.text(max_size=40), st.integers(1_000_000, 10**15), st.text(max_size=40))
def test_hard_13_redaction_leaves_no_phone_in_a_text(before, phone, after):
    assert str(phone) not in redact_text(f"{before} {phone} {after}")


@pytest.mark.parametrize("unit", ["a", "a-", "1 ", "+1", "@", "a@", "api_key=", "://a:", "bearer ", "(1) "])
def test_redact_text_stays_quick_on_hostile_input(unit):
    started = datetime.now(UTC)

    redact_text(unit * (200_000 // len(unit)))

    assert (datetime.now(UTC) - started).total_seconds() < 5


def redacted(**event):
    return redact_event(None, "info", event)


def test_hard_13_redaction_of_a_log_line():
    line = redacted(
        event="message.inbound",
        lead=LEAD,
        lead_email="Dana@northfork.example",
        phone="+1 415 555 0100",
        body="Hello there",
        api_key="k-123",
        headers={"Authorization": "Bearer abc", "Cookie": "a=b", "Accept": "application/json"},
        error={"type": "ValueError", "message": "no mailbox dana@northfork.example"},
        tokens=12,
    )

    assert line["event"] == "message.inbound"
    assert line["lead"] == LEAD
    assert line["lead_email"].startswith("email:")
    assert line["phone"].startswith("phone:")
    assert line["body"] == "[11 characters]"
    assert line["api_key"] == "[secret]"
    assert line["headers"] == {"Authorization": "[secret]", "Cookie": "[secret]", "Accept": "application/json"}
    assert line["tokens"] == 12
    assert line["error"]["type"] == "ValueError"
    assert "northfork" not in str(line)
    assert "415" not in str(line)


def test_equal_addresses_and_phones_have_equal_hashes_whatever_their_spelling():
    assert redacted(email="Dana@x.example ")["email"] == redacted(email="dana@x.example")["email"]
    assert redacted(phone="+1 (415) 555-0100")["phone"] == redacted(phone="14155550100")["phone"]
    assert redacted(event="to dana@x.example")["event"] == f"to {redacted(email='dana@x.example')['email']}"


def test_hashes_depend_on_the_salt():
    assert hasher_with("one")("dana@x.example") != hasher_with("other")("dana@x.example")
    assert hasher_with("one")("dana@x.example") == hasher_with("one")("dana@x.example")


def test_redact_event_is_idempotent():
    line = redacted(event="e", email="dana@x.example", phone="5551234567", body="x", secret="y", ip="10.0.0.1")

    assert redact_event(None, "info", dict(line)) == line


def test_redact_event_leaves_what_belongs_to_structlog():
    record, error = object(), ValueError("dana@x.example")

    line = redacted(event="x", _record=record, exc_info=error)

    assert line["_record"] is record
    assert line["exc_info"] is error


def test_redact_event_keeps_the_name_of_a_worker():
    assert redacted(worker="vm:8810:87654321")["worker"] == "vm:8810:87654321"


def test_redact_event_keeps_provider_ids_of_digits_only():
    assert redacted(event="x", scheduled_email_id="123456789")["scheduled_email_id"] == "123456789"


def test_redact_event_keeps_numbers_times_and_prompt_keys():
    at = datetime(2026, 3, 5, tzinfo=UTC)

    assert redacted(event="ai.call", prompt="draft.generate.sms.v1", at=at, input_tokens=900, ok=True, none=None) == {
        "event": "ai.call",
        "prompt": "draft.generate.sms.v1",
        "at": at,
        "input_tokens": 900,
        "ok": True,
        "none": None,
    }


def test_redact_event_hashes_each_address_of_a_list():
    values = redacted(event="x", cc=["dana@x.example", "kim@x.example"])["cc"]

    assert len(set(values)) == 2
    assert all(value.startswith("email:") for value in values)


def test_redact_value_stops_at_its_depth():
    nested: dict = {"leaf": "dana@x.example"}
    for _ in range(MAX_DEPTH + 3):
        nested = {"inner": nested}

    assert "x.example" not in str(redact_value("payload", nested, hasher_with("s")))


def test_redact_value_never_prints_an_unknown_object_unread():
    class Person:
        def __str__(self):
            return "Dana <dana@x.example>"

    assert "x.example" not in redact_value("person", Person(), hasher_with("s"))


def test_redact_headers_hides_credentials_cookies_and_signatures():
    headers = {
        "Authorization": "Bearer abc",
        "X-Workspace-Provisioning-Secret": "abc",
        "X-API-KEY": "abc",
        "Calendly-Webhook-Signature": "t=1,v1=abc",
        "Content-Type": "application/json",
        "User-Agent": "curl dana@x.example",
    }

    assert redact_headers(headers) == {
        "Authorization": "[secret]",
        "X-Workspace-Provisioning-Secret": "[secret]",
        "X-API-KEY": "[secret]",
        "Calendly-Webhook-Signature": "[secret]",
        "Content-Type": "application/json",
        "User-Agent": "curl [email]",
    }

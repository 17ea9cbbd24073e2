"""The mailbox is checked before a reply leaves; nothing but a clear "invalid" stops it."""

import pytest

from inbox.models import Message
from integrations.emailguard.simulator import DEMO_API_KEY
from leads.models import Lead
from tests.inbox.services.test_sending import send

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def guarded(simulator, monkeypatch):
    monkeypatch.setenv("EMAILGUARD_API_KEY", DEMO_API_KEY)
    return simulator


def lead_state():
    return Lead.objects.values_list("status", "blacklist_reason").get()


def test_a_valid_mailbox_is_written_to(thread, guarded):
    assert send(thread).status == "sent"

    assert [entry["json"]["email"] for entry in guarded.requests("emailguard")] == ["dana@northfork.example"]


def test_an_invalid_mailbox_is_not_written_to_and_blocks_email(thread, guarded):
    guarded.state.emailguard.invalid.add("dana@northfork.example")

    first = send(thread)
    second = send(thread, send_key="manual:2:part:0")

    assert (first.status, first.code) == ("failed", "email_invalid")
    assert (second.status, second.code) == ("blocked", "lead_blacklisted")
    assert guarded.sent_replies() == []
    assert lead_state() == ("blacklisted", "email_invalid")
    assert Message.objects.outbound().get().delivery_status == "failed"


@pytest.mark.parametrize(
    "respond", [{"status": 500, "body": {"status": "invalid"}}, {"status": 200, "body": {"x": 1}}, {"close": "after"}]
)
def test_hard_02_mailbox_check_fails_open(thread, guarded, respond):
    guarded.script("emailguard", **respond)

    assert send(thread).status == "sent"

    assert len(guarded.sent_replies()) == 1
    assert lead_state()[1] is None


def test_a_colleagues_invalid_mailbox_says_nothing_about_the_lead(thread, guarded):
    Lead.objects.update(current_replier_email="kim@northfork.example")
    guarded.state.emailguard.invalid.add("kim@northfork.example")

    assert send(thread).code == "email_invalid"

    assert guarded.sent_replies() == []
    assert lead_state()[1] is None

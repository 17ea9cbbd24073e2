"""The signature as the writer of an answer is told of it."""

import time

import pytest

from inbox.models import MessageRaw
from inbox.services.signatures import signature_summary
from tests.factories import LeadFactory
from tests.factories.inbox import MessageFactory
from zrg.ai.contracts import CallScope

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

KEY = "signature.context.v1"
SIGNED = "Sounds good.\n\nDana Reyes\nOwner\n+1 (415) 555-2671\nhttps://calendly.com/dana/30min"


def mail(text=SIGNED, **values):
    message = MessageFactory(lead=LeadFactory(), body="Sounds good.", **values)
    MessageRaw.objects.create(workspace=message.workspace, message=message, raw_text=text)
    return message


def summary(message):
    scope = CallScope(workspace_id=message.workspace_id, source="tests", message_id=message.pk)
    return signature_summary(message.workspace_id, message.pk, scope=scope, deadline=time.monotonic() + 10)


def test_summary_names_what_stands_there(simulator):
    found = summary(mail())

    assert (found.name, found.has_phone, found.scheduling_links) == (
        "Dana Reyes",
        True,
        ("https://calendly.com/dana/30min",),
    )
    asked = simulator.asked(KEY)[0]
    assert (asked["model"], asked["reasoning"]) == ("gpt-5-nano", {"effort": "minimal"})
    assert 300 <= asked["max_output_tokens"] <= 900


@pytest.mark.parametrize(("text", "channel"), [("Sounds good.", "email"), (SIGNED, "sms")])
def test_nothing_to_read_asks_nobody(simulator, text, channel):
    assert summary(mail(text, channel=channel)) is None
    assert simulator.requests("openai") == []


def test_no_answer_is_no_summary(simulator):
    simulator.script("openai", "*", times=5, status=500, body={"error": {"message": "down"}})

    assert summary(mail()) is None


def test_without_a_key_it_is_skipped(simulator, settings):
    settings.OPENAI_API_KEY = ""

    assert summary(mail()) is None

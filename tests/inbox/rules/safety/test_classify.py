"""The order of the kinds."""

import pytest

from inbox.enums import SafetyKind
from inbox.rules.safety import classify_safety, read_safety
from tests.inbox.rules.safety.cases_replies import REPLIES

pytestmark = pytest.mark.unit

EVERYTHING = (
    "I am out of office and this mailbox is no longer monitored. This is an automated message. "
    "Please unsubscribe me. 550 5.1.1 user unknown."
)


@pytest.mark.parametrize(("kind", "body", "subject"), REPLIES)
def test_whole_replies(kind, body, subject):
    assert classify_safety(body, subject, lead_name="Dana Whitfield") == kind


@pytest.mark.parametrize(("kind", "body", "subject"), REPLIES)
@pytest.mark.parametrize("title", ["", "Out of office", "Delivery failed", "Unsubscribe", "Automatic reply: gone"])
def test_our_subject_only_takes_findings_away(kind, body, subject, title):
    """A reply that finds nothing without our subject is read without looking it up (services.protecting)."""
    human = (SafetyKind.NONE, SafetyKind.ACK_ONLY)
    shown = title or subject
    without = classify_safety(body, shown, lead_name="Dana Whitfield")
    for ours in (shown, f"Re: {shown}", "Quick idea", title):
        read = classify_safety(body, shown, lead_name="Dana Whitfield", our_subject=ours)
        assert read == without or without not in human


def test_order_on_email():
    assert classify_safety(EVERYTHING) == "bounce"
    assert classify_safety(EVERYTHING.replace("550 5.1.1 user unknown.", "")) == "opt_out"
    assert classify_safety("I am out of office and this mailbox is no longer monitored.") == "dead_inbox"
    assert classify_safety("I am out of office. This is an automated message.") == "out_of_office"
    assert classify_safety("This is an automated message. Thanks.") == "automated_reply"
    assert classify_safety("Thanks.") == "ack_only"
    assert classify_safety("Thanks, who are you") == "none"


@pytest.mark.parametrize("channel", ["sms", "linkedin"])
def test_order_on_sms_and_linkedin(channel):
    assert classify_safety(EVERYTHING, channel=channel) == "opt_out"
    assert (
        classify_safety("I am out of office; this mailbox is no longer monitored.", channel=channel) == "out_of_office"
    )
    assert classify_safety("This is an automated message. Thanks.", channel=channel) == "automated_reply"
    assert classify_safety("Thanks.", channel=channel) == "ack_only"


def test_an_automatic_header_does_not_hide_an_opt_out():
    kind = classify_safety("Please remove me.", "Automatic reply: x", headers={"Auto-Submitted": "auto-replied"})

    assert kind == "opt_out"


def test_a_message_without_text_is_none():
    assert classify_safety("") == SafetyKind.NONE
    assert classify_safety("", "Quick question", "sms") == SafetyKind.NONE


def test_the_kind_is_an_enum_of_the_specified_words():
    assert classify_safety("STOP", channel="sms") is SafetyKind.OPT_OUT
    assert set(SafetyKind.values) == {
        *("none", "opt_out", "bounce", "dead_inbox", "out_of_office", "automated_reply", "ack_only")
    }


def test_the_reading_names_the_family_of_an_opt_out():
    reading = read_safety("Quit texting me", channel="sms")

    assert (reading.kind, reading.opt_out.family, reading.opt_out.language) == ("opt_out", "stop_verb", "en")
    assert not read_safety("Thanks").opt_out


def test_own_words_only_a_quoted_note_is_not_an_absence():
    body = "Sounds like a plan, Jo.\n\nOn Mon, 2 Mar 2026 Sam <s@x.example> wrote:\n> I am out of office"

    assert classify_safety(body) == "none"

"""Mailboxes that nobody reads any more."""

import pytest

from inbox.rules.safety import classify_safety

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "body",
    [
        "This email address is no longer in use. Please write to office@harbor.example.",
        "This mailbox is not monitored.",
        "My inbox is no longer checked.",
        "Her email is no longer active. Contact Jo Lee.",
        "Their account has been deactivated.",
        "Dana has left the company and this inbox is no longer monitored.",
        "The email address dana@harbor.example is no longer valid.",
        "this address is inactive",
        "His mailbox was closed in May.",
        "The mailbox of our former colleague... this inbox is unattended.",
        "My work account has been retired.",
        "This is no longer a valid email address.",
        "This inbox isn't monitored. For urgent matters can you call the desk?",
    ],
)
def test_a_retired_address_is_a_dead_inbox(body):
    assert classify_safety(body, "Re: Quick question") == "dead_inbox"


@pytest.mark.parametrize(
    "body",
    [
        "Is this inbox monitored by a real person?",
        "Is the mailbox inactive?",
        "My old email is no longer in use, this one is right.",
        "Her previous address is closed.",
        "My former account is no longer active, so write here.",
        "This inbox is no longer monitored, but can we talk on Tuesday?",
        "The address is closed on Sundays? Ok. How about Monday?",
        "The email in your footer is no longer active.",
        "We no longer use email for invoices.",
    ],
)
def test_a_person_in_touch_is_not_a_dead_inbox(body):
    assert classify_safety(body, "Re: Quick question") == "none"


def test_an_inbox_unread_during_an_absence_is_an_absence():
    body = "I am on annual leave until 3 June. This mailbox is not monitored during this time."

    assert classify_safety(body) == "out_of_office"


def test_dead_inboxes_exist_on_email_only():
    assert classify_safety("This email is no longer in use", channel="sms") == "none"


def test_a_removal_request_from_a_dead_inbox_is_an_opt_out():
    assert classify_safety("This mailbox is no longer monitored. Remove us from your list.") == "opt_out"

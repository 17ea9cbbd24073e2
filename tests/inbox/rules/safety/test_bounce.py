"""Delivery reports and what they mean."""

import pytest

from inbox.rules.safety import classify_bounce, classify_safety, is_bounce_address

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "address",
    [
        "mailer-daemon@googlemail.com",
        "MAILER-DAEMON@mx1.example.net",
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "postmaster@harbor.example",
        "mail-delivery@x.example",
        "maildelivery@x.example",
        "mail-delivery-subsystem@x.example",
        "mdaemon@x.example",
        "mailer-daemon+abc@x.example",
        "postmaster-eu@x.example",
        "mdaemon_2@x.example",
        "bounce@x.example",
        "bounces@x.example",
        "bounces+8123@mta.example",
        "bounce-12=dana@x.example",
        "bounces.a@x.example",
        "bounce_9@x.example",
        "bounce=dana@x.example",
        "no-reply@google.com",
        "noreply@google.com",
    ],
)
def test_system_mailboxes(address):
    assert is_bounce_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "no-reply@harbor.example",
        "noreply@google.com.example",
        "no-reply@accounts.example",
        "bouncer@club.example",
        "bouncecastle@x.example",
        "bounces2@x.example",
        "postmasters@x.example",
        "mailer@x.example",
        "dana@mailer-daemon.example",
        "dana@google.com",
        "daemon@x.example",
        "",
        None,
        "@",
        "dana",
    ],
)
def test_people_and_companies_are_not_system_mailboxes(address):
    assert not is_bounce_address(address)


@pytest.mark.parametrize(
    "subject",
    [
        "Undeliverable: Quick question",
        "Delivery Status Notification (Failure)",
        "Returned mail: see transcript for details",
        "failure notice",
        "Mail delivery failed: returning message to sender",
        "Delivery incomplete",
        "Non-Delivery report",
        "Unzustellbar: Frage",
        "Zustellung fehlgeschlagen",
        "Non remis : Question",
        "Échec de la remise",
        "No se puede entregar: Pregunta",
        "Mensaje no entregado",
        "Mancato recapito",
        "Non recapitabile: Domanda",
        "Não entregue: Pergunta",
        "Falha na entrega",
    ],
)
@pytest.mark.parametrize("body", ["", "The address was rejected.", "The following recipient was not reached", "550 no"])
def test_report_subject_with_marker_or_empty_body_is_a_bounce(subject, body):
    assert classify_safety(body, subject) == "bounce"


def test_report_subject_alone_is_not_a_bounce_when_a_person_writes():
    assert classify_safety("Happy to hear how you fixed it.", "Re: Delivery failed, now what") == "none"


def test_our_own_subject_is_no_report_subject():
    kind = classify_safety(
        "We are blocked as well. Tell me more.", "Re: Delivery failed again?", our_subject="Delivery failed again?"
    )

    assert kind == "none"


STRONG = (
    "Mail Delivery Subsystem",
    "The following recipients",
    "address not found",
    "user unknown",
    "mailbox is full",
    "could not be delivered",
    "the account you tried to reach",
    "550 5.1.1",
    "a permanent error",
    "Diagnostic-Code",
    "remote server returned",
    "Reporting-MTA",
    "Final-Recipient",
)


@pytest.mark.parametrize(("one", "other"), list(zip(STRONG, STRONG[1:] + STRONG[:1], strict=True)))
def test_two_different_strong_markers_are_a_bounce_unless_asked(one, other):
    assert classify_safety(f"{one}. {other}.", "Quick question") == "bounce"
    assert classify_safety(f"{one}. {other}. Can you clean that up for us?", "Quick question") == "none"


@pytest.mark.parametrize("marker", STRONG)
def test_one_strong_marker_is_not_enough(marker):
    assert classify_safety(f"I saw this: {marker}. {marker}.", "Quick question") == "none"


@pytest.mark.parametrize(
    "body",
    [
        "your last mail was blocked by our filter, resend?",
        "Your last mail was blocked by our filter, please resend.",
        "Our spam filter rejected it and access was denied.",
        "The mailbox is full of spam here.",
        "My colleague Lena does not exist in that form, try Lina.",
    ],
)
def test_a_person_talking_about_mail_is_not_a_bounce(body):
    assert classify_safety(body, "Re: Quick question") == "none"


@pytest.mark.parametrize("name", ["Content-Type", "content-type", "CONTENT-TYPE"])
def test_report_content_type_is_a_bounce(name):
    headers = {name: "Multipart/Report; report-type=delivery-status"}

    assert classify_safety("See attachment", headers=headers) == "bounce"
    assert classify_safety("See attachment", headers=list(headers.items())) == "bounce"


def test_a_report_that_quotes_our_unsubscribe_line_is_a_bounce_not_an_opt_out():
    body = "Delivery failed.\nYour text: unsubscribe, stop emailing me"

    assert classify_safety(body, from_email="mailer-daemon@x.example") == "bounce"


@pytest.mark.parametrize("channel", ["sms", "linkedin"])
def test_bounces_exist_on_email_only(channel):
    kind = classify_safety("550 5.1.1 user unknown", channel=channel, from_email="mailer-daemon@x.example")

    assert kind == "none"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("", "5.1.1"),
        ("", "5.1.10"),
        ("550 5.1.1 The email account that you tried to reach does not exist.", None),
        ("550 5.4.1 Recipient address rejected", None),
        ("5.0.0 user unknown", None),
        ("", "5.4.1"),
        ("no such user here", "550"),
        ("mailbox disabled", 551),
        ("553 unknown recipient", None),
        ("550 No Such User", None),
        ("User unknown", None),
    ],
)
def test_hard_bounces(reason, code):
    assert classify_bounce(reason, code) == "hard"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("", "4.2.2"),
        ("451 4.7.1 greylisted", None),
        ("", "5.2.2"),
        ("552 5.2.3 message too large", None),
        ("550 5.7.1 blocked by policy, user unknown to us", None),
        ("", "5.7.26"),
        ("", 421),
        ("try again later", "450"),
        ("", "451"),
        ("", 452),
        ("mailbox full", "550"),
        ("The recipient is over quota", None),
        ("temporarily deferred", None),
        ("greylisting in action", None),
        ("I am out-of-office", None),
        ("550 rejected as spam", None),
        ("5.0.0 something odd", None),
        ("", None),
    ],
)
def test_soft_bounces(reason, code):
    assert classify_bounce(reason, code) == "soft"


@pytest.mark.parametrize(
    ("reason", "code", "kind"),
    [
        ("", None, "hard"),
        ("bounced", None, "hard"),
        ("550 rejected", None, "hard"),
        ("mailbox full", None, "soft"),
        ("", "4.4.1", "soft"),
        ("greylisted", 450, "soft"),
        ("", "5.7.1", "soft"),
    ],
)
def test_a_bounce_event_is_hard_without_contrary_evidence(reason, code, kind):
    assert classify_bounce(reason, code, bounce_event=True) == kind

"""E-mail addresses: spelling, names, machines and our own senders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.lib.addresses import (
    OwnSenders,
    emails_match,
    is_machine_address,
    is_own_sender,
    normalize_email,
    parse_address,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  DANA@Northfork.Example ", "dana@northfork.example"),
        ("Dana Reyes <Dana@northfork.example>", "dana@northfork.example"),
        ('"Reyes <old@x.example>" <dana@x.example>', "dana@x.example"),
        ("< dana@x.example >", "dana@x.example"),
        ("mailto:dana@x.example", "dana@x.example"),
        ("MAILTO:dana@x.example?subject=Hi&cc=a@b.example", "dana@x.example"),
        ("<mailto:dana@x.example>", "dana@x.example"),
        ("dana+zrg@x.example", "dana+zrg@x.example"),
        ("d.a.n.a@x.example", "d.a.n.a@x.example"),
        ("dana.o'neil@x.example", "dana.o'neil@x.example"),
        ("dana@sub.x.example", "dana@sub.x.example"),
        ("dana@münchen.example", "dana@münchen.example"),
        ("\ufeffdana@x.example\u200b", "dana@x.example"),
        ("\xa0dana@x.example\n", "dana@x.example"),
        ("a@x.example,b@x.example", None),
        ("a@x.example;b@x.example", None),
        ("a@x.example b@x.example", None),
        ("dana@x", None),
        ("dana@", None),
        ("@x.example", None),
        ("dana", None),
        ("dana@x@y.example", None),
        ("dana@.example", None),
        ("dana@x.", None),
        ("dana reyes@x.example", None),
        ("(dana)@x.example", None),
        ("<>", None),
        ("Dana <>", None),
        ("<dana@x.example", None),
        ("da\x00na@x.example", None),
        ("mailto:", None),
        ("", None),
        (None, None),
    ],
)
def test_normalize_email(value: str | None, expected: str | None) -> None:
    assert normalize_email(value) == expected


def test_an_address_holds_at_most_320_characters() -> None:
    longest = "a" * (320 - len("@x.example")) + "@x.example"

    assert normalize_email(longest) == longest
    assert normalize_email("a" + longest) is None


@pytest.mark.parametrize(
    ("value", "email", "name"),
    [
        ("Dana Reyes <dana@x.example>", "dana@x.example", "Dana Reyes"),
        ('"Reyes, Dana" <dana@x.example>', "dana@x.example", "Reyes, Dana"),
        ("'Dana Reyes' <DANA@x.example>", "dana@x.example", "Dana Reyes"),
        ('"Dana \\"D\\" Reyes" <dana@x.example>', "dana@x.example", 'Dana "D" Reyes'),
        ("“Dana” <dana@x.example>", "dana@x.example", "Dana"),
        ("  Dana   <dana@x.example>  ", "dana@x.example", "Dana"),
        ("<dana@x.example>", "dana@x.example", None),
        ('"" <dana@x.example>', "dana@x.example", None),
        ("dana@x.example", "dana@x.example", None),
        ("Dana <nope>", None, "Dana"),
        ("Dana Reyes", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_parse_address(value: str | None, email: str | None, name: str | None) -> None:
    parsed = parse_address(value)

    assert (parsed.email, parsed.name) == (email, name)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("Dana@x.example", "dana@X.example", True),
        ("Dana <dana@x.example>", "mailto:dana@x.example", True),
        ("dana@x.example", "kim@x.example", False),
        ("dana+a@x.example", "dana@x.example", False),
        (None, None, False),
        ("", "", False),
        ("nope", "nope", False),
    ],
)
def test_emails_match(a: str | None, b: str | None, expected: bool) -> None:
    assert emails_match(a, b) is expected


@pytest.mark.parametrize(
    "value",
    [
        *("mailer-daemon@x.example", "MAILER-DAEMON@mx1.x.example", "Mail Delivery <Mailer-Daemon@x.example>"),
        *("postmaster@x.example", "mail-delivery@x.example", "maildelivery@x.example", "bounce@x.example"),
        *(
            "bounces@x.example",
            "bounces+8123@x.example",
            "bounce-12@x.example",
            "bounce.x@x.example",
            "bounce_1@x.example",
        ),
        *("noreply@x.example", "no-reply@x.example", "donotreply@x.example", "do-not-reply@x.example"),
        *("do-notreply@x.example", "noreply-sales@x.example", "no-reply+1@x.example", "mailer-daemon@localhost"),
        "mail-delivery-subsystem@x.example",
    ],
)
def test_machine_addresses(value: str) -> None:
    assert is_machine_address(value) is True


@pytest.mark.parametrize(
    "value",
    [
        *(
            "dana@x.example",
            "bouncer@x.example",
            "bounceback@x.example",
            "postmasters@x.example",
            "noreplies@x.example",
        ),
        *("dana.noreply@x.example", "dana@noreply.example", "no@reply.example", "", None),
    ],
)
def test_addresses_of_people(value: str | None) -> None:
    assert is_machine_address(value) is False


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("priya@outbound.example", True),
        ("Priya <PRIYA@Outbound.example>", True),
        ("other@outbound.example", False),
        ("anyone@agency.example", True),
        ("anyone@mail.agency.example", False),
        ("anyone@notagency.example", False),
        ("nope", False),
        (None, False),
    ],
)
def test_hard_03_own_senders_never_leads_are_recognised(address: str | None, expected: bool) -> None:
    entries = ["Priya@outbound.example", " @Agency.example ", "agency.example", "", "@"]

    assert is_own_sender(address, entries) is expected
    assert OwnSenders.of(entries).cover(address) is expected


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(value: str) -> None:
    email = normalize_email(value)

    if email is not None:
        assert normalize_email(email) == email
        assert email.count("@") == 1


@given(st.from_regex(r"[a-z0-9.+_-]{1,20}@[a-z0-9-]{1,10}\.[a-z]{2,6}", fullmatch=True))
def test_ordinary_addresses_are_accepted_in_every_wrapping(email: str) -> None:
    wrappings = [email, email.upper(), f" {email} ", f"<{email}>", f"Name <{email}>", f"mailto:{email}?subject=x"]

    assert {normalize_email(wrapped) for wrapped in wrappings} == {email}

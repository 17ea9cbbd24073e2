"""A row of the provider's history: one of ours, new, or not to be told apart (03 R14)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from inbox.rules.healing import Remote, Row, match_inbound_email, match_outbound_email, match_text

pytestmark = pytest.mark.unit

AT = datetime(2026, 3, 5, 16, 41, tzinfo=UTC)


def row(number: int = 1, *, seconds: float = 0, arrived: float | None = None, **changes: Any) -> Row:
    sent_at = AT + timedelta(seconds=seconds)
    created_at = sent_at if arrived is None else AT + timedelta(seconds=arrived)
    values = {"body": "Tuesday works", "subject": "Re: quick idea", "to_email": "dana@northfork.example", **changes}
    return Row(id=UUID(int=number), sent_at=sent_at, created_at=created_at, **values)


@pytest.mark.parametrize(
    ("rows", "verdict", "healed"),
    [
        ([], "insert", None),
        ([row(seconds=60)], "heal", 1),
        ([row(seconds=-60)], "heal", 1),
        ([row(seconds=61, arrived=601)], "insert", None),
        ([row(seconds=-3_600, arrived=600)], "heal", 1),
        ([row(seconds=-3_600, arrived=-600)], "heal", 1),
        ([row(seconds=-3_600, arrived=-601)], "insert", None),
        ([row(body="  tuesday   WORKS ")], "heal", 1),
        ([row(body="Wednesday works")], "insert", None),
        ([row(1), row(2, seconds=30)], "ambiguous", None),
        # The one written at the time is it, whatever else arrived around it.
        ([row(1), row(2, seconds=300)], "heal", 1),
        ([row(1, seconds=100), row(2, seconds=200)], "ambiguous", None),
    ],
)
def test_sms(rows: list[Row], verdict: str, healed: int | None) -> None:
    match = match_text("Tuesday works", AT, rows)

    assert (match.verdict, match.row and match.row.id.int) == (verdict, healed)


@pytest.mark.parametrize(
    ("rows", "verdict", "healed"),
    [
        ([], "insert", None),
        ([row(seconds=120)], "heal", 1),
        ([row(seconds=121)], "insert", None),
        ([row(seconds=121, arrived=0)], "insert", None),
        ([row(body="other")], "insert", None),
        ([row(1), row(2, seconds=90)], "ambiguous", None),
    ],
)
def test_reply(rows: list[Row], verdict: str, healed: int | None) -> None:
    match = match_inbound_email("Tuesday works", AT, rows)

    assert (match.verdict, match.row and match.row.id.int) == (verdict, healed)


@pytest.mark.parametrize(
    ("rows", "verdict", "healed"),
    [
        ([], "insert", None),
        ([row(seconds=120)], "heal", 1),
        ([row(seconds=-121)], "insert", None),
        # subject 2 + recipient 1 reach the least score; either alone does not
        ([row(body="other")], "heal", 1),
        ([row(body="other", subject="x")], "insert", None),
        ([row(body="other", to_email="x@y.example")], "insert", None),
        # body 3 alone does
        ([row(subject="x", to_email="x@y.example")], "heal", 1),
        ([row(body="Tuesday works" + " and more" * 30)], "heal", 1),
        # a better score wins over a nearer one
        ([row(1, seconds=1, body="other"), row(2, seconds=90)], "heal", 2),
        # equal scores, close together, about equally far: not to be told apart
        ([row(1, seconds=1), row(2, seconds=5)], "ambiguous", None),
        ([row(1, seconds=-7), row(2, seconds=8)], "ambiguous", None),
        # close together but one clearly nearer
        ([row(1, seconds=1), row(2, seconds=6.1)], "heal", 1),
        # equally far, but not close together
        ([row(1, seconds=-8), row(2, seconds=8)], "heal", 1),
    ],
)
def test_sent_mail(rows: list[Row], verdict: str, healed: int | None) -> None:
    mail = Remote(id="9", subject="Re: quick idea", body="Tuesday works", to_email="dana@northfork.example", sent_at=AT)

    match = match_outbound_email(mail, rows)

    assert (match.verdict, match.row and match.row.id.int) == (verdict, healed)


def test_long_bodies_differ_after_the_prefix() -> None:
    head = "x" * 120
    mail = Remote(id="9", subject="a", body=head + "one", to_email="", sent_at=AT)

    assert match_outbound_email(mail, [row(body=head + "two", subject="b")]).verdict == "heal"
    assert match_outbound_email(mail, [row(body="y" + head, subject="b")]).verdict == "insert"

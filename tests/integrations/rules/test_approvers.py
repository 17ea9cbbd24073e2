"""The stored list of approvers, read without trust."""

from typing import Any

import pytest

from integrations.rules.approvers import Approver, read_approvers

PRIYA = {"id": "U0PRIYA", "displayName": "Priya Nair", "email": "Priya@Outbound.example", "avatarUrl": "https://a/1"}


@pytest.mark.parametrize(
    ("stored", "targets", "bad"),
    [
        (None, [], []),
        ([], [], []),
        ("U0PRIYA", [], ["the whole list"]),
        ([PRIYA, PRIYA], ["U0PRIYA"], []),
        ([{"id": "U0KIM"}], ["U0KIM"], []),
        ([{"email": "kim@outbound.example"}], ["kim@outbound.example"], []),
        ([{"id": "", "displayName": "Jo"}, 7, None], [], ["Jo", "entry 2", "entry 3"]),
        ([{"id": "u0kim"}, {"id": "U0 KIM"}, {"id": "U" * 40}], [], ["u0kim", "U0 KIM", "U" * 40]),
        ([{"displayName": "Jo", "email": "nobody"}], [], ["Jo"]),
    ],
)
def test_usable_and_unusable_entries(stored: Any, targets: list[str], bad: list[str]) -> None:
    approvers = read_approvers(stored)

    assert [entry.target for entry in approvers.entries] == targets
    assert list(approvers.bad) == bad


def test_entry_survives_being_stored_again() -> None:
    (entry,) = read_approvers([PRIYA]).entries

    assert entry.stored() == {**PRIYA, "email": "priya@outbound.example"}


@pytest.mark.parametrize(
    ("user", "email", "found"),
    [
        ("U0PRIYA", None, "Priya Nair"),
        ("U0JO", "jo@outbound.example", "Jo"),
        # An address on an entry with an id names the person; it lets nobody else in.
        ("U0OTHER", "priya@outbound.example", None),
        ("U0OTHER", None, None),
        ("C0ALERTS", None, None),
        ("", None, None),
    ],
)
def test_who_may_decide(user: str, email: str | None, found: str | None) -> None:
    stored = [
        PRIYA,
        {"displayName": "Jo", "email": "jo@outbound.example"},
        {"id": "C0ALERTS", "displayName": "#alerts"},
    ]

    approver: Approver | None = read_approvers(stored).may_decide(user, email)

    assert (approver.name if approver else None) == found

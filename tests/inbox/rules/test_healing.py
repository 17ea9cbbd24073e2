"""Finding our own mail in the provider's history."""

from datetime import UTC, datetime, timedelta

import pytest

from inbox.rules.healing import Remote, find_twin

pytestmark = pytest.mark.unit

AT = datetime(2026, 3, 5, 16, 41, tzinfo=UTC)
OURS = {"subject": "Re: quick idea", "body": "Happy to send it.", "to_email": "dana@northfork.example", "sent_at": AT}


def remote(id: str = "1", *, seconds: float = 20, **changes: str) -> Remote:
    values = {"subject": OURS["subject"], "body": OURS["body"], "to_email": OURS["to_email"], **changes}
    return Remote(id=id, sent_at=AT + timedelta(seconds=seconds), **values)


def test_equal_mail_nearby_is_ours():
    found, reason = find_twin([remote()], **OURS)

    assert (found.id, reason) == ("1", "matched")


def test_quoted_tail_and_changed_whitespace_still_match():
    body = "Happy  to send it."

    found, _reason = find_twin([remote(body=body, subject="Re: Quick  idea")], **OURS)

    assert found.id == "1"


@pytest.mark.parametrize(
    "other", [remote(seconds=121), remote(seconds=-121), remote(body="Something else", subject="x")]
)
def test_far_or_different_mail_is_missing(other):
    assert find_twin([other], **OURS) == (None, "missing")


def test_two_equal_candidates_are_ambiguous():
    assert find_twin([remote("1"), remote("2", seconds=22)], **OURS) == (None, "ambiguous")


def test_better_score_wins():
    weaker = remote("2", seconds=5, to_email="kim@northfork.example")

    found, _reason = find_twin([weaker, remote("1")], **OURS)

    assert found.id == "1"

"""Which row of the provider's history is a message of ours (03 R14, outbound e-mail)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=2)
PREFIX = 120
MIN_SCORE = 3
TWIN_WINDOW = timedelta(seconds=15)
TWIN_DISTANCE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A sent mail as the provider lists it; `body` is cleaned text."""

    id: str
    subject: str
    body: str
    to_email: str
    sent_at: datetime


def score(remote: Remote, *, subject: str, body: str, to_email: str) -> int:
    """Subject equal 2, first 120 characters of the body equal 3, recipient equal 1."""
    return (
        2 * (_flat(remote.subject) == _flat(subject))
        + 3 * (_flat(remote.body)[:PREFIX] == _flat(body)[:PREFIX])
        + (remote.to_email.lower() == to_email.lower())
    )


def find_twin(
    remotes: Sequence[Remote], *, subject: str, body: str, to_email: str, sent_at: datetime
) -> tuple[Remote | None, str]:
    """The row that is ours, with "matched", "ambiguous" or "missing" as reason.

    Two rows with equal score close together cannot be told apart: neither is taken.
    """
    near = [remote for remote in remotes if abs(remote.sent_at - sent_at) <= WINDOW]
    rated = sorted(
        ((score(remote, subject=subject, body=body, to_email=to_email), remote) for remote in near),
        key=lambda pair: (-pair[0], abs(pair[1].sent_at - sent_at)),
    )
    rated = [pair for pair in rated if pair[0] >= MIN_SCORE]
    if not rated:
        return None, "missing"
    if len(rated) > 1 and _same(rated[0], rated[1]):
        return None, "ambiguous"
    return rated[0][1], "matched"


def _same(first: tuple[int, Remote], second: tuple[int, Remote]) -> bool:
    distance = abs(first[1].sent_at - second[1].sent_at)
    return first[0] == second[0] and first[1].id != second[1].id and distance < max(TWIN_DISTANCE, TWIN_WINDOW)


def _flat(text: str) -> str:
    return " ".join(text.lower().split())

"""Which row of the provider's history is a message of ours (03 R14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

WINDOW = timedelta(minutes=2)
PREFIX = 120
MIN_SCORE = 3
TWIN_WINDOW = timedelta(seconds=15)
TWIN_DISTANCE = timedelta(seconds=5)
TEXT_WINDOW = timedelta(seconds=60)
ARRIVAL_WINDOW = timedelta(minutes=10)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message of ours the provider may show too; `body` is cleaned text."""

    id: UUID
    subject: str = ""
    body: str
    to_email: str = ""
    sent_at: datetime
    created_at: datetime


Verdict = Literal["heal", "insert", "ambiguous"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What to do with one row of the provider's history; `row` is the one it heals."""

    verdict: Verdict
    row: Row | None = None


INSERT = Match(verdict="insert")
AMBIGUOUS = Match(verdict="ambiguous")


def match_text(body: str, at: datetime, rows: Sequence[Row]) -> Match:
    """An SMS among rows of its direction that have no id of the provider (03 R14).

    A row written within a minute of it comes before one that only reached us within ten. Several of one
    kind cannot be told apart: nothing is inserted then, for its text is there already.
    """
    same = [row for row in rows if _flat(row.body) == _flat(body)]
    return _only([row for row in same if abs(row.sent_at - at) <= TEXT_WINDOW]) or (
        _only([row for row in same if abs(row.created_at - at) <= ARRIVAL_WINDOW]) or INSERT
    )


def match_inbound_email(body: str, at: datetime, rows: Sequence[Row]) -> Match:
    """A reply among inbound rows without its id: equal cleaned text within two minutes."""
    near = [row for row in rows if abs(row.sent_at - at) <= WINDOW and _flat(row.body) == _flat(body)]
    return _only(near) or INSERT


def match_outbound_email(remote: Remote, rows: Sequence[Row]) -> Match:
    """A sent mail among our own without its id: the best score within two minutes, at least 3.

    Two rows with that score close together, about equally far from the mail, cannot be told apart.
    """
    rated = sorted(
        (
            (score(remote, subject=row.subject, body=row.body, to_email=row.to_email), row)
            for row in rows
            if abs(row.sent_at - remote.sent_at) <= WINDOW
        ),
        key=lambda pair: (-pair[0], abs(pair[1].sent_at - remote.sent_at)),
    )
    rated = [pair for pair in rated if pair[0] >= MIN_SCORE]
    if not rated:
        return INSERT
    (best, first), others = rated[0], rated[1:]
    if any(points == best and _indistinct(first, row, remote.sent_at) for points, row in others):
        return AMBIGUOUS
    return Match(verdict="heal", row=first)


def _only(rows: Sequence[Row]) -> Match | None:
    if not rows:
        return None
    return Match(verdict="heal", row=rows[0]) if len(rows) == 1 else AMBIGUOUS


def _indistinct(first: Row, second: Row, at: datetime) -> bool:
    distance = abs(abs(first.sent_at - at) - abs(second.sent_at - at))
    return abs(first.sent_at - second.sent_at) <= TWIN_WINDOW and distance < TWIN_DISTANCE


def _same(first: tuple[int, Remote], second: tuple[int, Remote]) -> bool:
    distance = abs(first[1].sent_at - second[1].sent_at)
    return first[0] == second[0] and first[1].id != second[1].id and distance < max(TWIN_DISTANCE, TWIN_WINDOW)


def _flat(text: str) -> str:
    return " ".join(text.lower().split())

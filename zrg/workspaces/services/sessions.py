"""Where a person is signed in: noting it, listing it, ending it.

The rows are allauth's. They are written here on each session's first request and then every few minutes, so that
a session begun without the log-in page (an invitation) and one whose key was changed are known as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from zrg.workspaces.models import User
from zrg.workspaces.session_store import SessionStore

NO_ADDRESS = "0.0.0.0"  # noqa: S104 - the column takes no blank
MAX_AGENT = UserSession._meta.get_field("user_agent").max_length


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """One session that still runs; `ip` "" when it is not known."""

    id: int
    user_agent: str
    ip: str
    since: datetime
    last_seen_at: datetime
    is_current: bool


def note_session(key: str, *, user: User, ip: str, user_agent: str, now: datetime) -> None:
    """The session is in use, from there; one statement."""
    row = UserSession(session_key=key, user=user, ip=ip or NO_ADDRESS, user_agent=user_agent[:MAX_AGENT])
    row.created_at = row.last_seen_at = now
    UserSession.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["session_key"],
        update_fields=["user", "ip", "user_agent", "last_seen_at"],
    )


def rotate_session(session: SessionStore) -> None:
    """Give a session a new key, and its row too; requests still sent with the old one go on under the new."""
    old = session.session_key
    with transaction.atomic():
        if session.rotate():
            UserSession.objects.filter(session_key=old).update(session_key=session.session_key)


def sessions_of(user: User, *, current: str | None) -> list[SignedIn]:
    """Running sessions: the current one, then the latest seen first; two queries."""
    rows = list(UserSession.objects.filter(user=user))
    running = set(_running(row.session_key for row in rows).values_list("session_key", flat=True))
    found = [
        SignedIn(
            id=row.pk,
            user_agent=row.user_agent,
            ip="" if row.ip == NO_ADDRESS else row.ip,
            since=row.created_at,
            last_seen_at=row.last_seen_at,
            is_current=row.session_key == current,
        )
        for row in rows
        if row.session_key in running
    ]
    return sorted(found, key=lambda one: (one.is_current, one.last_seen_at, one.id), reverse=True)


def end_session(user: User, session_id: int, *, keep_session: str | None) -> bool:
    """Sign this person out in one place; False when nothing runs there, or it is the session to keep."""
    row = UserSession.objects.filter(user=user, pk=session_id).exclude(session_key=keep_session).first()
    return row is not None and _end(user, {row.session_key}) == 1


def end_sessions(user: User, *, keep_session: str | None = None) -> int:
    """Sign this person out everywhere (but in one session); returns how many sessions ended."""
    keys = set(UserSession.objects.filter(user=user).values_list("session_key", flat=True)) - {keep_session}
    return _end(user, keys)


def _end(user: User, keys: set[str]) -> int:
    UserSession.objects.filter(user=user, session_key__in=keys).delete()
    ended, _ = _running(keys).delete()
    return ended


def _running(keys: Iterable[str]) -> QuerySet[Session]:
    return Session.objects.filter(session_key__in=list(keys), expire_date__gt=timezone.now())

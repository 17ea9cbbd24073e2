"""What a workspace still needs before it works: a list apps add to, read anew until it is done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest

from zrg.workspaces.access import CACHE_ERRORS, Access, can

ACTION = "settings.edit_general"
# A finished list is not read again for an hour; the inbox, asked for often, knows of a step within a minute.
DONE_SECONDS = 3_600
INBOX_SECONDS = 60
_LATER = "setup_later"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupItem:
    """One step: what it is, why, where, and whether it is done.

    `address` is something to copy elsewhere. `waits` says what it waits for: the page then looks again by itself.
    `done_at` is when it was done, where that is news.
    """

    key: str
    title: str
    purpose: str
    position: int
    url: str
    done: bool
    address: str = ""
    waits: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupProgress:
    """The steps in their order."""

    items: tuple[SetupItem, ...]

    @property
    def total(self) -> int:
        """How many steps there are."""
        return len(self.items)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return sum(item.done for item in self.items)

    @property
    def waits(self) -> bool:
        """Whether a step is open that something outside of these pages ends."""
        return any(item.waits and not item.done for item in self.items)

    @property
    def following(self) -> SetupItem | None:
        """The first step that is open."""
        return next((item for item in self.items if not item.done), None)


SetupItems = Callable[[UUID], Iterable[SetupItem]]
_readers: dict[str, SetupItems] = {}


def register_setup_items(name: str, read: SetupItems) -> None:
    """Steps an app adds; `read` gets the workspace and needs as few queries as it can."""
    _readers[name] = read


def setup_progress(workspace_id: UUID) -> SetupProgress:
    """How far a workspace is, from its rows."""
    items = [item for read in _readers.values() for item in read(workspace_id)]
    return SetupProgress(items=tuple(sorted(items, key=lambda item: (item.position, item.key))))


def open_setup(access: Access, workspace_id: UUID, *, at_most: int = 0) -> SetupProgress | None:
    """The list for somebody who can work on it, None once it is done. `at_most`: seconds an earlier answer
    may be old.
    """
    if not can(access, ACTION, workspace_id):
        return None
    key = f"setup:{workspace_id}"
    known = _read(key)
    if known is not None and (known.following is None or at_most):
        return known if known.following else None
    progress = setup_progress(workspace_id)
    _write(key, progress, INBOX_SECONDS if progress.following else DONE_SECONDS)
    return progress if progress.following else None


def inbox_setup(request: HttpRequest, access: Access, workspace_id: UUID) -> SetupProgress | None:
    """The list as the inbox shows it: not to somebody who put it off for this session."""
    if is_put_off(request, workspace_id):
        return None
    return open_setup(access, workspace_id, at_most=INBOX_SECONDS)


def is_put_off(request: HttpRequest, workspace_id: UUID) -> bool:
    """Whether the inbox keeps quiet about it until the next log-in."""
    return str(workspace_id) in request.session.get(_LATER, [])


def put_off(request: HttpRequest, workspace_id: UUID, *, later: bool) -> None:
    """Keep the inbox quiet about the list in this session, or not any more."""
    others = {one for one in request.session.get(_LATER, []) if one != str(workspace_id)}
    request.session[_LATER] = sorted(others | ({str(workspace_id)} if later else set()))


def _read(key: str) -> SetupProgress | None:
    try:
        return cache.get(key)
    except CACHE_ERRORS:
        return None


def _write(key: str, progress: SetupProgress, seconds: int) -> None:
    try:
        cache.set(key, progress, seconds)
    except CACHE_ERRORS:
        return

"""What apps above add to the inbox: sections of the drawer, acts for many leads, the state of review posts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest

from leads.models import Lead
from zrg.workspaces.models import User


def _always(_lead: Lead) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerSection:
    """One section of the drawer, a fragment with a URL of its own.

    `action` is what a person must be allowed to see it; `load` gives the template's context as `data`.
    `shown` hides it for leads it has nothing to say about (no query: it is asked with every opening).
    Saving belongs to the app that registers it.
    """

    key: str
    title: str
    position: int
    template: str
    action: str
    load: Callable[[HttpRequest, Lead], dict[str, Any]]
    shown: Callable[[Lead], bool] = _always


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPost:
    """One post that asked about a draft: to whom, and how it stands in words."""

    recipient: str
    text: str
    tone: Literal["good", "warn", "bad", "quiet"] = "quiet"


ReviewPosts = Callable[[UUID, UUID], Sequence[ReviewPost]]

_SECTIONS: dict[str, DrawerSection] = {}


def register_drawer_section(section: DrawerSection) -> None:
    """Add a section; called from `ready()`. The same key again replaces it."""
    _SECTIONS[section.key] = section


def drawer_sections() -> list[DrawerSection]:
    """All sections in their order."""
    return sorted(_SECTIONS.values(), key=lambda section: (section.position, section.key))


def drawer_section(key: str) -> DrawerSection | None:
    """One section by its key."""
    return _SECTIONS.get(key)


def _nothing_told(_value: str) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """One act for many leads of a workspace.

    `permission` is asked for every lead. `choices(workspace_id)` are (value, label) as the menu offers
    them. `refuse(lead, value)` says in a sentence why a lead is skipped (no query: the plan asks for 200).
    `act(lead, value, by)` runs in the transaction that notes it, returns what `undo` needs; a `ZrgError`
    skips the lead. `undo(lead, before, by)` returns a sentence when it cannot. `start`, when given, takes
    all leads at once instead of `act` and returns a batch of `bulk_progress`.
    """

    key: str
    group: str
    position: int
    permission: str
    choices: Callable[[UUID], Sequence[tuple[str, str]]]
    refuse: Callable[[Lead, str], str]
    act: Callable[[Lead, str, User], dict[str, Any] | None] | None = None
    undo: Callable[[Lead, dict[str, Any], User], str] | None = None
    consequence: Callable[[str], str] = _nothing_told
    start: Callable[[Sequence[Lead], str, User], UUID] | None = None


_BULK: dict[str, BulkAction] = {}


def register_bulk_action(action: BulkAction) -> None:
    """Add an act; called from `ready()`. The same key again replaces it."""
    _BULK[action.key] = action


def bulk_actions() -> list[BulkAction]:
    """All acts in their order."""
    return sorted(_BULK.values(), key=lambda action: (action.position, action.key))


def bulk_action(key: str) -> BulkAction | None:
    """One act by its key."""
    return _BULK.get(key)


_ACTS: dict[str, str] = {}


def register_act_sentences(sentences: Mapping[str, str]) -> None:
    """Audited acts on a lead that its thread shows as a line, by action: `{"booking.canceled": "canceled the
    meeting of {day}"}`. The words follow who acted; `{name}` is a value of the event's `after`. From `ready()`.
    """
    _ACTS.update(sentences)


def act_sentences() -> Mapping[str, str]:
    """Sentences of the apps above, by action."""
    return _ACTS


class _Posts:
    read: ReviewPosts | None = None


def register_review_posts(read: ReviewPosts) -> None:
    """`read(workspace_id, draft_id)` tells the posts about a draft; called from `ready()` of the app that posts."""
    _Posts.read = staticmethod(read)


def review_posts(workspace_id: UUID, draft_id: UUID) -> Sequence[ReviewPost]:
    """The posts about a draft; none when nobody posts."""
    return _Posts.read(workspace_id, draft_id) if _Posts.read else ()

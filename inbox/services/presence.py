"""Who has a conversation open right now, and who writes in it. Advisory: the guards of a send protect.

One entry per person in the cache, for thirty seconds and renewed by the page's poll: being somewhere else
ends being here. Beside it a list of a workspace's people who were here lately tells which entries to read, so
a poll asks the cache for all of them at once and writes only its own. No table is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import structlog
from django.core.cache import cache

from inbox.services.notes import VIEW as WORKS_ON
from leads.models import Lead
from zrg.lib import log_events
from zrg.workspaces.access import CACHE_ERRORS, Access, can
from zrg.workspaces.context import tenant
from zrg.workspaces.services.people import Person, team_of_workspace

State = Literal["viewing", "typing"]
STATES: tuple[State, ...] = ("viewing", "typing")
ENTRY_SECONDS = 30
LIST_SECONDS = 3_600
MAX_LISTED = 100
MAX_TOLD = 20

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A colleague in a conversation."""

    lead_id: UUID
    person: Person
    state: State


@dataclass(frozen=True, slots=True)
class _Entry:
    workspace_id: UUID
    lead_id: UUID
    state: State


def enter(access: Access, lead_id: UUID, state: State) -> UUID | None:
    """This person has the lead open, if they work on it (see it and are no client); returns its workspace."""
    lead = Lead.objects.visible_to(access).filter(pk=lead_id).only("workspace_id", "assigned_to_id").first()
    if lead is None or not can(access, WORKS_ON, lead.workspace_id, lead):
        leave(access.user_id)
        return None
    try:
        cache.set(_entry_key(access.user_id), (str(lead.workspace_id), str(lead.pk), state), ENTRY_SECONDS)
        _list(lead.workspace_id, access.user_id)
    except CACHE_ERRORS as down:
        _unavailable(down)
    return lead.workspace_id


def leave(user_id: UUID) -> None:
    """This person has no conversation open any more."""
    try:
        cache.delete(_entry_key(user_id))
    except CACHE_ERRORS as down:
        _unavailable(down)


def present_in(access: Access, workspace_id: UUID) -> list[Present]:
    """The colleagues in conversations of a workspace, as far as this person works on those leads and the
    colleague still does. Three statements when somebody else is there, whatever their number.
    """
    entries = _entries_of_others(workspace_id, access.user_id)
    if not entries:
        return []
    ids = {entry.lead_id for entry in entries.values()}
    rows = Lead.objects.visible_to(access).in_workspace(workspace_id).filter(pk__in=ids)
    leads = {lead.pk: lead for lead in rows.only("workspace_id", "assigned_to_id")}
    shown = {pk: lead for pk, lead in leads.items() if can(access, WORKS_ON, workspace_id, lead)}
    if not shown:
        return []
    with tenant(workspace_id):
        team = team_of_workspace(workspace_id)
    found = []
    for user_id, entry in entries.items():
        lead = shown.get(entry.lead_id)
        person = team.find(user_id, WORKS_ON, lead) if lead is not None and team is not None else None
        if person is not None:
            found.append(Present(lead_id=entry.lead_id, person=person, state=entry.state))
    return sorted(found, key=lambda one: (one.person.name.lower(), one.person.email))[:MAX_TOLD]


def _entries_of_others(workspace_id: UUID, user_id: UUID) -> dict[UUID, _Entry]:
    try:
        others = [one for one in cache.get(_list_key(workspace_id), ()) if one != str(user_id)]
        stored = cache.get_many([f"presence:{one}" for one in others]) if others else {}
    except CACHE_ERRORS as down:
        _unavailable(down)
        return {}
    found = ((UUID(one), _read(stored.get(f"presence:{one}"))) for one in others)
    return {one: entry for one, entry in found if entry is not None and entry.workspace_id == workspace_id}


def _read(stored: tuple[str, str, State] | None) -> _Entry | None:
    return _Entry(UUID(stored[0]), UUID(stored[1]), stored[2]) if stored else None


def _list(workspace_id: UUID, user_id: UUID) -> None:
    """Two at once may lose one of them; the next poll of that one puts it right."""
    known = cache.get(_list_key(workspace_id), ())
    if str(user_id) not in known:
        cache.set(_list_key(workspace_id), (*known, str(user_id))[-MAX_LISTED:], LIST_SECONDS)


def _entry_key(user_id: UUID) -> str:
    return f"presence:{user_id}"


def _list_key(workspace_id: UUID) -> str:
    return f"presence-in:{workspace_id}"


def _unavailable(down: Exception) -> None:
    logger.warning(log_events.PRESENCE_UNAVAILABLE, error=type(down).__name__)


def by_lead(present: Iterable[Present]) -> Mapping[UUID, list[Present]]:
    """The same by conversation."""
    grouped: dict[UUID, list[Present]] = {}
    for one in present:
        grouped.setdefault(one.lead_id, []).append(one)
    return grouped

"""What a workspace can book into, as its providers list it. Calls providers: never inside a context."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.core.cache import cache

from integrations.calendly import client as calendly
from integrations.enums import Provider
from integrations.ghl import client as ghl
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.rules.standing import trouble
from integrations.services.clients import get_client
from integrations.services.connecting import PATIENCE_SECONDS
from integrations.transport import within
from zrg.workspaces.access import CACHE_ERRORS
from zrg.workspaces.context import tenant

# Calendars change rarely; "Refresh" asks at once.
REMEMBERED_SECONDS = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A calendar, a person or a kind of meeting. `link` is its public page, `minutes` its length where known."""

    id: str
    name: str
    link: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What was listed; `problems` say why something was not. `connected`: providers that could be asked."""

    calendars: tuple[Target, ...] = ()
    people: tuple[Target, ...] = ()
    event_types: tuple[Target, ...] = ()
    problems: tuple[str, ...] = ()
    connected: frozenset[str] = frozenset()


def connected_calendars(workspace_id: UUID) -> frozenset[str]:
    """Which of the providers that keep calendars the workspace is connected to; one query in the caller's context."""
    rows = Connection.objects.in_workspace(workspace_id).active()
    return frozenset(rows.filter(provider__in=[Provider.GHL, Provider.CALENDLY]).values_list("provider", flat=True))


def list_targets(workspace_id: UUID, *, refresh: bool = False) -> Targets:
    """Calendars, people and kinds of meetings of the connected providers, remembered for an hour."""
    with tenant(workspace_id):
        connected = connected_calendars(workspace_id)
    lists: dict[str, tuple[Target, ...]] = {"calendars": (), "people": (), "event_types": ()}
    problems: list[str] = []
    with within(PATIENCE_SECONDS):
        for provider, name, ask in _questions(workspace_id):
            if provider not in connected:
                continue
            known = None if refresh else _remembered(workspace_id, name)
            if known is not None:
                lists[name] = known
                continue
            answer = ask()
            if not answer.ok:
                problems.append(trouble(provider.label, answer.code or "", answer.message))
                continue
            lists[name] = tuple(answer.data)
            _remember(workspace_id, name, lists[name])
    return Targets(**lists, problems=tuple(dict.fromkeys(problems)), connected=connected)


def _questions(workspace_id: UUID) -> list[tuple[Provider, str, Callable[[], ProviderResult]]]:
    return [
        (Provider.GHL, "calendars", lambda: _named(get_client(workspace_id, ghl.SPEC).list_calendars())),
        (Provider.GHL, "people", lambda: _named(get_client(workspace_id, ghl.SPEC).list_users())),
        (Provider.CALENDLY, "event_types", lambda: _event_types(workspace_id)),
    ]


def _named(answer: ProviderResult) -> ProviderResult:
    if not answer.ok:
        return answer
    found = [Target(id=one.id, name=one.name or one.email or one.id) for one in answer.data if one.is_active]
    return ProviderResult(outcome="ok", status=answer.status, data=found)


def _event_types(workspace_id: UUID) -> ProviderResult:
    """Of the organisation whose token it is."""
    client = get_client(workspace_id, calendly.SPEC)
    who = client.get_user()
    answer = client.list_event_types(organization=who.data.organization) if who.ok else who
    if not answer.ok:
        return answer
    found = [
        Target(id=one.uri, name=one.name or one.uri, link=one.scheduling_url or "", minutes=one.minutes)
        for one in answer.data
        if one.active
    ]
    return ProviderResult(outcome="ok", status=answer.status, data=found)


def _key(workspace_id: UUID, name: str) -> str:
    return f"booking_targets:{workspace_id}:{name}"


def _remembered(workspace_id: UUID, name: str) -> tuple[Target, ...] | None:
    try:
        known = cache.get(_key(workspace_id, name))
    except CACHE_ERRORS:
        return None
    return None if known is None else tuple(Target(**one) for one in known)


def _remember(workspace_id: UUID, name: str, found: tuple[Target, ...]) -> None:
    rows = [{"id": one.id, "name": one.name, "link": one.link, "minutes": one.minutes} for one in found]
    try:
        cache.set(_key(workspace_id, name), rows, REMEMBERED_SECONDS)
    except CACHE_ERRORS:
        return

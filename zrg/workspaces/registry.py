"""What higher apps add to this one: health checks, parts of provisioning, of the demo, of the settings."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from django.http.response import HttpResponseBase

from zrg.workspaces.models import User, Workspace, WorkspaceSettings
from zrg.workspaces.navigation import SETTINGS_TABS


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of one component."""

    ok: bool
    detail: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing at fault: which check says so, what it saw and what to do. `workspace` is its name, "" for none."""

    name: str
    state: Literal["warn", "fail"]
    evidence: str
    act: str
    workspace: str = ""


class ProvisioningPart(Protocol):
    """Fields of `POST /api/admin/workspaces` that another app understands."""

    fields: frozenset[str]

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise a `ZrgError` for values that cannot be accepted; nothing was written yet."""

    def apply(self, workspace: Workspace, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write them inside the transaction of the call; returns masked status for the answer."""

    def status(self, workspace: Workspace) -> Mapping[str, Any]:
        """Masked status of a workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionState:
    """How a section stands, in a few words for the tab's page."""

    text: str
    tone: Literal["good", "warn", "bad", "quiet"] = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsSection:
    """One page of a settings tab: `/w/<workspace>/settings/<tab>/<key>`.

    `view` answers its GET and POST, `acts` the POSTs to `…/<key>/<act>`; both are declared views that
    get `workspace_id`. Whoever may not do `action` sees the page read-only: `view` itself refuses the
    rest. `group` is the heading under which the tab's page lists it. `platform`: for platform people only.
    A section that lists things has `item`, the page of one of them at `…/<key>/of/<item>`, and `item_acts`;
    these views get the `item` of the path as text. `seen_with`: the action without which the tab does not
    list it. `columns`: the columns of WorkspaceSettings it saves; each of them has a page (a test looks).
    """

    tab: str
    key: str
    title: str
    purpose: str
    position: int
    view: Callable[..., HttpResponseBase]
    action: str
    group: str = ""
    acts: Mapping[str, Callable[..., HttpResponseBase]] = field(default_factory=dict)
    item: Callable[..., HttpResponseBase] | None = None
    item_acts: Mapping[str, Callable[..., HttpResponseBase]] = field(default_factory=dict)
    platform: bool = False
    seen_with: str = ""
    columns: tuple[str, ...] = ()


HealthCheck = Callable[[], Health]
DoctorCheck = Callable[[UUID | None], Iterable[Finding]]
DemoPart = Callable[[Workspace, dict[str, User]], None]
ColumnCheck = Callable[[WorkspaceSettings], None]
SectionStates = Callable[[UUID, bool], Mapping[str, SectionState]]
SettingsReceiver = Callable[[WorkspaceSettings], None]
CalendarReader = Callable[[Collection[UUID]], set[UUID]]

_health_checks: dict[str, HealthCheck] = {}
_doctor_checks: dict[str, DoctorCheck] = {}
_provisioning_parts: dict[str, ProvisioningPart] = {}
_demo_parts: dict[str, DemoPart] = {}
_column_checks: dict[str, list[ColumnCheck]] = {}
_settings_sections: dict[tuple[str, str], SettingsSection] = {}
_section_states: dict[str, list[SectionStates]] = {}
_settings_receivers: dict[str, tuple[frozenset[str], SettingsReceiver]] = {}
_calendar_readers: dict[str, CalendarReader] = {}


def register_health_check(name: str, check: HealthCheck) -> None:
    """A component of `/readyz`; the check must answer within half a second."""
    _health_checks[name] = check


def register_doctor_check(name: str, check: DoctorCheck) -> None:
    """What `manage.py doctor` asks of an app: once for each workspace, in its context, and once with None for what
    belongs to none. It only reads.
    """
    _doctor_checks[name] = check


def doctor_checks() -> list[DoctorCheck]:
    """All registered checks of the doctor."""
    return list(_doctor_checks.values())


def register_provisioning_part(name: str, part: ProvisioningPart) -> None:
    """Fields of the provisioning call that belong to another app."""
    _provisioning_parts[name] = part


def register_demo_part(name: str, part: DemoPart) -> None:
    """Rows another app adds to the demo workspace; must be safe to repeat.

    Runs inside `tenant(workspace)` with the demo people by the key `owner` and `setter`.
    """
    _demo_parts[name] = part


def register_settings_section(section: SettingsSection) -> None:
    """A page of one of the five tabs; called from `ready()`. The same key again replaces it."""
    if section.tab not in SETTINGS_TABS:
        raise ValueError(f"Unknown settings tab: {section.tab}")
    _settings_sections[section.tab, section.key] = section


def register_section_states(tab: str, read: SectionStates) -> None:
    """`read(workspace_id, can_edit)` tells how sections of a tab stand, by their key, in as few queries
    as it can, and no more than a person with (or without) the right to change them may know.
    """
    _section_states.setdefault(tab, []).append(read)


def register_settings_receiver(name: str, columns: Collection[str], receive: SettingsReceiver) -> None:
    """`receive(row)` is called in the transaction that gave one of these columns another value; it only queues."""
    _settings_receivers[name] = frozenset(columns), receive


def register_column_check(column: str, check: ColumnCheck) -> None:
    """A rule over one column of the settings that only a higher app can ask; it raises `ValidationError`."""
    _column_checks.setdefault(column, []).append(check)


def column_checks(column: str) -> Sequence[ColumnCheck]:
    """The rules over one column."""
    return tuple(_column_checks.get(column, ()))


def register_calendar_reader(name: str, read: CalendarReader) -> None:
    """`read(workspace_ids)` tells which of them have a calendar leads can be sent to; one query."""
    _calendar_readers[name] = read


def workspaces_with_calendar(workspace_ids: Collection[UUID]) -> set[UUID]:
    """Those of the workspaces that have a default calendar, for the mark in the selector."""
    return set().union(*(read(workspace_ids) for read in _calendar_readers.values()))


def health_checks() -> dict[str, HealthCheck]:
    """All registered health checks."""
    return dict(_health_checks)


def provisioning_parts() -> dict[str, ProvisioningPart]:
    """All registered provisioning parts."""
    return dict(_provisioning_parts)


def demo_parts() -> dict[str, DemoPart]:
    """All registered demo parts, in order of registration (floors from below)."""
    return dict(_demo_parts)


def settings_receivers(changed: Collection[str]) -> list[SettingsReceiver]:
    """Who wants to hear that one of these columns has another value."""
    return [receive for columns, receive in _settings_receivers.values() if columns.intersection(changed)]


def settings_sections(tab: str) -> list[SettingsSection]:
    """The sections of a tab in their order."""
    found = [section for section in _settings_sections.values() if section.tab == tab]
    return sorted(found, key=lambda section: (section.position, section.key))


def settings_section(tab: str, key: str) -> SettingsSection | None:
    """One section by its address."""
    return _settings_sections.get((tab, key))


def section_states(tab: str, workspace_id: UUID, *, can_edit: bool) -> dict[str, SectionState]:
    """How the sections of a tab stand in a workspace; sections nobody tells about are absent."""
    states: dict[str, SectionState] = {}
    for read in _section_states.get(tab, ()):
        states.update(read(workspace_id, can_edit))
    return states

"""The frame around every settings page: five tabs, whose workspace, what this person may change."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from zrg.lib.errors import NotVisible
from zrg.workspaces.access import Access, WorkspaceAccess, can
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.navigation import SETTINGS_TABS
from zrg.workspaces.registry import SectionState, SettingsSection, section_states, settings_sections
from zrg.workspaces.setup import open_setup

Row = TypeVar("Row", bound=Model)

READ_ONLY = _("You can view these settings; changes are made by your admin")
SUSPENDED = _("This workspace is suspended: everything can be read, nothing can be changed")

# What somebody needs to change anything on a tab.
TAB_ACTIONS = {
    "general": "settings.edit_general",
    "integrations": "settings.edit_integrations",
    "ai": "settings.edit_ai",
    "booking": "settings.edit_booking",
    "team": "team.invite",
}
TAB_TITLES = {
    "general": _("General"),
    "integrations": _("Integrations"),
    "ai": "AI",
    "booking": _("Booking"),
    "team": _("Team"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One of the five, as the navigation shows it."""

    key: str
    title: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionLink:
    """A section as the tab's page lists it."""

    section: SettingsSection
    url: str
    state: SectionState | None


def settings_page(
    request: HttpRequest,
    workspace_id: UUID,
    *,
    tab: str,
    template: str,
    section: SettingsSection | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page inside the frame, never cached. Needs a context (see `context_of`): templates may query.

    The template extends `zrg/settings/frame.html`; `can_edit` says whether this person may change
    what is shown.
    """
    access = access_of(request)
    found = access.by_workspace[workspace_id]
    frame = {
        "tab": tab,
        "tab_title": TAB_TITLES[tab],
        "tabs": _tabs(workspace_id, tab),
        "section": section,
        "workspace": found,
        "open_steps": open_setup(access, workspace_id),
        "inbox_url": f"/?view=inbox&clientId={workspace_id}",
        **_rights(access, found, section.action if section else TAB_ACTIONS[tab]),
    }
    response = render(request, template, {**frame, **context}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def section_links(access: Access, workspace_id: UUID, tab: str) -> dict[str, list[SectionLink]]:
    """The sections of a tab by their group, with how they stand."""
    states = section_states(tab, workspace_id, can_edit=can(access, TAB_ACTIONS[tab], workspace_id))
    groups: dict[str, list[SectionLink]] = {}
    for section in settings_sections(tab):
        if section.platform and access.platform is None:
            continue
        if section.seen_with and not can(access, section.seen_with, workspace_id):
            continue
        url = section_url(workspace_id, section)
        groups.setdefault(section.group, []).append(
            SectionLink(section=section, url=url, state=states.get(section.key))
        )
    return groups


def tab_url(workspace_id: UUID, tab: str) -> str:
    """The page of a tab."""
    return reverse("settings_tab", args=[workspace_id, tab])


def section_url(workspace_id: UUID, section: SettingsSection) -> str:
    """The page of a section."""
    return reverse("settings_section", args=[workspace_id, section.tab, section.key])


def item_url(workspace_id: UUID, section: SettingsSection, item: object) -> str:
    """The page of one thing a section lists."""
    return reverse("settings_item", args=[workspace_id, section.tab, section.key, str(item)])


def item_id(item: str) -> UUID:
    """The id in a path; `NotVisible` for anything else."""
    try:
        return UUID(item)
    except ValueError as error:
        raise NotVisible from error


def item_of(rows: "QuerySet[Row]", item: str, *, lock: bool = False) -> Row:
    """The row a path names among these; 404 for every other. `lock`: until the transaction ends."""
    named = rows.filter(pk=item_id(item))
    found = (named.select_for_update(of=("self",)) if lock else named).first()
    if found is None:
        raise NotVisible
    return found


def _tabs(workspace_id: UUID, current: str) -> list[Tab]:
    return [
        Tab(key=key, title=TAB_TITLES[key], url=tab_url(workspace_id, key), is_current=key == current)
        for key in SETTINGS_TABS
    ]


def _rights(access: Access, found: WorkspaceAccess, action: str) -> dict[str, Any]:
    can_edit = can(access, action, found.workspace_id)
    suspended = found.status == WorkspaceStatus.SUSPENDED
    banner = "" if can_edit else gettext(SUSPENDED) if suspended else gettext(READ_ONLY)
    return {
        "can_edit": can_edit,
        "read_only_banner": banner,
        "can_admin": can(access, "admin.open", found.workspace_id),
    }

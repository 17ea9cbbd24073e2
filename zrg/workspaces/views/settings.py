"""The pages of a workspace's settings: the tabs are here, their sections in the apps that own the data."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET, require_POST

from zrg.lib.errors import NotVisible
from zrg.workspaces.decorators import access_of, dispatches, requires
from zrg.workspaces.navigation import SETTINGS_TABS
from zrg.workspaces.registry import SettingsSection, settings_section
from zrg.workspaces.rules.deep_links import DEFAULT_TAB
from zrg.workspaces.settings_frame import section_links, settings_page, tab_url


@require_GET
@requires("settings.view")
def first_tab(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The short address of the settings."""
    return HttpResponseRedirect(tab_url(workspace_id, DEFAULT_TAB))


@require_GET
@requires("settings.view")
def tab_page(request: HttpRequest, workspace_id: UUID, tab: str) -> HttpResponse:
    """What a tab holds and how it stands."""
    if tab not in SETTINGS_TABS:
        raise NotVisible
    groups = section_links(access_of(request), workspace_id, tab)
    return settings_page(request, workspace_id, tab=tab, template="zrg/settings/tab.html", groups=groups)


@dispatches("settings.view")
def section_page(request: HttpRequest, workspace_id: UUID, tab: str, section: str) -> HttpResponseBase:
    """The page of a section, or its save; the section's own view declares and checks."""
    return _section(request, tab, section).view(request, workspace_id=workspace_id)


@dispatches("settings.view")
def section_act(request: HttpRequest, workspace_id: UUID, tab: str, section: str, act: str) -> HttpResponseBase:
    """One act of a section."""
    view = _act(_section(request, tab, section).acts, act)
    return view(request, workspace_id=workspace_id)


@dispatches("settings.view")
def item_page(request: HttpRequest, workspace_id: UUID, tab: str, section: str, item: str) -> HttpResponseBase:
    """The page of one thing a section lists, or its save."""
    view = _section(request, tab, section).item
    if view is None:
        raise NotVisible
    return view(request, workspace_id=workspace_id, item=item)


@dispatches("settings.view")
def item_act(request: HttpRequest, workspace_id: UUID, tab: str, section: str, item: str, act: str) -> HttpResponseBase:
    """One act on one thing of a section."""
    view = _act(_section(request, tab, section).item_acts, act)
    return view(request, workspace_id=workspace_id, item=item)


def _section(request: HttpRequest, tab: str, key: str) -> SettingsSection:
    access = access_of(request)
    found = settings_section(tab, key)
    if found is None or (found.platform and access.platform is None):
        raise NotVisible
    return found


def _act(acts: Mapping[str, Callable[..., HttpResponseBase]], name: str) -> Callable[..., Any]:
    """The view of an act, which only takes POST; a name that is none is not found, whatever the method."""
    if name not in acts:
        raise NotVisible
    return require_POST(acts[name])
